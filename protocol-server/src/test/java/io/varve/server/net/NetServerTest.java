// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Metrics;
import io.varve.server.api.Connection;
import io.varve.server.cluster.Endpoint;
import io.varve.server.security.SecuredListeners;
import io.varve.server.security.sasl.SaslListeners;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
class NetServerTest {
    @Test
    void servesAJavaAdminClient() throws Exception {
        NetConfig config = NetConfig.of(new Endpoint("PLAINTEXT", "127.0.0.1", 0));
        try (NetServer server = NetServer.bind(config, SecuredListeners.plaintext(), Clock.system())) {
            int port = Servers.port(server);
            server.serve(
                    Servers.served(Servers.metadata(port)),
                    Servers.noQuotas(),
                    SaslListeners.NONE,
                    Servers.SCHEDULER,
                    Metrics.NONE);
            try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", "127.0.0.1:" + port))) {
                assertThat(admin.listTopics().names().get(60, TimeUnit.SECONDS)).isEmpty();
                assertThat(admin.describeFeatures()
                                .featureMetadata()
                                .get(60, TimeUnit.SECONDS)
                                .finalizedFeatures())
                        .containsOnlyKeys(Servers.FEATURES.finalized().keySet());
            }
        }
    }

    @Test
    void anEventLoopThatAnswersSmallRequestsKeepsOneMiB() throws Exception {
        try (NetServer server = Servers.start(Servers.metadata(1));
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(RawClient.metadata(1));
            assertThat(client.receiveId()).isEqualTo(1);
            assertThat(server.allocator().metric().usedDirectMemory()).isEqualTo(1 << 20);
        }
    }

    @Test
    void answersInTheOrderOfTheRequestsThoughHandlersFinishInAnother() throws Exception {
        CompletableFuture<ApiMessage> slow = new CompletableFuture<>();
        try (NetServer server =
                        Servers.start(new ScriptedHandler(ApiKeys.LIST_GROUPS, request -> slow), Servers.metadata(1));
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(RawClient.frame(ApiKeys.LIST_GROUPS, (short) 0, 0, new ListGroupsRequestData()));
            IntStream.range(1, 50).forEach(id -> sendUnchecked(client, RawClient.metadata(id)));
            client.socket().setSoTimeout(100);
            assertThatThrownBy(client::receive).isInstanceOf(java.net.SocketTimeoutException.class);
            client.socket().setSoTimeout(60_000);
            slow.complete(new ListGroupsResponseData());
            for (int id = 0; id < 50; id++) {
                assertThat(client.receiveId()).isEqualTo(id);
            }
        }
    }

    @Test
    void answersRequestsInFlightBeforeItStops() throws Exception {
        CompletableFuture<ApiMessage> slow = new CompletableFuture<>();
        CompletableFuture<Void> begun = new CompletableFuture<>();
        NetServer server = Servers.start(new ScriptedHandler(ApiKeys.METADATA, request -> {
            begun.complete(null);
            return slow;
        }));
        try (RawClient client = new RawClient(Servers.port(server))) {
            client.send(RawClient.metadata(7));
            Servers.get(begun);
            CompletableFuture<Void> stopping = CompletableFuture.runAsync(() -> server.stop(20_000));
            slow.complete(new MetadataResponseData());
            assertThat(client.receiveId()).isEqualTo(7);
            assertThat(client.isClosedByServer()).isTrue();
            Servers.get(stopping);
        }
    }

    @Test
    void stopsAtTheDeadlineThoughAnAnswerIsMissing() throws Exception {
        NetServer server = Servers.start(new ScriptedHandler(ApiKeys.METADATA, request -> new CompletableFuture<>()));
        try (RawClient client = new RawClient(Servers.port(server))) {
            client.send(RawClient.metadata(7));
            server.stop(50);
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    @Test
    void namesThePortThatIsTaken() {
        try (NetServer first = Servers.start()) {
            int port = Servers.port(first);
            NetConfig config = NetConfig.of(new Endpoint("PLAINTEXT", "127.0.0.1", port));
            assertThatThrownBy(() -> NetServer.bind(config, SecuredListeners.plaintext(), Clock.system()))
                    .isInstanceOf(ListenException.class)
                    .hasMessage("cannot listen on 127.0.0.1:" + port
                            + " (listener PLAINTEXT): the address is in use by another process");
        }
    }

    @Test
    void namesTheHostThatIsNone() {
        NetConfig config = NetConfig.of(new Endpoint("PLAINTEXT", "no-such-host.invalid", 9092));
        assertThatThrownBy(() -> NetServer.bind(config, SecuredListeners.plaintext(), Clock.system()))
                .isInstanceOf(ListenException.class)
                .hasMessageContaining("no-such-host.invalid:9092")
                .hasMessageEndingWith("no such host");
    }

    private static void sendUnchecked(RawClient client, byte[] bytes) {
        try {
            client.send(bytes);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aRequestTellsTheListenerItCameByItsProtocolAndThatItsSenderIsNotKnown() throws Exception {
        BlockingQueue<Connection> seen = new LinkedBlockingQueue<>();
        ScriptedHandler metadata = new ScriptedHandler(ApiKeys.METADATA, request -> {
            seen.add(request.connection());
            return CompletableFuture.completedFuture(new MetadataResponseData());
        });
        NetConfig config =
                NetConfig.of(new Endpoint("INSIDE", "127.0.0.1", 0), new Endpoint("OUTSIDE", "127.0.0.1", 0));
        try (NetServer server = NetServer.bind(config, SecuredListeners.plaintext(), Clock.system())) {
            server.serve(
                    Servers.served(metadata), Servers.noQuotas(), SaslListeners.NONE, Servers.SCHEDULER, Metrics.NONE);
            for (Endpoint listener : server.listeners()) {
                try (RawClient client = new RawClient(listener.port())) {
                    client.send(RawClient.metadata(1)).receiveId();
                }
                Connection connection = seen.take();
                assertThat(connection.listenerName()).isEqualTo(listener.listener());
                assertThat(connection.securityProtocol()).isEqualTo(SecurityProtocol.PLAINTEXT);
                assertThat(connection.principal()).isEqualTo(KafkaPrincipal.ANONYMOUS);
            }
        }
    }
}

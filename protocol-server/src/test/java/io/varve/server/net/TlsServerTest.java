// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.varve.build.watch.Await;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.NotedMetrics;
import io.varve.server.logging.LogTap;
import io.varve.server.net.NetConfig.Connections;
import io.varve.server.net.NetConfig.Requests;
import io.varve.server.security.SecuredListeners;
import io.varve.server.security.TestAuthority;
import io.varve.server.security.TestIdentity;
import io.varve.server.security.sasl.SaslListeners;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Connections with TLS, and peers that get it wrong. */
@Timeout(180)
class TlsServerTest {
    private static final int IDLE_MS = 300;

    private final BlockingQueue<KafkaPrincipal> callers = new LinkedBlockingQueue<>();
    private final ScriptedHandler noting = ScriptedHandler.answering(ApiKeys.METADATA, request -> {
        assertThat(request.connection().securityProtocol()).isEqualTo(SecurityProtocol.SSL);
        callers.add(request.connection().principal());
        return new MetadataResponseData();
    });

    @RegisterExtension
    private final LogTap log = LogTap.on("io.varve.server.net");

    @Test
    void servesAJavaAdminClient() throws Exception {
        NetConfig config = Servers.config(Connections.DEFAULT, Requests.DEFAULT);
        NotedMetrics metrics = new NotedMetrics();
        try (NetServer server = NetServer.bind(config, Tls.listener(), Clock.system())) {
            int port = Servers.port(server);
            server.serve(
                    Servers.served(Servers.metadata(port)),
                    Servers.noQuotas(),
                    SaslListeners.NONE,
                    Servers.SCHEDULER,
                    metrics);
            assertThat(metrics.value("varve_certificate_end_timestamp_seconds", "PLAINTEXT"))
                    .isGreaterThan(Clock.system().millis() / 1e3);
            assertThat(metrics.value("varve_tls_handshakes_failed_total", "PLAINTEXT"))
                    .isZero();
            try (Admin admin = Admin.create(admin(port, Tls.AUTHORITY, Tls.CLIENT))) {
                assertThat(admin.describeCluster().nodes().get(60, TimeUnit.SECONDS))
                        .hasSize(1);
            }
        }
    }

    @Test
    void knowsAClientByItsCertificate() throws Exception {
        try (NetServer server = start(Tls.listener("ssl.client.auth", "required"), Connections.DEFAULT, noting)) {
            assertThat(callerOf(server, Tls.CLIENT)).hasToString("User:CN=client,OU=tests,O=Varve");
        }
    }

    @Test
    void namesAClientByTheRules() throws Exception {
        SecuredListeners mapped = Tls.listener(
                "ssl.client.auth",
                "requested",
                "ssl.principal.mapping.rules",
                "RULE:^CN=(.*?),OU=tests.*$/$1/U,DEFAULT");
        try (NetServer server = start(mapped, Connections.DEFAULT, noting)) {
            assertThat(callerOf(server, Tls.CLIENT)).hasToString("User:CLIENT");
            assertThat(callerOf(server, Tls.AUTHORITY.issue("CN=other"))).hasToString("User:CN=other");
            assertThat(callerOf(server, null)).isEqualTo(KafkaPrincipal.ANONYMOUS);
        }
    }

    @Test
    void closesWhenNoRuleTakesTheName() throws Exception {
        SecuredListeners narrow = Tls.listener(
                "ssl.client.auth", "required", "ssl.principal.mapping.rules", "RULE:^CN=(.*?),OU=tests.*$/$1/");
        try (NetServer server = start(narrow, Connections.DEFAULT, noting);
                RawClient client = Tls.connect(Servers.port(server), Tls.AUTHORITY.issue("CN=other"))) {
            client.send(RawClient.metadata(1));
            assertThat(client.isClosedByServer()).isTrue();
            awaitLine("No rules apply to CN=other");
            assertThat(callers).isEmpty();
        }
    }

    @Test
    void asksNoCertificateOfAClientWhereNoneIsWanted() throws Exception {
        try (NetServer server = start(Tls.listener(), Connections.DEFAULT, noting)) {
            assertThat(callerOf(server, Tls.CLIENT)).isEqualTo(KafkaPrincipal.ANONYMOUS);
        }
    }

    @Test
    void tellsAClientThatACertificateIsRequired() throws Exception {
        try (NetServer server = start(Tls.listener("ssl.client.auth", "required"), Connections.DEFAULT, noting);
                Admin admin = Admin.create(admin(Servers.port(server), Tls.AUTHORITY, null))) {
            assertThatThrownBy(() -> admin.describeCluster().nodes().get(60, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(SslAuthenticationException.class);
            awaitLine("the client gave no certificate (ssl.client.auth=required)");
        }
    }

    @Test
    void refusesACertificateOfAStranger() throws Exception {
        TestIdentity stranger = new TestAuthority("CN=authority").issue("CN=client");
        try (NetServer server = start(Tls.listener("ssl.client.auth", "required"), Connections.DEFAULT, noting)) {
            assertThatThrownBy(() -> callerOf(server, stranger)).isInstanceOf(IOException.class);
            awaitLine("the TLS handshake failed: PKIX path");
            assertThat(callers).isEmpty();
        }
    }

    @Test
    void saysThatAClientDoesNotTrustTheServer() throws Exception {
        try (NetServer server = start(Tls.listener(), Connections.DEFAULT, noting);
                Admin admin = Admin.create(admin(Servers.port(server), new TestAuthority("CN=elsewhere"), null))) {
            assertThatThrownBy(() -> admin.describeCluster().nodes().get(60, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(SslAuthenticationException.class);
            awaitLine("the client does not accept this server's certificate");
        }
    }

    @Test
    void saysThatAClientSpeaksNoTls() throws Exception {
        SecuredListeners tls = Tls.listener();
        try (NetServer server = start(tls, Connections.DEFAULT, noting);
                RawClient client = new RawClient(Servers.port(server))) {
            client.send(RawClient.metadata(1));
            client.receiveToTheEnd();
            awaitLine(
                    "closing ",
                    ": listener PLAINTEXT speaks TLS, and what arrived is not TLS; the client needs"
                            + " security.protocol=SSL");
            assertThat(tls.tls("PLAINTEXT").orElseThrow().failedHandshakes()).isEqualTo(1);
            assertThat(callers).isEmpty();
        }
    }

    @Test
    void saysThatAClientSpeaksTlsWhereNoneIsSpoken() throws Exception {
        try (NetServer server = Servers.start(noting)) {
            assertThatThrownBy(() -> callerOf(server, null)).isInstanceOf(IOException.class);
            awaitLine("speaks TLS to a listener without TLS");
        }
    }

    @Test
    void endsAHandshakeThatDoesNotComeToItsEnd() throws Exception {
        Connections two = new Connections(IDLE_MS, 10, 2);
        try (NetServer server = start(Tls.listener(), two, noting);
                RawClient silent = new RawClient(Servers.port(server));
                RawClient begun = new RawClient(Servers.port(server))) {
            begun.send(new byte[] {22, 3, 1, 1, 0, 1});
            try (RawClient third = new RawClient(Servers.port(server))) {
                assertThat(third.isClosedByServer()).as("half-open ones count").isTrue();
            }
            assertThat(silent.isClosedByServer()).isTrue();
            begun.receiveToTheEnd();
            awaitLine("the client did not finish its handshake in time");
            Await.until("no buffer in use", () -> server.allocator().pinnedDirectMemory() == 0);
            try (RawClient next = new RawClient(Servers.port(server))) {
                next.send(new byte[] {22});
                Await.until("the next", () -> server.context().connections().size() == 1);
            }
        }
    }

    @Test
    void refusesRecordsThatTlsHasNot() throws Exception {
        try (NetServer server = start(Tls.listener(), Connections.DEFAULT, noting);
                RawClient huge = new RawClient(Servers.port(server))) {
            huge.send(new byte[] {22, 3, 3, -1, -1});
            huge.receiveToTheEnd();
            awaitLine("announced a TLS record of 65535 bytes");
        }
    }

    @Test
    void closesOnGarbageAfterTheHandshake() throws Exception {
        try (NetServer server = start(Tls.listener(), Connections.DEFAULT, noting);
                Socket plain = new Socket(InetAddress.getLoopbackAddress(), Servers.port(server));
                Socket tls = Tls.AUTHORITY.client(null).getSocketFactory().createSocket(plain, "localhost", 1, false)) {
            new RawClient(tls).send(RawClient.metadata(1)).receiveId();
            plain.getOutputStream().write(new byte[] {23, 3, 3, 0, 20});
            plain.getOutputStream().write(new byte[20]);
            awaitLine("closing ", "violates TLS");
        }
    }

    @Test
    void logsNoBytesOfAPeerThatEndsTls() throws Exception {
        try (NetServer server = start(Tls.listener(), Connections.DEFAULT, noting);
                Socket plain = new Socket(InetAddress.getLoopbackAddress(), Servers.port(server));
                Socket tls = Tls.AUTHORITY.client(null).getSocketFactory().createSocket(plain, "localhost", 1, false)) {
            new RawClient(tls).send(RawClient.metadata(1)).receiveId();
            plain.getOutputStream().write(new byte[1_000]);
            awaitLine("closing ", "violates TLS: what arrived is no TLS record");
        }
    }

    @Test
    void refusesToNegotiateAnew() throws Exception {
        try (NetServer server = start(Tls.listener(), Connections.DEFAULT, noting);
                SSLSocket socket = (SSLSocket) Tls.AUTHORITY
                        .client(null)
                        .getSocketFactory()
                        .createSocket(InetAddress.getLoopbackAddress(), Servers.port(server))) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            RawClient client = new RawClient(socket);
            client.send(RawClient.metadata(1)).receiveId();
            socket.startHandshake();
            assertThatThrownBy(() -> client.send(RawClient.metadata(2)).receiveId())
                    .isInstanceOf(IOException.class);
            awaitLine("renegotiation is not supported");
        }
    }

    @Test
    void takesAnOrderlyEndForNoFault() throws Exception {
        for (String protocol : List.of("TLSv1.2", "TLSv1.3")) {
            try (NetServer server = start(Tls.listener(), Connections.DEFAULT, noting)) {
                try (SSLSocket socket = (SSLSocket) Tls.AUTHORITY
                        .client(null)
                        .getSocketFactory()
                        .createSocket(InetAddress.getLoopbackAddress(), Servers.port(server))) {
                    socket.setEnabledProtocols(new String[] {protocol});
                    new RawClient(socket).send(RawClient.metadata(1)).receiveId();
                }
                Await.until("the end", () -> server.context().connections().isEmpty());
            }
        }
        assertThat(log.lines(Level.WARN)).isEmpty();
    }

    @Test
    void stopsAtOnceThoughHandshakesAreUnderWay() throws Exception {
        try (RawClient client = stopped()) {
            assertThat(client.isClosedByServer()).isTrue();
        }
    }

    private RawClient stopped() throws IOException {
        try (NetServer server = start(Tls.listener(), Connections.DEFAULT, noting)) {
            RawClient client = new RawClient(Servers.port(server));
            Await.until("the connection", () -> !server.context().connections().isEmpty());
            long begun = System.nanoTime();
            server.stop(240_000);
            assertThat(System.nanoTime() - begun).isLessThan(Await.PATIENCE.toNanos());
            return client;
        }
    }

    private KafkaPrincipal callerOf(NetServer server, TestIdentity own) throws IOException, InterruptedException {
        try (RawClient client = Tls.connect(Servers.port(server), own)) {
            client.send(RawClient.metadata(1)).receiveId();
        }
        return callers.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private void awaitLine(String... parts) {
        Await.until(
                "a line with " + List.of(parts),
                () -> log.lines().stream()
                        .anyMatch(line -> List.of(parts).stream().allMatch(line::contains)));
    }

    private static NetServer start(SecuredListeners security, Connections connections, ScriptedHandler... handlers) {
        return Servers.start(Servers.config(connections, Requests.DEFAULT), security, NettyTransport.best(), handlers);
    }

    private static Map<String, Object> admin(int port, TestAuthority trusted, TestIdentity own) {
        Map<String, Object> config = new HashMap<>(Map.of(
                "bootstrap.servers",
                "localhost:" + port,
                "security.protocol",
                "SSL",
                "ssl.truststore.type",
                "PEM",
                "ssl.truststore.certificates",
                trusted.pem()));
        if (own != null) {
            config.putAll(Map.of(
                    "ssl.keystore.type",
                    "PEM",
                    "ssl.keystore.key",
                    own.keyPem(),
                    "ssl.keystore.certificate.chain",
                    own.chainPem()));
        }
        return config;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Metrics;
import io.varve.server.api.security.SaslAuthenticateHandler;
import io.varve.server.api.security.SaslHandshakeHandler;
import io.varve.server.cluster.Endpoint;
import io.varve.server.security.ListenerSecurity;
import io.varve.server.security.sasl.SaslConfig;
import io.varve.server.security.sasl.SaslConfig.AuthenticationLimits;
import io.varve.server.security.sasl.SaslListeners;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.SaslAuthenticateResponse;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What reaches handlers of a listener with SASL, frame by frame. */
@Timeout(60)
class SaslFramesTest {
    private static final int MAX_BYTES = 1_000;
    private static final byte[] HANDSHAKE = handshake(1);

    private final List<String> served = Collections.synchronizedList(new ArrayList<>());
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private RawClient connect(AuthenticationLimits limits) throws IOException {
        NetConfig config = NetConfig.of(new Endpoint("CLIENTS", "127.0.0.1", 0));
        ListenerSecurity security = new ListenerSecurity("CLIENTS", SecurityProtocol.SASL_PLAINTEXT, Map.of());
        NetServer server = NetServer.bind(config, Map.of("CLIENTS", security), Clock.system());
        SaslConfig sasl = SaslConfig.parse(
                "CLIENTS",
                Map.of(
                        "sasl.enabled.mechanisms",
                        "PLAIN",
                        "sasl.server.max.receive.size",
                        Integer.toString(MAX_BYTES),
                        "plain.sasl.jaas.config",
                        "org.apache.kafka.common.security.plain.PlainLoginModule required user_alice=\"a-secret\";"),
                limits);
        server.serve(
                Servers.served(
                        new ScriptedHandler(ApiKeys.SASL_HANDSHAKE, new SaslHandshakeHandler()::handle),
                        new ScriptedHandler(ApiKeys.SASL_AUTHENTICATE, new SaslAuthenticateHandler()::handle),
                        ScriptedHandler.answering(ApiKeys.METADATA, request -> {
                            served.add(request.connection().principal().toString());
                            return new MetadataResponseData();
                        })),
                Servers.noQuotas(),
                SaslListeners.open(List.of(sasl), (mechanism, user) -> Optional.empty(), Clock.system(), Ids.seeded(1)),
                Servers.SCHEDULER,
                Metrics.NONE);
        RawClient client = new RawClient(Servers.port(server));
        open.add(client);
        open.add(server);
        return client;
    }

    private RawClient connect() throws IOException {
        return connect(AuthenticationLimits.DEFAULT);
    }

    private static byte[] handshake(int version) {
        return RawClient.frame(
                ApiKeys.SASL_HANDSHAKE, (short) version, 1, new SaslHandshakeRequestData().setMechanism("PLAIN"));
    }

    private static byte[] token(String password) {
        return RawClient.frame(
                ApiKeys.SASL_AUTHENTICATE,
                (short) 2,
                2,
                new SaslAuthenticateRequestData().setAuthBytes(plain(password)));
    }

    private static byte[] plain(String password) {
        return ("\0alice\0" + password).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] together(byte[]... frames) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] frame : frames) {
            all.write(frame);
        }
        return all.toByteArray();
    }

    @Test
    void whatIsSentTogetherIsServedInTurn() throws IOException {
        RawClient client = connect()
                .send(together(RawClient.apiVersions(0, 3), HANDSHAKE, token("a-secret"), RawClient.metadata(3)));
        for (int id = 0; id <= 3; id++) {
            assertThat(client.receiveId()).isEqualTo(id);
        }
        assertThat(served).containsExactly("User:alice");
    }

    @Test
    void tokensWithoutHeadersAreServedInTurn() throws IOException {
        RawClient client =
                connect().send(together(handshake(0), RawClient.frame(plain("a-secret")), RawClient.metadata(3)));
        assertThat(client.receiveId()).isEqualTo(1);
        assertThat(client.receive().remaining()).isZero();
        assertThat(client.receiveId()).isEqualTo(3);
        assertThat(served).containsExactly("User:alice");
    }

    @Test
    void aRequestBehindAWrongPasswordIsNotServed() throws IOException {
        RawClient client = connect().send(together(HANDSHAKE, token("guess"), RawClient.metadata(3)));
        assertThat(client.receiveId()).isEqualTo(1);
        SaslAuthenticateResponse refusal =
                (SaslAuthenticateResponse) client.receive(ApiKeys.SASL_AUTHENTICATE, (short) 2);
        assertThat(refusal.errorMessage()).isEqualTo("Authentication failed: Invalid username or password");
        assertThat(client.isClosedByServer()).isTrue();
        assertThat(served).isEmpty();
    }

    @Test
    void aRequestBeforeTheHandshakeIsNotServed() throws IOException {
        RawClient client = connect().send(RawClient.metadata(3));
        assertThat(client.isClosedByServer()).isTrue();
        assertThat(served).isEmpty();
    }

    @Test
    void aRequestInsteadOfATokenIsToldSoAndNotServed() throws IOException {
        RawClient client = connect().send(together(HANDSHAKE, RawClient.metadata(3), token("a-secret")));
        assertThat(client.receiveId()).isEqualTo(1);
        assertThat(client.receiveId()).isEqualTo(3);
        assertThat(client.isClosedByServer()).isTrue();
        assertThat(served).isEmpty();
    }

    @Test
    void aFailureIsToldLater() throws IOException {
        RawClient client = connect(new AuthenticationLimits(300, 60_000)).send(HANDSHAKE);
        client.receive();
        long sent = System.nanoTime();
        client.send(token("guess")).receive();
        assertThat(System.nanoTime() - sent).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
        assertThat(client.isClosedByServer()).isTrue();
    }

    @Test
    void aSilentPeerIsClosedInTime() throws IOException {
        assertThat(connect(new AuthenticationLimits(0, 200)).isClosedByServer()).isTrue();
        RawClient halfWay = connect(new AuthenticationLimits(0, 200)).send(HANDSHAKE);
        halfWay.receive();
        assertThat(halfWay.isClosedByServer()).isTrue();
    }

    @Test
    void anAuthenticatedPeerMayBeSilent() throws IOException {
        RawClient client = connect(new AuthenticationLimits(0, 500)).send(together(HANDSHAKE, token("a-secret")));
        client.receive();
        client.receive();
        client.socket().setSoTimeout(1_000);
        try {
            assertThat(client.isClosedByServer()).isFalse();
        } catch (SocketTimeoutException stillOpen) {
            client.socket().setSoTimeout(10_000);
        }
        assertThat(client.send(RawClient.metadata(3)).receiveId()).isEqualTo(3);
    }

    @Test
    void largeFramesAreRefusedUntilThePeerIsKnown() throws IOException {
        byte[] announced =
                ByteBuffer.allocate(Integer.BYTES).putInt(MAX_BYTES + 1).array();
        assertThat(connect().send(announced).isClosedByServer()).isTrue();
        assertThat(connect().send(together(HANDSHAKE, announced)).receiveId()).isEqualTo(1);

        RawClient known = connect().send(together(HANDSHAKE, token("a-secret")));
        known.receive();
        known.receive();
        byte[] more = together(RawClient.header(ApiKeys.METADATA, (short) 1, 3), new byte[MAX_BYTES]);
        assertThat(known.send(RawClient.frame(more)).receiveId()).isEqualTo(3);
    }
}

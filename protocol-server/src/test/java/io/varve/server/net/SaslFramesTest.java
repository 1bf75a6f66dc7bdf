// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.security.sasl.SaslConfig.AuthenticationLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.requests.SaslAuthenticateResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What reaches handlers of a listener with SASL, frame by frame. */
@Timeout(180)
class SaslFramesTest {
    private static final int MAX_BYTES = SaslServers.MAX_BYTES;
    private static final byte[] HANDSHAKE = SaslServers.handshake(1);

    private final SaslServers servers = new SaslServers();
    private final List<RawClient> clients = new ArrayList<>();
    private final List<String> served = servers.served();

    @AfterEach
    void close() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
        servers.close();
    }

    private RawClient connect(AuthenticationLimits limits) throws IOException {
        RawClient client = new RawClient(Servers.port(servers.start(limits)));
        clients.add(client);
        return client;
    }

    private RawClient connect() throws IOException {
        return connect(AuthenticationLimits.DEFAULT);
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
                .send(together(
                        RawClient.apiVersions(0, 3), HANDSHAKE, SaslServers.token("a-secret"), RawClient.metadata(3)));
        for (int id = 0; id <= 3; id++) {
            assertThat(client.receiveId()).isEqualTo(id);
        }
        assertThat(served).containsExactly("User:alice");
    }

    @Test
    void tokensWithoutHeadersAreServedInTurn() throws IOException {
        RawClient client = connect()
                .send(together(
                        SaslServers.handshake(0),
                        RawClient.frame(SaslServers.plain("a-secret")),
                        RawClient.metadata(3)));
        assertThat(client.receiveId()).isEqualTo(1);
        assertThat(client.receive().remaining()).isZero();
        assertThat(client.receiveId()).isEqualTo(3);
        assertThat(served).containsExactly("User:alice");
    }

    @Test
    void aRequestBehindAWrongPasswordIsNotServed() throws IOException {
        RawClient client = connect().send(together(HANDSHAKE, SaslServers.token("guess"), RawClient.metadata(3)));
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
        RawClient client = connect().send(together(HANDSHAKE, RawClient.metadata(3), SaslServers.token("a-secret")));
        assertThat(client.receiveId()).isEqualTo(1);
        assertThat(client.receiveId()).isEqualTo(3);
        assertThat(client.isClosedByServer()).isTrue();
        assertThat(served).isEmpty();
    }

    /** An API that no handler serves has its own error, which must not come before the one of its place. */
    @Test
    void anApiThatIsNotServedIsOutOfPlaceAsWell() throws IOException {
        RawClient client = connect().send(together(HANDSHAKE, SaslServers.unserved(3), SaslServers.unserved(4)));
        assertThat(client.receiveId()).isEqualTo(1);
        assertThat(client.receiveId()).isEqualTo(3);
        assertThat(client.isClosedByServer()).isTrue();
    }

    /** Its answer is counted as that of any share fetch. */
    @Test
    void aShareFetchInsteadOfATokenIsToldSoWhileThereAreQuotas() throws IOException {
        servers.throttle()
                .enforce(Map.of(
                        new ClientQuotaEntity(Map.of("client-id", "raw")), Map.of("consumer_byte_rate", 1_000_000.0)));
        byte[] fetch = RawClient.frame(
                ApiKeys.SHARE_FETCH, ApiKeys.SHARE_FETCH.latestVersion(), 3, new ShareFetchRequestData());
        RawClient client = connect().send(together(HANDSHAKE, fetch));
        assertThat(client.receiveId()).isEqualTo(1);
        assertThat(client.receiveId()).isEqualTo(3);
        assertThat(client.isClosedByServer()).isTrue();
    }

    @Test
    void aFailureIsToldLater() throws IOException {
        RawClient client = connect(new AuthenticationLimits(300, 60_000)).send(HANDSHAKE);
        client.receive();
        long sent = System.nanoTime();
        client.send(SaslServers.token("guess")).receive();
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
        RawClient client =
                connect(new AuthenticationLimits(0, 500)).send(together(HANDSHAKE, SaslServers.token("a-secret")));
        client.receive();
        client.receive();
        client.socket().setSoTimeout(1_000);
        try {
            assertThat(client.isClosedByServer()).isFalse();
        } catch (SocketTimeoutException stillOpen) {
            client.socket().setSoTimeout(60_000);
        }
        assertThat(client.send(RawClient.metadata(3)).receiveId()).isEqualTo(3);
    }

    @Test
    void largeFramesAreRefusedUntilThePeerIsKnown() throws IOException {
        byte[] announced =
                ByteBuffer.allocate(Integer.BYTES).putInt(MAX_BYTES + 1).array();
        assertThat(connect().send(announced).isClosedByServer()).isTrue();
        assertThat(connect().send(together(HANDSHAKE, announced)).receiveId()).isEqualTo(1);

        RawClient known = connect().send(together(HANDSHAKE, SaslServers.token("a-secret")));
        known.receive();
        known.receive();
        byte[] more = together(RawClient.header(ApiKeys.METADATA, (short) 1, 3), new byte[MAX_BYTES]);
        assertThat(known.send(RawClient.frame(more)).receiveId()).isEqualTo(3);
    }
}

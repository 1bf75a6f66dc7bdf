// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.sasl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.NotedMetrics;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SaslAuthenticationTest {
    private static final String INVALID =
            "Authentication failed during authentication due to invalid credentials with SASL mechanism ";

    private final SaslBench bench = new SaslBench();

    @Test
    void rightPasswordAuthenticates() {
        SaslAuthentication peer = bench.begin(Map.of());
        assertThat(peer.isDone()).isFalse();
        assertThat(bench.handshake(peer, "PLAIN", 1).errorCode()).isZero();
        SaslAuthenticateResponseData answer = bench.plain(peer, "alice", "a-secret");
        assertThat(answer.errorCode()).isZero();
        assertThat(answer.sessionLifetimeMs()).isZero();
        assertThat(peer.isDone()).isTrue();
        assertThat(bench.principal).hasToString("User:alice");
    }

    @Test
    void failuresAreCountedByListenerAndMechanism() {
        SaslListeners listeners = bench.open(Map.of(), "CLIENTS");
        NotedMetrics metrics = new NotedMetrics();
        metrics.read(listeners::read);
        SaslAuthentication wrong = listeners.begin("CLIENTS", "peer");
        bench.handshake(wrong, "PLAIN", 1);
        bench.plain(wrong, "alice", "guess");
        wrong.fail("it took longer");
        listeners.begin("CLIENTS", "peer").handshake("GSSAPI", (short) 1);
        SaslAuthentication right = listeners.begin("CLIENTS", "peer");
        bench.handshake(right, "PLAIN", 1);
        bench.plain(right, "alice", "a-secret");
        assertThat(metrics.value("varve_authentications_failed_total", "CLIENTS", "PLAIN"))
                .isEqualTo(1);
        assertThat(metrics.value("varve_authentications_failed_total", "CLIENTS", "none"))
                .isEqualTo(1);
        assertThat(metrics.value("varve_authentications_failed_total", "CLIENTS", "SCRAM-SHA-256"))
                .isZero();
    }

    @Test
    void wrongPasswordAndUnknownUserAreToldAlike() {
        for (String user : new String[] {"alice", "nobody"}) {
            SaslAuthentication peer = bench.begin(Map.of());
            bench.handshake(peer, "PLAIN", 1);
            SaslReply reply = bench.token(peer, SaslBench.plainToken(user, "guess"));
            assertThat(reply.isLast()).isTrue();
            assertThat(((SaslAuthenticateResponseData) reply.answer()).errorCode())
                    .isEqualTo(Errors.SASL_AUTHENTICATION_FAILED.code());
            assertThat(((SaslAuthenticateResponseData) reply.answer()).errorMessage())
                    .isEqualTo("Authentication failed: Invalid username or password");
            assertThat(peer.isDone()).isFalse();
            assertThat(bench.principal).isNull();
        }
    }

    /** Kafka's patterns ended by a StackOverflowError, and quadratic time. */
    @Test
    void tokensThatAreTooLongToBeReadAreWrong() {
        Map<String, List<String>> tokens = Map.of(
                "SCRAM-SHA-512",
                List.of("n,,n=" + "x".repeat(4_000) + ",r=abc", "n,,n=" + "x".repeat(400_000) + ",r=abc"),
                "OAUTHBEARER",
                List.of(
                        "n,a=" + "x".repeat(60_000) + ",\1auth=Bearer x\1\1",
                        "n,,\1auth=Bearer x\1" + "a=b\1".repeat(15_000) + "\1",
                        "n,,\1auth=Bearer " + "x".repeat(65_536) + "\1\1"));
        tokens.forEach((mechanism, all) -> all.forEach(token -> {
            SaslAuthentication peer = bench.begin(Map.of());
            bench.handshake(peer, mechanism, 1);
            SaslReply reply = bench.token(peer, token.getBytes(StandardCharsets.UTF_8));
            assertThat(reply.isLast()).isTrue();
            assertThat(((SaslAuthenticateResponseData) reply.answer()).errorMessage())
                    .isEqualTo(INVALID + mechanism);
            assertThat(peer.isOutOfPlace(ApiKeys.SASL_AUTHENTICATE)).isTrue();
        }));
    }

    @Test
    void scramAuthenticatesAndTellsUnknownUsersAsWrongPasswords() throws Exception {
        for (String mechanism : new String[] {"SCRAM-SHA-256", "SCRAM-SHA-512"}) {
            SaslAuthentication right = bench.begin(Map.of());
            assertThat(bench.scram(right, mechanism, "bob", "b-secret").isLast())
                    .isFalse();
            assertThat(bench.principal).hasToString("User:bob");

            int[] rounds = new int[2];
            String[] users = {"bob", "nobody"};
            for (int i = 0; i < users.length; i++) {
                SaslAuthentication wrong = bench.begin(Map.of());
                SaslReply reply = bench.scram(wrong, mechanism, users[i], "guess");
                rounds[i] = bench.rounds;
                assertThat(reply.isLast()).isTrue();
                assertThat(((SaslAuthenticateResponseData) reply.answer()).errorMessage())
                        .isEqualTo(INVALID + mechanism);
            }
            assertThat(rounds[0]).isEqualTo(rounds[1]).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a=b,c", "sp ace", "quo\"te", "=2C", "tab\tbed"})
    void namesThatScramEscapesAuthenticate(String user) throws Exception {
        bench.users.put("SCRAM-SHA-256:" + user, SaslBench.credential("SCRAM-SHA-256", "p\u00e4ss,=word"));
        SaslAuthentication peer = bench.begin(Map.of());
        assertThat(bench.scram(peer, "SCRAM-SHA-256", user, "p\u00e4ss,=word").isLast())
                .isFalse();
        assertThat(bench.principal.getName()).isEqualTo(user);
    }

    @Test
    void whoDoesNotExistHasOneSaltOfTheFormThatOthersHave() {
        try (SaslListeners listeners = bench.open(Map.of(), "CLIENTS", "OTHERS")) {
            for (String mechanism : new String[] {"SCRAM-SHA-256", "SCRAM-SHA-512"}) {
                String challenge = challenge(listeners.begin("CLIENTS", "peer"), mechanism, "nobody");
                String salt = challenge.split(",")[1].substring(2);
                assertThat(new String(Base64.getDecoder().decode(salt), StandardCharsets.UTF_8))
                        .matches("[0-9a-z]{20,26}");
                assertThat(challenge).endsWith(",i=4096");
                for (String listener : new String[] {"CLIENTS", "OTHERS"}) {
                    assertThat(challenge(listeners.begin(listener, "peer"), mechanism, "nobody"))
                            .as("by what it makes of the same nonce")
                            .contains(",s=" + salt + ",");
                }
                assertThat(challenge(listeners.begin("CLIENTS", "peer"), mechanism, "nobody2"))
                        .doesNotContain(salt);
            }
        }
    }

    @Test
    void whoDoesNotExistHasANumberOfIterationsThatOthersHave() {
        bench.iterations = List.of(5_000, 9_000);
        Set<String> told = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            String challenge = challenge(bench.begin(Map.of()), "SCRAM-SHA-256", "nobody" + i);
            told.add(challenge.split(",")[2]);
        }
        assertThat(told).containsExactlyInAnyOrder("i=5000", "i=9000");
    }

    private String challenge(SaslAuthentication peer, String mechanism, String user) {
        bench.handshake(peer, mechanism, 1);
        SaslReply reply = bench.token(peer, ("n,,n=" + user + ",r=same").getBytes(StandardCharsets.UTF_8));
        return new String(((SaslAuthenticateResponseData) reply.answer()).authBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void deletedCredentialsCountNoMore() throws Exception {
        SaslAuthentication before = bench.begin(Map.of());
        assertThat(bench.scram(before, "SCRAM-SHA-256", "bob", "b-secret").isLast())
                .isFalse();
        bench.users.clear();
        SaslAuthentication after = bench.begin(Map.of());
        assertThat(bench.scram(after, "SCRAM-SHA-256", "bob", "b-secret").isLast())
                .isTrue();
    }

    @Test
    void aMechanismThatIsNotEnabledIsToldWithThoseThatAre() {
        SaslAuthentication peer = bench.begin(Map.of("sasl.enabled.mechanisms", "PLAIN"));
        SaslReply reply = peer.handshake("GSSAPI", (short) 1);
        SaslHandshakeResponseData answer = (SaslHandshakeResponseData) reply.answer();
        assertThat(reply.isLast()).isTrue();
        assertThat(answer.errorCode()).isEqualTo(Errors.UNSUPPORTED_SASL_MECHANISM.code());
        assertThat(answer.mechanisms()).containsExactly("PLAIN");
    }

    @ParameterizedTest
    @EnumSource(ApiKeys.class)
    void onlyVersionsAndHandshakeComeFirst(ApiKeys api) {
        SaslAuthentication peer = bench.begin(Map.of());
        if (api == ApiKeys.API_VERSIONS || api == ApiKeys.SASL_HANDSHAKE) {
            assertThatCode(() -> peer.requireAdmitted(api.id)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> peer.requireAdmitted(api.id))
                    .isInstanceOf(InvalidRequestException.class)
                    .hasMessageContaining("before it was authenticated");
        }
    }

    @ParameterizedTest
    @EnumSource(ApiKeys.class)
    void onlyATokenComesAfterTheHandshake(ApiKeys api) {
        SaslAuthentication peer = bench.begin(Map.of());
        bench.handshake(peer, "PLAIN", 1);
        assertThat(peer.isOutOfPlace(api)).isEqualTo(api != ApiKeys.SASL_AUTHENTICATE);
        bench.plain(peer, "alice", "a-secret");
        assertThat(peer.isOutOfPlace(api)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(ApiKeys.class)
    void nothingComesAfterAFailure(ApiKeys api) {
        SaslAuthentication peer = bench.begin(Map.of());
        bench.handshake(peer, "PLAIN", 1);
        bench.plain(peer, "alice", "guess");
        assertThat(peer.isOutOfPlace(api)).isTrue();
        assertThatThrownBy(() -> peer.requireAdmitted(api.id))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("failed to authenticate");
    }

    @Test
    void tokensComeWithoutHeadersAfterAHandshakeOfVersion0() {
        SaslAuthentication peer = bench.begin(Map.of());
        bench.handshake(peer, "PLAIN", 0);
        assertThat(peer.takesRawToken()).isTrue();
        assertThat(bench.plain(peer, "alice", "a-secret").authBytes()).isEmpty();
        assertThat(peer.takesRawToken()).isFalse();

        SaslAuthentication wrong = bench.begin(Map.of());
        bench.handshake(wrong, "PLAIN", 0);
        SaslReply reply = bench.token(wrong, SaslBench.plainToken("alice", "guess"));
        assertThat(reply.isLast()).isTrue();
        assertThat(reply.answer()).isNull();
    }

    @Test
    void aPeerThatNeverGetsToTheHandshakeIsClosed() {
        SaslAuthentication peer = bench.begin(Map.of());
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 100; i++) {
                        peer.requireAdmitted(ApiKeys.API_VERSIONS.id);
                    }
                })
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void endlessTokensEnd() {
        SaslAuthentication peer = bench.begin(Map.of());
        bench.handshake(peer, "OAUTHBEARER", 1);
        SaslReply reply = bench.token(peer, SaslBench.bearer("no.such.token"));
        int rounds = 1;
        while (!reply.isLast() && rounds < 1_000) {
            reply = bench.token(peer, SaslBench.bearer("no.such.token"));
            rounds++;
        }
        assertThat(rounds).isLessThan(20);
    }

    @Test
    void garbageFailsWithoutAnException() {
        for (String mechanism : bench.mechanisms()) {
            for (byte[] token : new byte[][] {{}, {0}, {0, 0}, {0, 0, 0, 0}, new byte[70_000], {-1, -2, -3}}) {
                SaslAuthentication peer = bench.begin(Map.of());
                bench.handshake(peer, mechanism, 1);
                SaslReply reply = bench.token(peer, token);
                assertThat(reply.isLast()).as(mechanism).isTrue();
                assertThat(((SaslAuthenticateResponseData) reply.answer()).errorCode())
                        .isEqualTo(Errors.SASL_AUTHENTICATION_FAILED.code());
            }
        }
    }

    @Test
    void aSessionEndsUnlessThePeerAuthenticatesAgain() {
        SaslAuthentication peer = bench.begin(Map.of("connections.max.reauth.ms", "5000"));
        bench.handshake(peer, "PLAIN", 1);
        assertThat(bench.plain(peer, "alice", "a-secret").sessionLifetimeMs()).isEqualTo(5000);
        bench.time.advance(5000);
        peer.requireAdmitted(ApiKeys.METADATA.id);
        bench.time.advance(1);
        assertThatThrownBy(() -> peer.requireAdmitted(ApiKeys.METADATA.id))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("session has ended");
        peer.requireAdmitted(ApiKeys.SASL_HANDSHAKE.id);
        bench.handshake(peer, "PLAIN", 1);
        assertThat(peer.isDone()).isFalse();
        assertThat(peer.isFirst()).isFalse();
        assertThat(bench.plain(peer, "alice", "a-secret").sessionLifetimeMs()).isEqualTo(5000);
        peer.requireAdmitted(ApiKeys.METADATA.id);
    }

    @Test
    void aSettingOfTheMechanismOverridesTheOneOfAll() {
        Map<String, String> settings =
                Map.of("connections.max.reauth.ms", "5000", "plain.connections.max.reauth.ms", "7000");
        SaslAuthentication peer = bench.begin(settings);
        bench.handshake(peer, "PLAIN", 1);
        assertThat(bench.plain(peer, "alice", "a-secret").sessionLifetimeMs()).isEqualTo(7000);
    }

    @Test
    void aPeerMayNotBecomeAnotherAgain() {
        SaslAuthentication peer = bench.begin(Map.of("connections.max.reauth.ms", "5000"));
        bench.handshake(peer, "PLAIN", 1);
        bench.plain(peer, "alice", "a-secret");
        bench.handshake(peer, "PLAIN", 1);
        SaslReply reply = bench.token(peer, SaslBench.plainToken("carol", "c-secret"));
        assertThat(reply.isLast()).isTrue();
        assertThat(((SaslAuthenticateResponseData) reply.answer()).errorMessage())
                .isEqualTo("Cannot change principals during re-authentication from User.alice: User.carol");
        assertThat(bench.principal).hasToString("User:alice");
    }

    @Test
    void aPeerMayNotChangeItsMechanism() throws Exception {
        SaslAuthentication peer = bench.begin(Map.of("connections.max.reauth.ms", "5000"));
        bench.handshake(peer, "PLAIN", 1);
        bench.plain(peer, "alice", "a-secret");
        SaslReply reply = bench.scram(peer, "SCRAM-SHA-256", "alice", "a-secret");
        assertThat(reply.isLast()).isTrue();
        assertThat(((SaslAuthenticateResponseData) reply.answer()).errorMessage())
                .isEqualTo("SASL mechanism 'SCRAM-SHA-256' requested by client is not supported for"
                        + " re-authentication of mechanism 'PLAIN'");
    }

    @Test
    void aPeerAuthenticatesAgainOnceASecond() {
        SaslAuthentication peer = bench.begin(Map.of("connections.max.reauth.ms", "5000"));
        bench.handshake(peer, "PLAIN", 1);
        bench.plain(peer, "alice", "a-secret");
        assertThat(bench.handshake(peer, "PLAIN", 1).errorCode()).isZero();
        bench.plain(peer, "alice", "a-secret");
        bench.time.advance(999);
        assertThat(bench.handshake(peer, "PLAIN", 1).errorCode()).isEqualTo(Errors.ILLEGAL_SASL_STATE.code());
        bench.time.advance(1);
        assertThat(bench.handshake(peer, "PLAIN", 1).errorCode()).isZero();
    }

    @Test
    void withoutSessionsNobodyAuthenticatesAgain() {
        SaslAuthentication peer = bench.begin(Map.of());
        bench.handshake(peer, "PLAIN", 1);
        bench.plain(peer, "alice", "a-secret");
        assertThat(bench.handshake(peer, "PLAIN", 1).errorCode()).isEqualTo(Errors.ILLEGAL_SASL_STATE.code());
        SaslReply reply = bench.token(peer, SaslBench.plainToken("alice", "a-secret"));
        assertThat(((SaslAuthenticateResponseData) reply.answer()).errorMessage())
                .isEqualTo("SaslAuthenticate request received after successful authentication");
        assertThat(reply.isLast()).isFalse();
    }
}

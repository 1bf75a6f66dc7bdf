// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.sasl;

import io.varve.core.runtime.VirtualTime;
import io.varve.server.security.ListenerSecurity;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslServer;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.scram.ScramExtensionsCallback;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.scram.internals.ScramSaslClient;

/** Plays the peers of a listener with every mechanism. Alice and Carol are known to PLAIN, Bob to SCRAM. */
final class SaslBench implements SaslAuthentication.Peer {

    private static final Map<String, ScramCredential> BOB = Map.of(
            "SCRAM-SHA-256:bob",
            credential("SCRAM-SHA-256", "b-secret"),
            "SCRAM-SHA-512:bob",
            credential("SCRAM-SHA-512", "b-secret"));

    final VirtualTime time = new VirtualTime(1_000_000);
    final Map<String, ScramCredential> users = new HashMap<>(BOB);

    /** Who was authenticated last. */
    KafkaPrincipal principal;

    /** The number of tokens of the last exchange of SCRAM. */
    int rounds;

    List<Integer> iterations = List.of(4_096);

    static ScramCredential credential(String mechanism, String password) {
        try {
            return new ScramFormatter(ScramMechanism.forMechanismName(mechanism)).generateCredential(password, 4096);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private final class Users implements ScramCredentials {
        @Override
        public Optional<ScramCredential> find(String mechanism, String user) {
            return Optional.ofNullable(users.get(mechanism + ":" + user));
        }

        @Override
        public byte[] secret() {
            return new byte[32];
        }

        @Override
        public List<Integer> iterations(String mechanism) {
            return iterations;
        }
    }

    List<String> mechanisms() {
        return List.of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER");
    }

    /** A new connection, on a listener with these settings besides. */
    SaslAuthentication begin(Map<String, String> settings) {
        return open(settings, "CLIENTS").begin("CLIENTS", "peer");
    }

    /** Listeners with these settings besides. */
    SaslListeners open(Map<String, String> settings, String... listeners) {
        Map<String, String> all = new HashMap<>(Map.of(
                "sasl.enabled.mechanisms",
                String.join(",", mechanisms()),
                "plain.sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required"
                        + " user_alice=\"a-secret\" user_carol=\"c-secret\";",
                "oauthbearer.sasl.server.callback.handler.class",
                RefusingHandler.class.getName()));
        all.putAll(settings);
        all.values().removeIf(String::isEmpty); // as the server's parser does
        return SaslListeners.open(
                Stream.of(listeners)
                        .map(listener -> new ListenerSecurity(listener, SecurityProtocol.SASL_PLAINTEXT, all))
                        .map(each -> SaslConfig.parse(each, SaslConfig.AuthenticationLimits.DEFAULT))
                        .toList(),
                new Users(),
                time);
    }

    SaslHandshakeResponseData handshake(SaslAuthentication peer, String mechanism, int version) {
        return (SaslHandshakeResponseData)
                peer.handshake(mechanism, (short) version).answer();
    }

    SaslReply token(SaslAuthentication peer, byte[] token) {
        return peer.authenticate(token, this);
    }

    SaslAuthenticateResponseData plain(SaslAuthentication peer, String user, String password) {
        return (SaslAuthenticateResponseData)
                token(peer, plainToken(user, password)).answer();
    }

    static byte[] plainToken(String user, String password) {
        return ("\0" + user + "\0" + password).getBytes(StandardCharsets.UTF_8);
    }

    static byte[] bearer(String token) {
        return ("n,,\1auth=Bearer " + token + "\1\1").getBytes(StandardCharsets.UTF_8);
    }

    /** Plays an exchange to its end, and returns the last reply. */
    SaslReply scram(SaslAuthentication peer, String mechanism, String user, String password) throws Exception {
        handshake(peer, mechanism, 1);
        SaslClient client = new ScramSaslClient(
                ScramMechanism.forMechanismName(mechanism), callbacks -> answer(callbacks, user, password));
        byte[] next = client.evaluateChallenge(new byte[0]);
        rounds = 0;
        while (true) {
            SaslReply reply = token(peer, next);
            rounds++;
            if (reply.isLast() || peer.isDone()) {
                return reply;
            }
            next = client.evaluateChallenge(((SaslAuthenticateResponseData) reply.answer()).authBytes());
        }
    }

    private static void answer(Callback[] callbacks, String user, String password) {
        for (Callback callback : new ArrayList<>(List.of(callbacks))) {
            if (callback instanceof NameCallback name) {
                name.setName(user);
            } else if (callback instanceof PasswordCallback secret) {
                secret.setPassword(password.toCharArray());
            } else if (callback instanceof ScramExtensionsCallback extensions) {
                extensions.extensions(Map.of());
            }
        }
    }

    @Override
    public KafkaPrincipal principal(SaslServer server) {
        return new KafkaPrincipal(KafkaPrincipal.USER_TYPE, server.getAuthorizationID());
    }

    @Override
    public void authenticated(KafkaPrincipal authenticated) {
        principal = authenticated;
    }
}

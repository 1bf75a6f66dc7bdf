// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.sasl;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.SaslClient;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.scram.ScramExtensionsCallback;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.scram.internals.ScramSaslClient;

/**
 * Verifies the names and passwords of people who come by another way than Kafka's protocol, as by HTTP: by
 * the mechanisms that clients authenticate by, PLAIN and SCRAM. Thread-safe.
 */
public final class PasswordCheck {
    /** Max characters of a name: to read a longer one by SCRAM takes a deep stack. */
    private static final int MAX_NAME = 1_024;

    private final Collection<SaslMechanisms> listeners;
    private final LongAdder failures;

    /**
     * @param listeners know the passwords
     * @param failures counts those who are not who they say
     */
    PasswordCheck(Collection<SaslMechanisms> listeners, LongAdder failures) {
        this.listeners = List.copyOf(listeners);
        this.failures = failures;
    }

    /** @return true if a listener knows passwords */
    public boolean isPossible() {
        return listeners.stream()
                .flatMap(listener -> listener.config().jaas().keySet().stream())
                .anyMatch(mechanism -> mechanism.equals(SaslConfig.PLAIN) || ScramMechanism.isScram(mechanism));
    }

    /** @return ms after which a wrong password is answered: the longest of any listener */
    public int failureDelayMs() {
        return listeners.stream()
                .mapToInt(listener -> listener.config().limits().failureDelayMs())
                .max()
                .orElse(0);
    }

    /**
     * Verifies a password. Takes some ms of a processor by SCRAM, and may take longer by a class of others:
     * not for an event loop.
     *
     * @param user any name
     * @param password any text
     * @return who that is; empty if the password is wrong, the user unknown, or no listener has such a
     *     mechanism
     */
    public Optional<KafkaPrincipal> principal(String user, String password) {
        boolean right = false;
        if (!user.isEmpty() && user.length() <= MAX_NAME && !password.isEmpty()) {
            for (SaslMechanisms listener : listeners) {
                for (String mechanism : listener.config().jaas().keySet()) {
                    right |= isRight(listener, mechanism, user, password); // all of them, so that time tells nothing
                }
            }
        }
        if (!right) {
            failures.increment();
            return Optional.empty();
        }
        return Optional.of(new KafkaPrincipal(KafkaPrincipal.USER_TYPE, user));
    }

    private static boolean isRight(SaslMechanisms listener, String mechanism, String user, String password) {
        try {
            SaslServer server = listener.begin(mechanism);
            if (mechanism.equals(SaslConfig.PLAIN)) {
                server.evaluateResponse(("\0" + user + "\0" + password).getBytes(StandardCharsets.UTF_8));
            } else if (ScramMechanism.isScram(mechanism)) {
                exchange(client(mechanism, user, password), server);
            } else {
                return false;
            }
            return server.isComplete() && server.getAuthorizationID().equals(user);
        } catch (SaslException | AuthenticationException e) {
            return false;
        }
    }

    private static SaslClient client(String mechanism, String user, String password) throws SaslException {
        return new ScramSaslClient.ScramSaslClientFactory()
                .createSaslClient(new String[] {mechanism}, null, "kafka", "localhost", Map.of(), callbacks -> {
                    for (Callback callback : callbacks) {
                        if (callback instanceof NameCallback name) {
                            name.setName(user);
                        } else if (callback instanceof PasswordCallback secret) {
                            secret.setPassword(password.toCharArray());
                        } else if (callback instanceof ScramExtensionsCallback extensions) {
                            extensions.extensions(Map.of());
                        }
                    }
                });
    }

    private static void exchange(SaslClient client, SaslServer server) throws SaslException {
        byte[] token = client.evaluateChallenge(new byte[0]);
        while (!server.isComplete()) {
            byte[] challenge = server.evaluateResponse(token);
            token = server.isComplete() ? token : client.evaluateChallenge(challenge);
        }
    }
}

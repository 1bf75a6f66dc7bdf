// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.sasl;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.common.security.authenticator.CredentialCache;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;

/**
 * Gives a user who does not exist a credential that no password fits, so that a peer cannot tell unknown
 * users from wrong passwords: by the answers, the number of rounds or the time. The salt of a user stays the
 * same as long as the secret, on all listeners, and the number of iterations until a credential with another
 * number comes or goes. Thread-safe.
 */
final class ConcealedUsers extends CredentialCache.Cache<ScramCredential> {
    /** What {@code kafka-configs.sh} stores by default. */
    private static final int ITERATIONS = 4096;

    private final ScramMechanism mechanism;
    private final ScramCredentials stored;
    private final byte[] secret;

    /**
     * @param mechanism the mechanism of the credentials
     * @param stored the credentials of users who exist
     * @param secret random bytes, at least one
     */
    ConcealedUsers(ScramMechanism mechanism, ScramCredentials stored, byte[] secret) {
        super(ScramCredential.class);
        this.mechanism = mechanism;
        this.stored = stored;
        this.secret = secret.clone();
    }

    @Override
    public ScramCredential get(String user) {
        ScramCredential decoy = decoy(user); // made for users who exist, too: it takes its time
        return stored.find(mechanism.mechanismName(), user).orElse(decoy);
    }

    private ScramCredential decoy(String user) {
        return new ScramCredential(
                ScramSalt.of(derived("salt", user)),
                derived("stored key", user),
                derived("server key", user),
                iterations(user));
    }

    private int iterations(String user) {
        List<Integer> known = stored.iterations(mechanism.mechanismName());
        return known.isEmpty()
                ? Math.max(ITERATIONS, mechanism.minIterations())
                : known.get(Math.floorMod(
                        ByteBuffer.wrap(derived("iterations", user)).getInt(), known.size()));
    }

    private byte[] derived(String what, String user) {
        try {
            Mac mac = Mac.getInstance(mechanism.macAlgorithm());
            mac.init(new SecretKeySpec(secret, mechanism.macAlgorithm()));
            mac.update(what.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0);
            return mac.doFinal(user.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("This JVM lacks " + mechanism.macAlgorithm(), e);
        }
    }
}

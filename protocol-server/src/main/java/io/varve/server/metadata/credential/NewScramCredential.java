// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.credential;

import io.varve.server.metadata.log.MetadataEvents;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.common.metadata.UserScramCredentialRecord;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/**
 * A SCRAM credential to store. What is kept of the password is what a server needs to verify it (RFC 5802).
 * Its text shows nothing of it.
 */
public final class NewScramCredential {
    private static final int MAX_ITERATIONS = 16_384;
    private static final int MAX_SALT_BYTES = 1_024;

    private final String user;
    private final ScramMechanism mechanism;
    private final int iterations;
    private final int saltBytes;
    /** Null when the password is not salted as the mechanism requires. */
    private final UserScramCredentialRecord stored;

    /**
     * Derives the keys to store from a salted password.
     *
     * @param user the user's name, any string
     * @param mechanism any mechanism
     * @param iterations number of hash iterations, any value
     * @param salt the salt
     * @param saltedPassword the password, salted and hashed
     */
    public NewScramCredential(
            String user, ScramMechanism mechanism, int iterations, byte[] salt, byte[] saltedPassword) {
        this.user = user;
        this.mechanism = mechanism;
        this.iterations = iterations;
        saltBytes = salt.length;
        stored = mechanism == ScramMechanism.UNKNOWN || saltedPassword.length == 0
                ? null
                : record(user, mechanism, iterations, salt, saltedPassword);
    }

    private static UserScramCredentialRecord record(
            String user, ScramMechanism mechanism, int iterations, byte[] salt, byte[] saltedPassword) {
        try {
            ScramFormatter formatter =
                    new ScramFormatter(org.apache.kafka.common.security.scram.internals.ScramMechanism.forMechanismName(
                            mechanism.mechanismName()));
            return new UserScramCredentialRecord()
                    .setName(user)
                    .setMechanism(mechanism.type())
                    .setSalt(salt)
                    .setStoredKey(formatter.storedKey(formatter.clientKey(saltedPassword)))
                    .setServerKey(formatter.serverKey(saltedPassword))
                    .setIterations(iterations);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("This JVM lacks " + mechanism.mechanismName(), e);
        }
    }

    /** @return the user's name */
    public String user() {
        return user;
    }

    ScramMechanism mechanism() {
        return mechanism;
    }

    /** @return why the credential is not acceptable, or {@link ApiError#NONE} */
    ApiError refusal() {
        if (iterations < minIterations()) {
            return new ApiError(Errors.UNACCEPTABLE_CREDENTIAL, "Too few iterations");
        }
        if (iterations > MAX_ITERATIONS) {
            return new ApiError(Errors.UNACCEPTABLE_CREDENTIAL, "Too many iterations");
        }
        if (saltBytes > MAX_SALT_BYTES) {
            return new ApiError(
                    Errors.UNACCEPTABLE_CREDENTIAL, "The salt must have at most " + MAX_SALT_BYTES + " bytes");
        }
        return stored == null
                ? new ApiError(Errors.UNACCEPTABLE_CREDENTIAL, "The salted password is empty")
                : ApiError.NONE;
    }

    private int minIterations() {
        return org.apache.kafka.common.security.scram.internals.ScramMechanism.forMechanismName(
                        mechanism.mechanismName())
                .minIterations();
    }

    ApiMessageAndVersion event() {
        return MetadataEvents.scram(stored);
    }

    @Override
    public String toString() {
        return text(user, mechanism);
    }

    static String text(String user, ScramMechanism mechanism) {
        return mechanism.mechanismName() + " of " + user;
    }
}

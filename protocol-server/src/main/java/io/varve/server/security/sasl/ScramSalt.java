// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.sasl;

import io.varve.core.runtime.Ids;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * Makes salts of SCRAM as Kafka's admin client makes them: a number of 130 bits in base 36. Salts are told to
 * who only gives a name, so one of another form would tell where its user comes from, and that there is one.
 * Stateless.
 */
public final class ScramSalt {
    private static final BigInteger END = BigInteger.ONE.shiftLeft(130);

    private ScramSalt() {}

    /**
     * @param ids source of randomness
     * @return a new salt, in ASCII
     */
    public static byte[] random(Ids ids) {
        try {
            // Some bits of an id are always the same.
            return of(MessageDigest.getInstance("SHA-256").digest(secret(ids)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This JVM lacks SHA-256", e);
        }
    }

    /**
     * @param ids source of randomness
     * @return 32 bytes that nobody can guess
     */
    public static byte[] secret(Ids ids) {
        UUID first = ids.next();
        UUID second = ids.next();
        return ByteBuffer.allocate(4 * Long.BYTES)
                .putLong(first.getMostSignificantBits())
                .putLong(first.getLeastSignificantBits())
                .putLong(second.getMostSignificantBits())
                .putLong(second.getLeastSignificantBits())
                .array();
    }

    /** @param random at least 17 bytes, each as likely as any */
    static byte[] of(byte[] random) {
        return new BigInteger(1, random).mod(END).toString(Character.MAX_RADIX).getBytes(StandardCharsets.US_ASCII);
    }
}

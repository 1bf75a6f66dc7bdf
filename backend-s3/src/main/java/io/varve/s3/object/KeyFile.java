// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import io.varve.core.runtime.Ids;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Wraps data keys with AES-256 keys from a file, by AES Key Wrap (RFC 3394). The first key of the file wraps;
 * all of them unwrap. So keys are rotated by a new first line, and the last object that an old key wrapped
 * decides when its line can go. Thread-safe.
 *
 * <pre>
 * # id          32 bytes in base64
 * 2026-11       q83vEjRWeJ…=
 * </pre>
 */
public final class KeyFile implements KeyWrapper {
    private final Path file;
    private final Ids ids;
    private final Map<String, SecretKey> keys;
    private final String newest;

    private KeyFile(Path file, Ids ids, Map<String, SecretKey> keys) {
        this.file = file;
        this.ids = ids;
        this.keys = keys;
        newest = keys.keySet().iterator().next();
    }

    /**
     * Reads a file of keys.
     *
     * @param file lines of an id and a key, newest first; empty lines and those that begin with # do not
     *     count
     * @param ids the source of data keys; must be {@link Ids#random} outside of tests
     * @return the keys
     * @throws StorageException MISUSE if the file cannot be read, has no key, or a line that is none
     */
    public static KeyFile read(Path file, Ids ids) {
        Map<String, SecretKey> keys = new LinkedHashMap<>();
        int number = 0;
        for (String line : lines(file)) {
            number++;
            String[] words = line.trim().split("\\s+");
            if (words[0].isEmpty() || words[0].startsWith("#")) {
                continue;
            }
            if (words.length != 2 || !WrappedKey.isLegalId(words[0]) || keys.containsKey(words[0])) {
                throw misuse(file, "line " + number + " is not a new id and a key in base64", null);
            }
            keys.put(words[0], new SecretKeySpec(key(file, number, words[1]), ChunkCipher.KEY_ALGORITHM));
        }
        if (keys.isEmpty()) {
            throw misuse(file, "it has no key, must have a line with an id and 32 bytes in base64", null);
        }
        return new KeyFile(file, ids, keys);
    }

    @Override
    public DataKey generate() {
        byte[] plain = random();
        try {
            Cipher wrapping = Cipher.getInstance("AESWrap");
            wrapping.init(Cipher.WRAP_MODE, keys.get(newest));
            byte[] wrapped = wrapping.wrap(new SecretKeySpec(plain, ChunkCipher.KEY_ALGORITHM));
            return new DataKey(plain, new WrappedKey(newest, KeyBytes.copyOf(wrapped)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES Key Wrap", e);
        }
    }

    @Override
    public byte[] unwrap(WrappedKey wrapped) {
        SecretKey key = keys.get(wrapped.keyId());
        if (key == null) {
            throw corrupt("it has no key '" + wrapped.keyId() + "'; it has " + keys.keySet(), null);
        }
        byte[] plain;
        try {
            Cipher unwrapping = Cipher.getInstance("AESWrap");
            unwrapping.init(Cipher.UNWRAP_MODE, key);
            plain = unwrapping
                    .unwrap(wrapped.bytes().toArray(), ChunkCipher.KEY_ALGORITHM, Cipher.SECRET_KEY)
                    .getEncoded();
        } catch (InvalidKeyException e) {
            throw corrupt(
                    "key '" + wrapped.keyId() + "' does not unwrap the object's data key: one of them changed", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES Key Wrap", e);
        }
        if (plain.length != DATA_KEY_BYTES) {
            throw corrupt("a data key has " + plain.length + " bytes, must have " + DATA_KEY_BYTES, null);
        }
        return plain;
    }

    /** Three ids have 366 random bits; the digest makes 256 of them. */
    private byte[] random() {
        ByteBuffer entropy = ByteBuffer.allocate(6 * Long.BYTES);
        while (entropy.hasRemaining()) {
            UUID id = ids.next();
            entropy.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        }
        try {
            return MessageDigest.getInstance("SHA-256").digest(entropy.array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static Iterable<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw misuse(file, "it cannot be read: " + e, e);
        }
    }

    private static byte[] key(Path file, int number, String base64) {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw misuse(file, "the key in line " + number + " is not base64", null);
        }
        if (key.length != DATA_KEY_BYTES) {
            throw misuse(
                    file,
                    "the key in line " + number + " has " + key.length + " bytes, must have " + DATA_KEY_BYTES,
                    null);
        }
        return key;
    }

    private StorageException corrupt(String what, Exception cause) {
        return new StorageException(StorageException.Kind.CORRUPT, "key file " + file + ": " + what, cause);
    }

    private static StorageException misuse(Path file, String what, Exception cause) {
        return new StorageException(StorageException.Kind.MISUSE, "key file " + file + ": " + what, cause);
    }
}

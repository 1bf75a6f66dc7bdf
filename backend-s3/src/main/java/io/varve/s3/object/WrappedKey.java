// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import java.util.Objects;

/**
 * Holds an object's data key, encrypted by a key that only the {@link KeyWrapper} has. It is stored in the
 * object's index. Immutable.
 *
 * @param keyId id of the key that encrypted it, 1 to {@value #MAX_ID} printable ASCII characters
 * @param bytes the encrypted data key, 1 to {@value #MAX_BYTES} bytes; neither changed nor exposed to changes
 */
public record WrappedKey(String keyId, KeyBytes bytes) {
    /** Max length of a key's id. */
    public static final int MAX_ID = 255;

    /** Max size of an encrypted data key in bytes. */
    public static final int MAX_BYTES = 4096;

    /** @throws IllegalArgumentException if a component is out of the range given above */
    public WrappedKey {
        Objects.requireNonNull(bytes, "bytes");
        if (!isLegalId(keyId)) {
            throw new IllegalArgumentException(
                    "id '" + keyId + "' of a key is not 1 to " + MAX_ID + " printable ASCII characters");
        }
        if (bytes.size() < 1 || bytes.size() > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "a wrapped key has " + bytes.size() + " bytes, must have 1 to " + MAX_BYTES);
        }
    }

    /** Returns true for an id that an index can hold. */
    static boolean isLegalId(String id) {
        return !id.isEmpty() && id.length() <= MAX_ID && id.chars().allMatch(c -> c > ' ' && c < 127);
    }
}

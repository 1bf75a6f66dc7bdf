// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Holds a few bytes that never change, with equality by content. */
public final class KeyBytes {
    private final byte[] content;

    private KeyBytes(byte[] content) {
        this.content = content;
    }

    /**
     * @param content copied
     * @return the bytes
     */
    public static KeyBytes copyOf(byte[] content) {
        return new KeyBytes(content.clone());
    }

    /** @return number of bytes */
    public int size() {
        return content.length;
    }

    /** @return the content, read-only */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(content).asReadOnlyBuffer();
    }

    /** @return a copy */
    public byte[] toArray() {
        return content.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyBytes bytes && Arrays.equals(content, bytes.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content);
    }

    @Override
    public String toString() {
        return content.length + " bytes";
    }
}

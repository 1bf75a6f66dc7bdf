// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Reads an answer's body to its end, and believes its stated length only as far as bytes come. */
final class WholeBody {
    private static final int MAX_AHEAD = 4 << 20;
    private static final int MAX = Integer.MAX_VALUE - 8;

    private WholeBody() {}

    /**
     * @param stated length by the answer's header; null if it has none
     * @param stream the body
     * @throws IOException if the body ends early, is longer than stated, or above 2 GiB
     */
    static ByteBuffer read(Long stated, InputStream stream) throws IOException {
        long length = stated == null ? MAX : stated;
        if (length < 0 || length > MAX) {
            throw new IOException("the object is said to have " + length + " bytes, more than " + MAX);
        }
        byte[] bytes = new byte[(int) Math.min(length, MAX_AHEAD)];
        int number = 0;
        while (true) {
            if (number == bytes.length) {
                int next = stream.read();
                if (next < 0) {
                    break;
                }
                if (number == length) {
                    throw new IOException("the body is longer than the " + length + " bytes that were stated");
                }
                bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * Math.max(1, number)));
                bytes[number++] = (byte) next;
            }
            int read = stream.read(bytes, number, bytes.length - number);
            if (read < 0) {
                break;
            }
            number += read;
        }
        if (stated != null && number < length) {
            throw new EOFException("the body ended after " + number + " of " + length + " bytes");
        }
        return ByteBuffer.wrap(bytes, 0, number).slice();
    }
}

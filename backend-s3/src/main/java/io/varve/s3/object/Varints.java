// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import java.nio.ByteBuffer;

/**
 * Reads and writes numbers of 1 to 10 bytes: 7 bits a byte, the lowest first, the high bit set on all but the
 * last byte. Signed numbers are zigzag-coded, as in Kafka's records. Stateless.
 */
final class Varints {
    private static final int MAX_SHIFT = 63;

    private Varints() {}

    static void putUnsigned(ByteBuffer into, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            into.put((byte) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        into.put((byte) rest);
    }

    static void putSigned(ByteBuffer into, long value) {
        putUnsigned(into, zigzag(value));
    }

    static long zigzag(long value) {
        return value << 1 ^ value >> 63;
    }

    static long unzigzag(long value) {
        return value >>> 1 ^ -(value & 1);
    }

    /** @throws java.nio.BufferUnderflowException if the bytes end within the number */
    static long unsigned(ByteBuffer from) {
        long value = 0;
        for (int shift = 0; shift <= MAX_SHIFT; shift += 7) {
            byte next = from.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new NumberFormatException("a number has more than 10 bytes");
    }

    /** @throws java.nio.BufferUnderflowException if the bytes end within the number */
    static long signed(ByteBuffer from) {
        return unzigzag(unsigned(from));
    }
}

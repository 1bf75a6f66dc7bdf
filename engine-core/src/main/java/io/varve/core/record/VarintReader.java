// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import static io.varve.core.record.RecordBytes.invalid;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Decodes zigzag-coded varints of 32 and 64 bits. Nearly all of a record's take one or two bytes: those
 * are decoded from one word, the four bytes that begin with the varint:
 *
 * <pre>
 *  c6 01 .. ..      c6 has its top bit set, 01 has not: two bytes, 0x46 | 0x01 &lt;&lt; 7 = 198, zigzag 99
 * </pre>
 *
 * It branches by the size, which repeats from record to record, so that a processor begins with the next
 * field before it knows this one's size. Not thread-safe.
 */
abstract class VarintReader {
    private static final VarHandle WORDS = MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int FIRST_GOES_ON = 0x80;
    private static final int SECOND_GOES_ON = 0x8000;
    /** Stands for what is left to the slow way: a longer varint, or the last bytes. */
    private static final int LONGER = Integer.MIN_VALUE;

    /** Holds the bytes to be read, in any byte order. */
    ByteBuffer bytes;
    /** Index of the next byte in {@link #bytes}. */
    int at;

    VarintReader(ByteBuffer bytes, int at) {
        this.bytes = bytes;
        this.at = at;
    }

    /** @return number of bytes that may be read, and are in one piece, from {@link #at} on */
    abstract int present();

    /** Steps over bytes that are {@link #present}. */
    void step(int count) {
        at += count;
    }

    /**
     * Reads a byte, which need not be {@link #present}.
     *
     * @throws InvalidBatchException INVALID_RECORD if the record ends before
     */
    abstract byte next();

    /** @return a zigzag-coded 32-bit integer */
    final int varint() {
        int value = ofAWord();
        if (value != LONGER) {
            return value;
        }
        long raw = raw(5, 0x0F);
        return (int) (raw >>> 1) ^ -(int) (raw & 1);
    }

    /** @return a zigzag-coded 64-bit integer */
    final long varlong() {
        int value = ofAWord();
        if (value != LONGER) {
            return value;
        }
        long raw = raw(10, 0x01);
        return (raw >>> 1) ^ -(raw & 1);
    }

    /** @return the value of a varint of one or two bytes, or {@link #LONGER} */
    private int ofAWord() {
        int present = present();
        if (present < Integer.BYTES) {
            byte last = present > 0 ? bytes.get(at) : -1;
            if (last < 0) {
                return LONGER;
            }
            step(1);
            return last >>> 1 ^ -(last & 1);
        }
        int word = (int) WORDS.get(bytes, at);
        if ((word & FIRST_GOES_ON) == 0) {
            step(1);
            return (word & 0x7F) >>> 1 ^ -(word & 1);
        }
        if ((word & SECOND_GOES_ON) == 0) {
            step(2);
            return (word & 0x7F | word >>> 1 & 0x3F80) >>> 1 ^ -(word & 1);
        }
        return LONGER;
    }

    private long raw(int maxBytes, int lastMask) {
        long value = 0;
        for (int i = 0; i < maxBytes; i++) {
            byte next = next();
            if (i == maxBytes - 1 && (next & ~lastMask) != 0) {
                break;
            }
            value |= (next & 0x7FL) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
        throw invalid("a varint does not end within " + maxBytes + " bytes");
    }
}

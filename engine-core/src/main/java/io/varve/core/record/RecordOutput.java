// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Collects the bytes of written records in an array that grows. Not thread-safe. */
final class RecordOutput extends OutputStream {
    private static final int FIRST_SIZE = 512;

    private byte[] bytes = new byte[FIRST_SIZE];
    private int size;

    int size() {
        return size;
    }

    /** Truncates the bytes to a size, or adds zeros up to it. */
    void resize(int newSize) {
        need(newSize - size);
        Arrays.fill(bytes, Math.min(size, newSize), newSize, (byte) 0);
        size = newSize;
    }

    /** @return a view of the bytes written so far */
    ByteBuffer view() {
        return ByteBuffer.wrap(bytes, 0, size).slice();
    }

    /** Writes the bytes from {@code from} on to another stream. */
    void copyTo(int from, OutputStream out) throws IOException {
        out.write(bytes, from, size - from);
    }

    /** As {@link #copyTo(int, OutputStream)}, without IOException. */
    void copyTo(int from, RecordOutput out) {
        out.write(bytes, from, size - from);
    }

    @Override
    public void write(int value) {
        need(1);
        bytes[size++] = (byte) value;
    }

    @Override
    public void write(byte[] from, int start, int length) {
        need(length);
        System.arraycopy(from, start, bytes, size, length);
        size += length;
    }

    void varint(int value) {
        raw(((value << 1) ^ (value >> 31)) & 0xFFFFFFFFL);
    }

    void varlong(long value) {
        raw((value << 1) ^ (value >> 63));
    }

    private void raw(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            write((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        write((int) rest);
    }

    /** Writes a length, -1 for null, and the bytes from position to limit. */
    void sized(ByteBuffer value) {
        if (value == null) {
            varint(-1);
            return;
        }
        varint(value.remaining());
        need(value.remaining());
        value.get(value.position(), bytes, size, value.remaining());
        size += value.remaining();
    }

    private void need(int more) {
        int min = Math.addExact(size, more);
        if (min > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.max(min, Math.min(2L * bytes.length, Integer.MAX_VALUE - 8)));
        }
    }
}

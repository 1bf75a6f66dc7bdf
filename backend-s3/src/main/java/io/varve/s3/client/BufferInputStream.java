// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Reads a buffer as a stream. For one thread. */
final class BufferInputStream extends InputStream {
    private final ByteBuffer bytes;
    private int marked;

    /** @param bytes read from position to limit; moved */
    BufferInputStream(ByteBuffer bytes) {
        this.bytes = bytes;
        marked = bytes.position();
    }

    @Override
    public int read() {
        return bytes.hasRemaining() ? bytes.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] into, int at, int length) {
        Objects.checkFromIndexSize(at, length, into.length);
        if (length == 0) {
            return 0;
        }
        int number = Math.min(length, bytes.remaining());
        if (number == 0) {
            return -1;
        }
        bytes.get(into, at, number);
        return number;
    }

    @Override
    public long skip(long number) {
        int skipped = (int) Math.max(0, Math.min(number, bytes.remaining()));
        bytes.position(bytes.position() + skipped);
        return skipped;
    }

    @Override
    public int available() {
        return bytes.remaining();
    }

    @Override
    public boolean markSupported() {
        return true;
    }

    @Override
    public synchronized void mark(int limit) {
        marked = bytes.position();
    }

    @Override
    public synchronized void reset() {
        bytes.position(marked);
    }
}

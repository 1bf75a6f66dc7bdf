// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * Decompresses a format that consists of blocks, with one block in memory at a time. A closed input leaves
 * its buffer to the next one of the thread. Not thread-safe.
 */
abstract class BlockInput extends InputStream {
    /** Max bytes of a buffer that a thread keeps: a block of LZ4 as producers write it. */
    private static final int MAX_KEPT = 1 << 16;

    private static final byte[] NONE = {};
    /** The buffer that the next input of the thread takes, or null. */
    private static final ThreadLocal<byte[]> SPARE = new ThreadLocal<>();

    /** The bytes that are not decompressed yet. */
    final ByteBuffer source;

    private byte[] block = NONE;
    private int at;
    private int end;

    /** @param source compressed bytes from position to limit; the position moves */
    BlockInput(ByteBuffer source) {
        this.source = source;
    }

    /**
     * Decompresses the next block into {@link #buffer}, and sets its size by {@link #filled}.
     *
     * @return false when there is no further block
     */
    abstract boolean nextBlock() throws IOException;

    /**
     * Returns a buffer for a block.
     *
     * @param length max bytes of the block, at most what its compressed bytes can decompress to
     */
    final byte[] buffer(int length) {
        if (block.length < length) {
            byte[] spare = SPARE.get();
            if (spare != null && spare.length >= length) {
                SPARE.remove();
                block = spare;
            } else {
                block = new byte[length];
            }
        }
        return block;
    }

    /** @param length decompressed bytes of the block */
    final void filled(int length) {
        at = 0;
        end = length;
    }

    static InvalidBatchException corrupt(String message) {
        return new InvalidBatchException(InvalidBatchException.Kind.NOT_DECOMPRESSIBLE, message);
    }

    @Override
    public final int read() throws IOException {
        return present() ? block[at++] & 0xFF : -1;
    }

    @Override
    public final int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!present()) {
            return -1;
        }
        int count = Math.min(length, end - at);
        System.arraycopy(block, at, into, from, count);
        at += count;
        return count;
    }

    @Override
    public final void close() {
        byte[] spare = SPARE.get();
        if (block.length <= MAX_KEPT && block.length > (spare == null ? 0 : spare.length)) {
            SPARE.set(block);
        }
        block = NONE;
        filled(0);
    }

    /**
     * Gives what is left of the block, or the next block, without a copy.
     *
     * @return the bytes from position to limit, valid until the next call of any method; null at the end
     * @throws IOException if the input is damaged
     */
    final ByteBuffer take() throws IOException {
        if (!present()) {
            return null;
        }
        ByteBuffer taken = ByteBuffer.wrap(block, at, end - at);
        at = end;
        return taken;
    }

    private boolean present() throws IOException {
        while (at == end) {
            if (!nextBlock()) {
                return false;
            }
        }
        return true;
    }
}

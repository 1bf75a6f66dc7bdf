// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import io.varve.core.spi.StorageException;
import io.varve.s3.client.UploadParts;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Lends direct buffers for the parts of one upload at a time, and so bounds the bytes in flight. Buffers are
 * made when they are first needed, and used again. Thread-safe.
 */
public final class PartBuffers {
    /** Min number of buffers: one that is sent, and one that is filled meanwhile. */
    public static final int MIN_COUNT = 2;

    private final int count;
    private final int bytes;
    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
    private int lent;
    private boolean closed;

    /**
     * @param count max number of buffers, at least {@link #MIN_COUNT}
     * @param chunkBytes size of the chunks that parts are made of: a part that lacks a byte of its min size
     *     has space for another chunk
     */
    public PartBuffers(int count, int chunkBytes) {
        this.count = Math.max(MIN_COUNT, count);
        bytes = UploadParts.MIN_PART + 2 * chunkBytes + (64 << 10);
    }

    /**
     * Waits until a buffer is free.
     *
     * @return a buffer of more than {@link UploadParts#MIN_PART} bytes
     * @throws StorageException CLOSED after {@link #close}
     */
    synchronized ByteBuffer take() {
        boolean interrupted = false;
        while (!closed && lent == count) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (closed) {
            throw new StorageException(StorageException.Kind.CLOSED, "uploads end: the storage is closed");
        }
        lent++;
        ByteBuffer buffer = free.poll();
        return buffer == null ? ByteBuffer.allocateDirect(bytes) : buffer.clear();
    }

    /** Takes a buffer back. */
    synchronized void release(ByteBuffer buffer) {
        lent--;
        free.push(buffer);
        notifyAll();
    }

    /** Lets go of the buffers that are free, after the last upload for a while. */
    public synchronized void shrink() {
        free.clear();
    }

    /** @return bytes of all buffers at present, free or lent */
    public synchronized long bytes() {
        return (long) (lent + free.size()) * bytes;
    }

    /** Ends every {@link #take}, present and to come. Idempotent. */
    public synchronized void close() {
        closed = true;
        free.clear();
        notifyAll();
    }
}

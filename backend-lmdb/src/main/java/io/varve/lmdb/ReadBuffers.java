// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Hands out memory outside the heap for batches on their way to readers. Batches are copied into it, so
 * that no reader, however slow, keeps LMDB from using old pages again. Buffers come in powers of two and
 * are used again. Thread-safe.
 */
final class ReadBuffers {
    private static final int MIN_SHIFT = 12;
    private static final int MAX_SHIFT = 24;

    private final long maxBytes;
    private final List<Deque<ByteBuffer>> idle = new ArrayList<>();
    private long idleBytes;
    private long handedOut;

    /**
     * @param maxBytes bytes handed out above which {@link #isTight} says so, and half of which are kept at
     *     most for later
     */
    ReadBuffers(long maxBytes) {
        this.maxBytes = maxBytes;
        for (int shift = MIN_SHIFT; shift <= MAX_SHIFT; shift++) {
            idle.add(new ArrayDeque<>());
        }
    }

    /** @return true if readers hold so much that a read should take no more than it must */
    synchronized boolean isTight() {
        return handedOut >= maxBytes;
    }

    /** @return an empty buffer of at least so many bytes */
    synchronized ByteBuffer acquire(int bytes) {
        int level = level(bytes);
        ByteBuffer buffer = level < idle.size() ? idle.get(level).poll() : null;
        if (buffer == null) {
            buffer = ByteBuffer.allocateDirect(level < idle.size() ? 1 << level + MIN_SHIFT : bytes);
        } else {
            idleBytes -= buffer.capacity();
        }
        handedOut += buffer.capacity();
        return buffer.clear();
    }

    synchronized void release(ByteBuffer buffer) {
        handedOut -= buffer.capacity();
        int level = level(buffer.capacity());
        if (level < idle.size() && idleBytes + buffer.capacity() <= maxBytes / 2) {
            idleBytes += buffer.capacity();
            idle.get(level).push(buffer);
        }
    }

    private static int level(int bytes) {
        int shift = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, bytes) - 1);
        return Math.max(MIN_SHIFT, shift) - MIN_SHIFT;
    }
}

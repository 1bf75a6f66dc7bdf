// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Pools memory outside the heap for batches that are sent to readers. Batches are copied into it: so even a
 * slow reader does not prevent LMDB from reusing old pages. Capacities are powers of two. Thread-safe.
 */
final class ReadBuffers {
    private static final int MIN_SHIFT = 12;
    private static final int MAX_SHIFT = 24;

    private final long maxBytes;
    private final List<Deque<ByteBuffer>> idle = new ArrayList<>();
    private long idleBytes;
    private long bytesInUse;

    /**
     * @param maxBytes bytes in use from which on {@link #isTight} returns true; at most half as many are kept
     *     idle
     */
    ReadBuffers(long maxBytes) {
        this.maxBytes = maxBytes;
        for (int shift = MIN_SHIFT; shift <= MAX_SHIFT; shift++) {
            idle.add(new ArrayDeque<>());
        }
    }

    /** @return true if so many bytes are in use that a read should return only one batch */
    synchronized boolean isTight() {
        return bytesInUse >= maxBytes;
    }

    /** @return an empty buffer of at least {@code bytes} bytes; call {@link #release} after use */
    synchronized ByteBuffer acquire(int bytes) {
        int level = level(bytes);
        ByteBuffer buffer = level < idle.size() ? idle.get(level).poll() : null;
        if (buffer == null) {
            buffer = ByteBuffer.allocateDirect(level < idle.size() ? 1 << level + MIN_SHIFT : bytes);
        } else {
            idleBytes -= buffer.capacity();
        }
        bytesInUse += buffer.capacity();
        return buffer.clear();
    }

    synchronized void release(ByteBuffer buffer) {
        bytesInUse -= buffer.capacity();
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

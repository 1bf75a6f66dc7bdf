// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Memory outside the heap for batches on their way to readers: a copy, so that no reader, however slow, keeps LMDB from using old
 * pages again. Buffers come in powers of two and are used again. Thread-safe.
 */
final class ReadBuffers {
    private static final int LEAST_SHIFT = 12;
    private static final int MOST_SHIFT = 24;

    private final long most;
    private final List<Deque<ByteBuffer>> idle = new ArrayList<>();
    private long idleBytes;
    private long held;

    /** @param most bytes handed out above which {@link #isTight} says so, and half of which are kept at most for later */
    ReadBuffers(long most) {
        this.most = most;
        for (int shift = LEAST_SHIFT; shift <= MOST_SHIFT; shift++) {
            idle.add(new ArrayDeque<>());
        }
    }

    /** @return true if readers hold so much that a read should take no more than it must */
    synchronized boolean isTight() {
        return held >= most;
    }

    /** @return an empty buffer with room for at least so many bytes */
    synchronized ByteBuffer take(int bytes) {
        int level = level(bytes);
        ByteBuffer buffer = level < idle.size() ? idle.get(level).poll() : null;
        if (buffer == null) {
            buffer = ByteBuffer.allocateDirect(level < idle.size() ? 1 << level + LEAST_SHIFT : bytes);
        } else {
            idleBytes -= buffer.capacity();
        }
        held += buffer.capacity();
        return buffer.clear();
    }

    synchronized void give(ByteBuffer buffer) {
        held -= buffer.capacity();
        int level = level(buffer.capacity());
        if (level < idle.size() && idleBytes + buffer.capacity() <= most / 2) {
            idleBytes += buffer.capacity();
            idle.get(level).push(buffer);
        }
    }

    private static int level(int bytes) {
        int shift = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, bytes) - 1);
        return Math.max(LEAST_SHIFT, shift) - LEAST_SHIFT;
    }
}

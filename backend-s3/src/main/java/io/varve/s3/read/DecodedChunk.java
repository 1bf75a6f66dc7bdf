// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Holds the batches of a chunk in a lent buffer, until the last of its users releases it. Thread-safe.
 */
final class DecodedChunk {
    private final ChunkKey key;
    private final ByteBuffer lent;
    private final ByteBuffer bytes;
    private final BufferPool pool;
    private final AheadTicket ahead;
    private final AtomicInteger users = new AtomicInteger(1);
    private final AtomicInteger readTo = new AtomicInteger();

    /**
     * @param lent the batches, from 0 to the limit; belongs to the pool
     * @param ahead what it counts for as read ahead
     */
    DecodedChunk(ChunkKey key, ByteBuffer lent, BufferPool pool, AheadTicket ahead) {
        this.key = key;
        this.lent = lent;
        this.bytes = lent.asReadOnlyBuffer();
        this.pool = pool;
        this.ahead = ahead;
    }

    ChunkKey key() {
        return key;
    }

    /** @return the batches, read-only; not to be moved */
    ByteBuffer bytes() {
        return bytes;
    }

    /** @return bytes of memory that it takes */
    int capacity() {
        return lent.capacity();
    }

    AheadTicket ahead() {
        return ahead;
    }

    /**
     * Notes that a reader took bytes.
     *
     * @return true if another reader had taken some of them before
     */
    boolean read(int from, int end) {
        ahead.read();
        return readTo.getAndAccumulate(end, Math::max) > from;
    }

    /** @return true if a reader has taken the last batch */
    boolean isReadToEnd() {
        return readTo.get() >= bytes.limit();
    }

    /** Adds a user; the caller is one, or holds the lock of the cache that is. */
    DecodedChunk retain() {
        users.incrementAndGet();
        return this;
    }

    /** @return true if nobody but the one who asks uses it */
    boolean isIdle() {
        return users.get() == 1;
    }

    /** Ends one use. */
    void release() {
        int left = users.decrementAndGet();
        if (left == 0) {
            pool.give(lent);
        } else if (left == 1) {
            pool.unused();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;

/**
 * Lends direct buffers within a limit, in the order in which they were asked for, and keeps returned ones for
 * reuse. Who asks for several gets all of them or waits, so that no two wait for each other. One request that
 * alone exceeds the limit is served at a time. Thread-safe.
 */
final class BufferPool {
    private static final int MIN_ROUND = 4 << 10;
    private static final long NANOS_PER_MS = 1_000_000;

    private final long limit;
    private final Clock clock;
    private final Scheduler scheduler;
    private final LongConsumer evictor;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Object> waiting = new ArrayDeque<>();
    private final TreeMap<Integer, ArrayDeque<ByteBuffer>> idle = new TreeMap<>();
    private final Set<ByteBuffer> oversized = Collections.newSetFromMap(new IdentityHashMap<>());
    private long used;
    private long idleBytes;
    private long changes;
    /** Completed, and replaced, when those who wait are to look again. */
    private CompletableFuture<Void> changed = new CompletableFuture<>();

    private boolean closed;

    /**
     * @param limit max bytes lent at a time
     * @param clock tells when a wait has lasted too long
     * @param scheduler waits
     * @param evictor asked, with no lock held, to give back so many bytes of what nobody uses
     */
    BufferPool(long limit, Clock clock, Scheduler scheduler, LongConsumer evictor) {
        this.limit = limit;
        this.clock = clock;
        this.scheduler = scheduler;
        this.evictor = evictor;
    }

    /**
     * Lends buffers of at least these sizes if there is memory for all.
     *
     * @return empty buffers with these limits; an empty list if there is no memory now
     */
    List<ByteBuffer> tryTake(List<Integer> sizes) {
        long bytes = bytes(sizes);
        lock.lock();
        try {
            if (!waiting.isEmpty()) {
                return List.of();
            }
            if (fits(bytes)) {
                return lend(sizes, bytes);
            }
        } finally {
            lock.unlock();
        }
        evictor.accept(bytes);
        lock.lock();
        try {
            return waiting.isEmpty() && fits(bytes) ? lend(sizes, bytes) : List.of();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lends buffers, and waits for them.
     *
     * @param timeoutNanos max time to wait
     * @return as {@link #tryTake}; an empty list when the time is over or the pool was closed
     */
    List<ByteBuffer> take(List<Integer> sizes, long timeoutNanos) {
        long bytes = bytes(sizes);
        long deadline = clock.nanos() + timeoutNanos;
        Object ticket = new Object();
        lock.lock();
        try {
            waiting.add(ticket);
            while (!closed) {
                if (waiting.peek() == ticket) {
                    if (fits(bytes)) {
                        return lend(sizes, bytes);
                    }
                    evictUnlocked(bytes);
                    if (fits(bytes)) {
                        return lend(sizes, bytes);
                    }
                }
                long left = deadline - clock.nanos();
                if (left <= 0) {
                    break;
                }
                awaitUnlocked(changed, left);
            }
            return List.of();
        } finally {
            waiting.remove(ticket);
            signal();
            lock.unlock();
        }
    }

    private void awaitUnlocked(CompletableFuture<Void> change, long nanos) {
        lock.unlock();
        try {
            scheduler.await(change, nanos / NANOS_PER_MS + 1);
        } finally {
            lock.lock();
        }
    }

    /** Has all who wait look again. The caller has the lock. */
    private void signal() {
        if (!waiting.isEmpty()) {
            changed.complete(null);
            changed = new CompletableFuture<>();
        }
    }

    /** Evicts until nothing changes meanwhile: then a later change signals. */
    private void evictUnlocked(long bytes) {
        long before;
        do {
            before = changes;
            lock.unlock();
            try {
                evictor.accept(bytes);
            } finally {
                lock.lock();
            }
        } while (before != changes && !fits(bytes) && !closed);
    }

    /** Takes a buffer back. */
    void give(ByteBuffer buffer) {
        lock.lock();
        try {
            used -= buffer.capacity();
            if (!oversized.remove(buffer)) {
                idle.computeIfAbsent(buffer.capacity(), capacity -> new ArrayDeque<>())
                        .push(buffer);
                idleBytes += buffer.capacity();
            }
            changes++;
            signal();
        } finally {
            lock.unlock();
        }
    }

    /** Tells those who wait that more can be evicted. */
    void unused() {
        lock.lock();
        try {
            changes++;
            signal();
        } finally {
            lock.unlock();
        }
    }

    /** @return bytes lent now */
    long used() {
        lock.lock();
        try {
            return used;
        } finally {
            lock.unlock();
        }
    }

    /** @return number of those who wait */
    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** @return max bytes lent at a time */
    long limit() {
        return limit;
    }

    /** Ends every wait. Lent buffers stay valid, and may be given back. */
    void close() {
        lock.lock();
        try {
            closed = true;
            signal();
        } finally {
            lock.unlock();
        }
    }

    private boolean fits(long bytes) {
        return bytes > limit ? oversized.isEmpty() : used + bytes <= limit;
    }

    private List<ByteBuffer> lend(List<Integer> sizes, long bytes) {
        List<ByteBuffer> lent = new ArrayList<>(sizes.size());
        long left = bytes;
        try {
            for (int size : sizes) {
                left -= rounded(size);
                ByteBuffer buffer = bytes > limit ? null : reused(size, left);
                if (buffer == null) {
                    makeSpace(rounded(size));
                    buffer = ByteBuffer.allocateDirect(rounded(size));
                }
                used += buffer.capacity();
                if (bytes > limit) {
                    oversized.add(buffer);
                }
                lent.add(buffer.clear().limit(size));
            }
        } catch (OutOfMemoryError e) {
            lent.forEach(this::give);
            throw e;
        }
        return lent;
    }

    /** A larger one serves too, up to twice the size, if enough is left for the others of the request. */
    private ByteBuffer reused(int size, long othersBytes) {
        Map.Entry<Integer, ArrayDeque<ByteBuffer>> found = idle.ceilingEntry(size);
        boolean suits =
                found != null && found.getKey() <= 2L * rounded(size) && used + found.getKey() + othersBytes <= limit;
        return suits ? removeIdle(found) : null;
    }

    private void makeSpace(int capacity) {
        while (idleBytes > 0 && used + idleBytes + capacity > limit) {
            removeIdle(idle.firstEntry());
        }
    }

    private ByteBuffer removeIdle(Map.Entry<Integer, ArrayDeque<ByteBuffer>> entry) {
        ByteBuffer buffer = entry.getValue().pop();
        if (entry.getValue().isEmpty()) {
            idle.remove(entry.getKey());
        }
        idleBytes -= buffer.capacity();
        return buffer;
    }

    private static long bytes(List<Integer> sizes) {
        long bytes = 0;
        for (int size : sizes) {
            bytes += rounded(size);
        }
        return bytes;
    }

    /** Eight sizes for each power of two: so most returned buffers serve again. */
    private static int rounded(int size) {
        long step = Math.max(MIN_ROUND, Integer.highestOneBit(size) / 8);
        return (int) Math.min(Integer.MAX_VALUE, (size + step - 1) / step * step);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.runtime.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Queues chunks to load: each once, however many wait for it; those that a reader waits for before those that
 * are read ahead; each kind in the order of its requests. Chunks on disk have a queue of their own, so that
 * they do not wait for a bucket that is slow. Thread-safe.
 */
final class LoadQueue {
    /** Max stored bytes of adjacent chunks that one request gets. */
    private static final int MAX_RUN = 4 << 20;

    private final MemoryCache memory;
    private final DiskCache disk;
    private final Clock clock;
    private final long wantedRun;
    private final long aheadRun;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<ChunkKey, PendingChunk> pending = new HashMap<>();
    private final Set<PendingChunk> onDisk = new LinkedHashSet<>();
    private final Set<PendingChunk> wanted = new LinkedHashSet<>();
    private final Set<PendingChunk> ahead = new LinkedHashSet<>();
    private boolean closed;
    private volatile Runnable queued = () -> {};

    /**
     * @param wantedRun max decoded bytes of wanted chunks that one request gets
     * @param aheadRun the same of chunks that are read ahead
     */
    LoadQueue(MemoryCache memory, DiskCache disk, Clock clock, long wantedRun, long aheadRun) {
        this.memory = memory;
        this.disk = disk;
        this.clock = clock;
        this.wantedRun = wantedRun;
        this.aheadRun = aheadRun;
    }

    /** @param action called when there may be a chunk to take, or the queue is closed; must be short */
    void onQueued(Runnable action) {
        queued = action;
    }

    /** Says what became of a request for a chunk. */
    enum Answer {
        /** The waiter will be called. */
        QUEUED,
        /** It is not loaded, since the queue was closed. */
        CLOSED,
        /** It is loaded already, or being loaded, or on disk. */
        KNOWN
    }

    /**
     * Asks for a chunk for a reader.
     *
     * @return QUEUED, or CLOSED; KNOWN if it was just put into the memory cache: look there again
     */
    Answer want(ChunkPlace place, ChunkWaiter waiter) {
        lock.lock();
        try {
            if (closed) {
                return Answer.CLOSED;
            }
            ChunkKey key = place.key();
            PendingChunk chunk = pending.get(key);
            if (chunk == null && memory.contains(key)) {
                return Answer.KNOWN;
            }
            if (chunk == null) {
                chunk = add(place, AheadTicket.NONE);
            }
            chunk.waiters.add(waiter);
            if (!chunk.wanted) {
                chunk.wanted = true;
                chunk.sinceNanos = clock.nanos();
                chunk.ahead.read();
                enqueue(chunk);
            }
            return Answer.QUEUED;
        } finally {
            lock.unlock();
        }
    }

    /** Asks for a chunk that a reader will want; nothing to do if it is at hand, also on disk. */
    Answer readAhead(ChunkPlace place, AheadTicket ticket) {
        lock.lock();
        try {
            if (closed) {
                return Answer.CLOSED;
            }
            ChunkKey key = place.key();
            if (pending.containsKey(key) || memory.contains(key) || disk.contains(key)) {
                return Answer.KNOWN;
            }
            enqueue(add(place, ticket));
            return Answer.QUEUED;
        } finally {
            lock.unlock();
        }
    }

    /** @return adjacent chunks of one object to get in one request; empty if none waits, or after close */
    List<PendingChunk> takeFromBucket() {
        lock.lock();
        try {
            if (closed || wanted.isEmpty() && ahead.isEmpty()) {
                return List.of();
            }
            return wanted.isEmpty() ? run(ahead, aheadRun) : run(wanted, wantedRun);
        } finally {
            lock.unlock();
        }
    }

    /** @return the next chunk to read from disk; null if none waits, or after close */
    PendingChunk takeFromDisk() {
        lock.lock();
        try {
            if (closed || onDisk.isEmpty()) {
                return null;
            }
            PendingChunk chunk = onDisk.iterator().next();
            onDisk.remove(chunk);
            chunk.state = PendingChunk.State.LOADING;
            return chunk;
        } finally {
            lock.unlock();
        }
    }

    /** @return since when a reader waits for one of these chunks; empty if none does */
    OptionalLong wantedSince(List<PendingChunk> chunks) {
        lock.lock();
        try {
            return chunks.stream()
                    .filter(chunk -> chunk.wanted)
                    .mapToLong(chunk -> chunk.sinceNanos)
                    .max();
        } finally {
            lock.unlock();
        }
    }

    /** Asks the bucket for a chunk that the disk did not give. */
    void missedOnDisk(PendingChunk chunk) {
        lock.lock();
        try {
            chunk.state = PendingChunk.State.IN_BUCKET;
            enqueue(chunk);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Ends the loading of a chunk, which is in the memory cache by now if it was loaded and fits.
     *
     * @return those who wait for it
     */
    List<ChunkWaiter> finish(PendingChunk chunk) {
        lock.lock();
        try {
            pending.remove(chunk.key(), chunk);
            List<ChunkWaiter> waiting = List.copyOf(chunk.waiters);
            chunk.waiters.clear();
            chunk.ahead.endIfUnread(waiting.isEmpty() && !memory.contains(chunk.key()));
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    /** Ends every wait. @return those who wait for a chunk */
    List<ChunkWaiter> close() {
        lock.lock();
        try {
            closed = true;
            queued.run();
            List<ChunkWaiter> waiting = new ArrayList<>();
            for (PendingChunk chunk : pending.values()) {
                waiting.addAll(chunk.waiters);
                chunk.waiters.clear();
            }
            pending.clear();
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    private PendingChunk add(ChunkPlace place, AheadTicket ticket) {
        PendingChunk.State from =
                disk.contains(place.key()) ? PendingChunk.State.ON_DISK : PendingChunk.State.IN_BUCKET;
        PendingChunk chunk = new PendingChunk(place, from, ticket);
        pending.put(chunk.key(), chunk);
        return chunk;
    }

    private void enqueue(PendingChunk chunk) {
        switch (chunk.state) {
            case ON_DISK -> onDisk.add(chunk);
            case IN_BUCKET -> {
                ahead.remove(chunk);
                (chunk.wanted ? wanted : ahead).add(chunk);
            }
            case LOADING -> {
                return;
            }
        }
        queued.run();
    }

    private List<PendingChunk> run(Set<PendingChunk> from, long maxBytes) {
        Iterator<PendingChunk> oldest = from.iterator();
        PendingChunk next = oldest.next();
        List<PendingChunk> run = new ArrayList<>();
        long stored = 0;
        long bytes = 0;
        do {
            from.remove(next);
            next.state = PendingChunk.State.LOADING;
            run.add(next);
            stored += next.place.chunk().storedBytes();
            bytes += next.place.chunk().bytes();
            next = pending.get(new ChunkKey(next.key().object(), next.key().number() + 1));
        } while (next != null
                && from.contains(next)
                && stored + next.place.chunk().storedBytes() <= MAX_RUN
                && bytes + next.place.chunk().bytes() <= maxBytes);
        return run;
    }
}

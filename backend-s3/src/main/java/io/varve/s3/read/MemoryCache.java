// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.runtime.Clock;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Keeps decoded chunks in memory. Chunks that one reader has read to the end go first; then those read once,
 * oldest first; chunks that a second reader wanted go last, and are at most half of all. So a scan takes only
 * its own chunks' place. Thread-safe.
 */
final class MemoryCache {
    private final long capacity;
    private final Clock clock;
    private final Map<ChunkKey, Entry> done = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<ChunkKey, Entry> once = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<ChunkKey, Entry> often = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;
    private long oftenBytes;
    private boolean closed;

    private record Entry(DecodedChunk chunk, long sinceNanos) {}

    /** @param capacity max bytes of kept chunks */
    MemoryCache(long capacity, Clock clock) {
        this.capacity = capacity;
        this.clock = clock;
    }

    /** @return max bytes of kept chunks */
    long capacity() {
        return capacity;
    }

    /** @return the chunk, retained for the caller; null if it is not kept */
    synchronized DecodedChunk get(ChunkKey key) {
        Entry entry = find(key);
        return entry == null ? null : entry.chunk.retain();
    }

    synchronized boolean contains(ChunkKey key) {
        return once.containsKey(key) || often.containsKey(key) || done.containsKey(key);
    }

    /** Keeps a chunk, which the caller uses too, unless it is larger than all there may be. */
    void put(DecodedChunk chunk) {
        List<DecodedChunk> evicted = new ArrayList<>();
        synchronized (this) {
            if (closed || chunk.capacity() > capacity || contains(chunk.key())) {
                return;
            }
            once.put(chunk.key(), new Entry(chunk.retain(), clock.nanos()));
            bytes += chunk.capacity();
            evict(done, capacity, evicted);
            evict(once, capacity, evicted);
            evict(often, capacity, evicted);
        }
        release(evicted);
    }

    /** Notes that a reader took bytes of a chunk. */
    synchronized void read(DecodedChunk chunk, int from, int end) {
        boolean again = chunk.read(from, end);
        Entry entry = find(chunk.key());
        if (entry == null) {
            return;
        }
        if (again) {
            promote(chunk.key(), entry);
        } else if (chunk.isReadToEnd() && once.remove(chunk.key(), entry)) {
            done.put(chunk.key(), entry);
        }
    }

    private void promote(ChunkKey key, Entry entry) {
        if (often.containsKey(key)) {
            return;
        }
        done.remove(key);
        once.remove(key);
        often.put(key, entry);
        oftenBytes += entry.chunk.capacity();
        Iterator<Map.Entry<ChunkKey, Entry>> oldest = often.entrySet().iterator();
        while (oftenBytes > capacity / 2) {
            Map.Entry<ChunkKey, Entry> demoted = oldest.next();
            oldest.remove();
            oftenBytes -= demoted.getValue().chunk.capacity();
            once.put(demoted.getKey(), demoted.getValue());
        }
    }

    /** Lets go of chunks that nobody uses, until so many bytes are free. */
    void evictIdle(long wanted) {
        List<DecodedChunk> evicted = new ArrayList<>();
        synchronized (this) {
            long target = bytes - wanted;
            evictIdle(done, target, evicted);
            evictIdle(once, target, evicted);
            evictIdle(often, target, evicted);
        }
        release(evicted);
    }

    /** Lets go of chunks that were read ahead so long ago that their reader is gone. */
    void dropUnread(long olderThanNanos) {
        List<DecodedChunk> evicted = new ArrayList<>();
        synchronized (this) {
            long now = clock.nanos();
            for (Iterator<Entry> entries = once.values().iterator(); entries.hasNext(); ) {
                Entry entry = entries.next();
                if (entry.chunk.ahead().isOpen() && now - entry.sinceNanos > olderThanNanos) {
                    entries.remove();
                    bytes -= entry.chunk.capacity();
                    evicted.add(entry.chunk);
                }
            }
        }
        release(evicted);
    }

    /** Lets go of chunks of objects that are not kept any more. */
    void keepOnly(Predicate<UUID> objects) {
        List<DecodedChunk> evicted = new ArrayList<>();
        synchronized (this) {
            for (Map<ChunkKey, Entry> part : List.of(done, once, often)) {
                for (Iterator<Entry> entries = part.values().iterator(); entries.hasNext(); ) {
                    DecodedChunk chunk = entries.next().chunk;
                    if (!objects.test(chunk.key().object())) {
                        remove(part, entries, chunk, evicted);
                    }
                }
            }
        }
        release(evicted);
    }

    /** Lets go of all, and keeps nothing from now on. Open slices stay valid. */
    void close() {
        List<DecodedChunk> evicted = new ArrayList<>();
        synchronized (this) {
            closed = true;
            evict(done, -1, evicted);
            evict(once, -1, evicted);
            evict(often, -1, evicted);
        }
        release(evicted);
    }

    private Entry find(ChunkKey key) {
        Entry entry = once.get(key);
        entry = entry == null ? often.get(key) : entry;
        return entry == null ? done.get(key) : entry;
    }

    private void evict(Map<ChunkKey, Entry> from, long target, List<DecodedChunk> evicted) {
        for (Iterator<Entry> oldest = from.values().iterator(); bytes > target && oldest.hasNext(); ) {
            remove(from, oldest, oldest.next().chunk, evicted);
        }
    }

    private void evictIdle(Map<ChunkKey, Entry> from, long target, List<DecodedChunk> evicted) {
        for (Iterator<Entry> oldest = from.values().iterator(); bytes > target && oldest.hasNext(); ) {
            DecodedChunk chunk = oldest.next().chunk;
            if (chunk.isIdle()) {
                remove(from, oldest, chunk, evicted);
            }
        }
    }

    private void remove(Map<ChunkKey, Entry> from, Iterator<Entry> at, DecodedChunk chunk, List<DecodedChunk> evicted) {
        at.remove();
        bytes -= chunk.capacity();
        if (from == often) {
            oftenBytes -= chunk.capacity();
        }
        evicted.add(chunk);
    }

    /** Outside of the lock, because the pool has its own. */
    private static void release(List<DecodedChunk> evicted) {
        for (DecodedChunk chunk : evicted) {
            chunk.ahead().drop();
            chunk.release();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.manifest.RemoteSegment;
import io.varve.s3.object.Chunk;
import io.varve.s3.object.ChunkDecoder;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * Reads batches from the bucket: one reader for all partitions of a storage. The first read of a place takes
 * one request, for the chunk it is in. A sequential reader is read ahead of. Memory is bounded, also while
 * slices stay open. Thread-safe.
 */
public final class RemoteReader implements AutoCloseable {
    private static final long FORGET_MS = 600_000;

    /** Share of the memory that open slices keep before they move to disk: clients may read them slowly. */
    private static final int PINNED_SHARE = 8;

    private final ReadTally tally = new ReadTally();
    private final AtomicLong pinned = new AtomicLong();
    private final ReadConfig config;
    private final MemoryCache memory;
    private final BufferPool pool;
    private final DiskCache disk;
    private final LoadQueue queue;
    private final ReadAhead ahead;
    private final ChunkLoader loader;
    private final Scheduler scheduler;
    private final Scheduler.Task forgetting;

    /**
     * Finds the chunks of an earlier start on disk, and starts its agents.
     *
     * @param config how to read
     * @param store the bucket
     * @param decoder decodes chunks
     * @param named tells whether the manifest names an object, which is lost if the bucket lacks it
     * @param clock the time
     * @param scheduler runs the agents, and waits
     */
    public RemoteReader(
            ReadConfig config,
            ObjectStore store,
            ChunkDecoder decoder,
            Predicate<UUID> named,
            Clock clock,
            Scheduler scheduler) {
        this.config = config;
        this.scheduler = scheduler;
        memory = new MemoryCache(config.memoryBytes(), clock);
        pool = new BufferPool(config.memoryBytes() + config.loadBytes(), clock, scheduler, memory::evictIdle);
        disk = new DiskCache(config.cacheDir(), config.diskBytes(), clock);
        queue = new LoadQueue(
                memory, disk, clock, pool.limit() / 8, config.prefetchBytes() / config.threads() * 5L / 4);
        long maxUnread = config.memoryBytes() * 3 / 4;
        ahead = new ReadAhead(queue, memory, tally, clock, config.prefetchBytes(), maxUnread);
        DiskWriter writer = new DiskWriter(disk, config.loadBytes() / 4);
        ChunkFetch fetch = new ChunkFetch(store, decoder, named, tally, scheduler);
        loader = new ChunkLoader(new ChunkLoader.Parts(queue, fetch, pool, memory, disk, writer), tally, clock);
        forgetDeleted(named);
        forgetting = scheduler.scheduleEvery(FORGET_MS, () -> forgetDeleted(named));
        loader.start(scheduler, config.threads());
    }

    /** Records of a deleted topic must not stay on disk for as long as the cache has space for them. */
    private void forgetDeleted(Predicate<UUID> named) {
        disk.keepOnly(named);
        memory.keepOnly(named);
    }

    /**
     * Reads whole batches, as {@link io.varve.core.spi.PartitionStore#readAsync} does, of the part of a
     * partition that is in the bucket. A slice ends at a chunk's end at the latest. Returns at once; what is
     * loaded stays in the cache for the next read, also if the caller does not wait for it.
     *
     * @param partition the partition
     * @param offset first offset to read
     * @param endOffset end of the read, exclusive; nothing is read ahead from there on
     * @param maxBytes soft limit in bytes, 0 or more
     * @return completed with the batches, which the caller closes; none if there is no batch between. Or with
     *     a {@link StorageException}: RETRY if the bucket does not answer, there is no memory for too long,
     *     or the object was deleted after {@code partition} was taken from the manifest; CORRUPT; CLOSED
     */
    public CompletableFuture<BatchSlice> readAsync(
            RemotePartition partition, long offset, long endOffset, int maxBytes) {
        return new PendingRead(this, offset, endOffset, maxBytes).start(partition);
    }

    /**
     * Reads as {@link #readAsync}, and waits.
     *
     * @param partition as there
     * @param offset as there
     * @param endOffset as there
     * @param maxBytes as there
     * @return the batches, which the caller closes
     * @throws StorageException as there
     */
    public BatchSlice read(RemotePartition partition, long offset, long endOffset, int maxBytes) {
        return await(readAsync(partition, offset, endOffset, maxBytes));
    }

    /**
     * Finds the first batch with an offset at or above {@code start} whose largest timestamp is at least
     * {@code timestamp}. Waits for one chunk, or for two where the start lies within one.
     *
     * @param partition the partition
     * @param timestamp ms since the epoch
     * @param start the log start offset
     * @return the batch, or null when all are older
     * @throws StorageException as {@link #read}
     */
    public OffsetAt offsetAt(RemotePartition partition, long timestamp, long start) {
        List<RemoteSegment> segments = partition.segments();
        for (int i = ChunkPlace.firstEndingAbove(segments, start); i < segments.size(); i++) {
            RemoteSegment segment = segments.get(i);
            if (segment.maxTimestamp() < timestamp) {
                continue;
            }
            for (Chunk chunk : segment.index().chunks()) {
                if (chunk.baseOffset() >= segment.endOffset()) {
                    break;
                }
                if (chunk.endOffset() > start && chunk.maxTimestamp() >= timestamp) {
                    DecodedChunk decoded = await(new ChunkPlace(partition, i, chunk));
                    try {
                        OffsetAt found = BatchSearch.atOrAfter(decoded.bytes(), timestamp, start, segment.endOffset());
                        if (found != null) {
                            return found;
                        }
                    } finally {
                        decoded.release();
                    }
                }
            }
        }
        return null;
    }

    /**
     * Finds where a truncation ends. Waits for a chunk if the offset lies within one.
     *
     * @param partition the partition
     * @param offset lowest offset that is to be dropped
     * @return end of the last batch in the bucket that ends at or below the offset, exclusive; empty if there
     *     is no such batch
     * @throws StorageException as {@link #read}
     */
    public OptionalLong lastBatchEnd(RemotePartition partition, long offset) {
        List<RemoteSegment> segments = partition.segments();
        for (int i = segments.size() - 1; i >= 0; i--) {
            RemoteSegment segment = segments.get(i);
            long limit = Math.min(offset, segment.endOffset());
            List<Chunk> chunks = segment.index().chunks();
            for (int number = chunks.size() - 1; number >= 0; number--) {
                OptionalLong end = lastBatchEnd(new ChunkPlace(partition, i, chunks.get(number)), limit);
                if (end.isPresent()) {
                    return end;
                }
            }
        }
        return OptionalLong.empty();
    }

    private OptionalLong lastBatchEnd(ChunkPlace place, long limit) {
        Chunk chunk = place.chunk();
        if (chunk.baseOffset() >= limit) {
            return OptionalLong.empty();
        }
        if (chunk.endOffset() <= limit) {
            return OptionalLong.of(chunk.endOffset());
        }
        DecodedChunk decoded = await(place);
        try {
            return BatchSearch.lastEnd(decoded.bytes(), limit);
        } finally {
            decoded.release();
        }
    }

    /** @return what was read so far */
    public ReadCounts counts() {
        return tally.counts(pool.used(), disk.bytes(), disk.openFiles());
    }

    /** Fails reads that wait, with CLOSED, and ends the agents. Open slices stay readable. Idempotent. */
    @Override
    public void close() {
        forgetting.cancel();
        loader.close();
        memory.close();
    }

    /** @return the chunk, retained; or null if the waiter will be called */
    DecodedChunk chunkFor(ChunkPlace place, long offset, long endOffset, ChunkWaiter waiter) {
        DecodedChunk chunk = chunkFor(place, waiter);
        ahead.onRead(place, offset, endOffset, chunk == null);
        return chunk;
    }

    private DecodedChunk chunkFor(ChunkPlace place, ChunkWaiter waiter) {
        while (true) {
            DecodedChunk chunk = memory.get(place.key());
            if (chunk != null) {
                tally.memoryHits.increment();
                return chunk;
            }
            switch (queue.want(place, waiter)) {
                case QUEUED -> {
                    tally.misses.increment();
                    return null;
                }
                case CLOSED -> {
                    waiter.failed(ChunkLoader.closed());
                    return null;
                }
                case KNOWN -> Thread.onSpinWait();
            }
        }
    }

    /**
     * Slices a chunk: in memory, or if open slices keep much of that, on disk.
     *
     * @param mayWrite whether the caller may wait until the chunk is written to disk
     */
    BatchSlice slice(DecodedChunk chunk, BatchSearch.Extract range, boolean mayWrite) {
        memory.read(chunk, range.from(), range.from() + range.bytes());
        tally.slicedBytes.add(range.bytes());
        if (config.fileRegions() && pinned.get() + chunk.capacity() > pool.limit() / PINNED_SHARE) {
            if (mayWrite) {
                disk.put(chunk.key(), chunk.bytes());
            }
            BatchSlice onDisk = disk.slice(chunk.key(), range.from(), range.bytes());
            if (onDisk != null) {
                return onDisk;
            }
        }
        return new ChunkSlice(chunk.retain(), range.from(), range.bytes(), pinned);
    }

    private DecodedChunk await(ChunkPlace place) {
        CompletableFuture<DecodedChunk> loaded = new CompletableFuture<>();
        DecodedChunk atHand = chunkFor(place, new ChunkWaiter() {
            @Override
            public void loaded(DecodedChunk chunk) {
                loaded.complete(chunk.retain());
            }

            @Override
            public void failed(StorageException failure) {
                loaded.completeExceptionally(failure);
            }
        });
        return atHand == null ? await(loaded) : atHand;
    }

    /**
     * Waits for a read.
     *
     * @param <T> what is read
     * @param future the read
     * @return its result
     * @throws StorageException what the read failed with
     */
    public <T> T await(CompletableFuture<T> future) {
        try {
            scheduler.await(future, Scheduler.AgentStep.UNTIL_WOKEN);
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }
}

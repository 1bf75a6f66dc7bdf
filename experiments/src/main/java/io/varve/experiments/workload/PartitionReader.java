// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.workload;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.ReadResult;
import io.varve.core.record.BatchHeader;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageException;
import io.varve.experiments.batch.Seeded;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Reads one run of batches after another from the real log, as a consumer's fetches do. Notes where the bytes
 * came from, how long they take, and what was deleted before it was read. What waits for the bucket takes
 * virtual time; every other read takes what the model says, and no time passes. Not thread-safe.
 */
final class PartitionReader {
    private static final int DELTA_AT = 23;
    /** Kafka's max.partition.fetch.bytes. */
    private static final int FETCH_BYTES = 1 << 20;

    private static final int MIN_FETCH_BYTES = 1 << 12;

    private final String consumer;
    private final VirtualTime time;
    private final ReadCosts costs;
    private final ReadListener listener;
    private final Seeded random;
    private final int fetchBytes;
    private final ByteBuffer header = ByteBuffer.allocate(BatchHeader.LOG_OVERHEAD);
    private final ByteBuffer delta = ByteBuffer.allocate(Integer.BYTES);

    /**
     * Says what reads take.
     *
     * @param model the times of each tier
     * @param scale bytes of the run: 1 of so many
     * @param cachePerPartition bytes of the newest records in memory, of the run's scale
     */
    record ReadCosts(LatencyModel model, int scale, long cachePerPartition) {}

    PartitionReader(String consumer, VirtualTime time, ReadCosts costs, ReadListener listener, long seed) {
        this.consumer = consumer;
        this.time = time;
        this.costs = costs;
        this.listener = listener;
        this.random = new Seeded(seed);
        this.fetchBytes = Math.max(MIN_FETCH_BYTES, FETCH_BYTES / costs.scale());
    }

    /** What one read was: its bytes, and how many ms it took. No bytes: nothing could be read. */
    record Done(int bytes, double ms) {
        static final Done NOTHING = new Done(0, 0);
        /** The bucket has not answered yet: read again when {@link ConsumerPosition#waits} is done. */
        static final Done WAITS = new Done(0, 0);
    }

    /**
     * Reads once, below an offset, or goes on with a read that waits.
     *
     * @param end exclusive; the high watermark at most
     * @return what was read; nothing at the end, or if the bucket does not answer in time
     */
    Done read(ConsumerPosition position, long end) {
        PartitionLog log = position.partition.log();
        if (position.waits != null) {
            return answer(position);
        }
        long start = log.logStartOffset();
        if (position.next < start) {
            listener.missed(consumer, log.id(), position.next, start);
            position.next = start;
        }
        if (position.next >= Math.min(end, log.highWatermark())) {
            return Done.NOTHING;
        }
        ReadResult here = log.reader().readLocal(position.next, fetchBytes, Isolation.READ_UNCOMMITTED);
        if (here != null) {
            try (BatchSlice slice = here.slice()) {
                return take(position, slice, localTier(position));
            }
        }
        position.waitsSinceMs = time.millis();
        position.waits = log.reader().readAsync(position.next, fetchBytes, Isolation.READ_UNCOMMITTED);
        return answer(position);
    }

    private ReadTier localTier(ConsumerPosition position) {
        SimulatedPartition partition = position.partition;
        long behind = partition.bytes() - partition.history().bytesBefore(position.next);
        return behind <= costs.cachePerPartition ? ReadTier.MEMORY : ReadTier.DISK;
    }

    private Done answer(ConsumerPosition position) {
        if (!position.waits.isDone()) {
            return Done.WAITS;
        }
        CompletableFuture<ReadResult> answered = position.waits;
        position.waits = null;
        boolean waited = time.millis() > position.waitsSinceMs;
        try (BatchSlice slice = answered.join().slice()) {
            return take(position, slice, waited ? ReadTier.BUCKET : ReadTier.CACHE);
        } catch (CompletionException e) {
            boolean away =
                    e.getCause() instanceof StorageException failure && failure.kind() == StorageException.Kind.RETRY;
            if (away || position.next < position.partition.log().logStartOffset()) {
                return Done.NOTHING; // or what was to be read is deleted, which the next read tells
            }
            throw e;
        }
    }

    private Done take(ConsumerPosition position, BatchSlice slice, ReadTier tier) {
        int bytes = slice.sizeInBytes();
        if (bytes == 0) {
            return Done.NOTHING;
        }
        PartitionLog log = position.partition.log();
        long first = baseOf(slice);
        if (first > position.next && !log.config().compacted()) {
            listener.missed(consumer, log.id(), position.next, first); // given up on a full disk
        }
        boolean ahead = position.readTo == position.next;
        position.next = endOf(slice);
        position.readTo = position.next;
        if (tier == ReadTier.BUCKET) {
            long waitedMs = time.millis() - position.waitsSinceMs;
            listener.read(consumer, tier, bytes, waitedMs);
            return new Done(bytes, waitedMs);
        }
        double firstByte = costs.model.firstByteMs(tier, ahead, random);
        listener.read(consumer, tier, bytes, firstByte);
        return new Done(bytes, firstByte + costs.model.transferMs(tier, bytes * (double) costs.scale));
    }

    private long baseOf(BatchSlice slice) {
        slice.copy(0, header.clear());
        return BatchHeader.baseOffset(header, 0);
    }

    private long endOf(BatchSlice slice) {
        long end = 0;
        for (int at = 0; at < slice.sizeInBytes(); ) {
            slice.copy(at, header.clear());
            slice.copy(at + DELTA_AT, delta.clear());
            end = BatchHeader.baseOffset(header, 0) + delta.getInt(0) + 1;
            at += BatchHeader.sizeInBytes(header, 0);
        }
        return end;
    }
}

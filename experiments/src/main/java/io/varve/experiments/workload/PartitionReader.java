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
 * came from, how long they take by the model, and what was deleted before it was read. Not thread-safe.
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
    }

    /**
     * Reads once, below an offset.
     *
     * @param end exclusive; the high watermark at most
     * @return what was read; nothing at the end, or if the bucket does not answer
     */
    Done read(ConsumerPosition position, long end) {
        PartitionLog log = position.partition.log();
        long start = log.logStartOffset();
        if (position.next < start) {
            listener.missed(consumer, log.id(), position.next, start);
            position.next = start;
        }
        if (position.next >= Math.min(end, log.highWatermark())) {
            return Done.NOTHING;
        }
        boolean local = log.reader().isLocal(position.next);
        ReadTier tier = local ? localTier(position) : ReadTier.BUCKET;
        try (BatchSlice slice = slice(log, position.next)) {
            if (slice == null || slice.sizeInBytes() == 0) {
                return Done.NOTHING;
            }
            boolean ahead = position.readTo == position.next;
            position.next = endOf(slice);
            position.readTo = position.next;
            double firstByte = costs.model.firstByteMs(tier, ahead, random);
            listener.read(consumer, tier, slice.sizeInBytes(), firstByte);
            return new Done(
                    slice.sizeInBytes(),
                    firstByte + costs.model.transferMs(tier, slice.sizeInBytes() * (double) costs.scale));
        }
    }

    private ReadTier localTier(ConsumerPosition position) {
        SimulatedPartition partition = position.partition;
        long behind = partition.bytes() - partition.history().bytesBefore(position.next);
        return behind <= costs.cachePerPartition ? ReadTier.MEMORY : ReadTier.DISK;
    }

    /** @return the batches; null if the bucket does not answer */
    private BatchSlice slice(PartitionLog log, long offset) {
        ReadResult here = log.reader().readLocal(offset, fetchBytes, Isolation.READ_UNCOMMITTED);
        if (here != null) {
            return here.slice();
        }
        CompletableFuture<ReadResult> there = log.reader().readAsync(offset, fetchBytes, Isolation.READ_UNCOMMITTED);
        time.await(there.handle((result, failure) -> null), -1);
        try {
            return there.join().slice();
        } catch (CompletionException e) {
            if (e.getCause() instanceof StorageException failure && failure.kind() == StorageException.Kind.RETRY) {
                return null;
            }
            throw e;
        }
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

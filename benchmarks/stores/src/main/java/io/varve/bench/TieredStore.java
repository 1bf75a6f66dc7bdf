// SPDX-License-Identifier: Apache-2.0
package io.varve.bench;

import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.core.spi.Tiering;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** One partition of a tiered storage, filled with records that do not compress. Not thread-safe. */
final class TieredStore implements AutoCloseable {
    /** Max bytes of a segment that ends after each batch. */
    static final int ONE_BATCH = 66 << 10;

    private static final long TIMESTAMP = 1_700_000_000_000L;
    private static final int RECORDS = 64;
    private static final int VALUE = 1024;
    /** More bytes than a chunk holds: no chunk has a batch twice, which would compress. */
    private static final int BATCHES = 64;
    /** Polls must not show in what the upload takes. */
    private static final long POLL_NANOS = 20_000_000;

    private final SystemScheduler scheduler = new SystemScheduler(2);
    private final Storage storage;
    private final PartitionStore partition;
    private final SegmentLimits limits;
    private final List<ByteBuffer> batches;
    private long appended;
    private long end;

    /**
     * @param directory the hot backend's
     * @param properties of the storage
     * @param segmentBytes max bytes in a segment
     */
    TieredStore(Path directory, Map<String, String> properties, int segmentBytes) {
        StorageProvider provider = ServiceLoader.load(StorageProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(candidate -> candidate.name().equals("s3"))
                .findFirst()
                .orElseThrow();
        storage = provider.open(new StorageContext(
                List.of(directory), properties, Clock.system(), scheduler, Ids.random(), new FailPoints()));
        limits = new SegmentLimits(segmentBytes, Long.MAX_VALUE, 4096, 10 << 20);
        partition = storage.open(new PartitionId("bench", new UUID(1, 1), 0), 1, settings(Tiering.READ_ONLY));
        SplittableRandom random = new SplittableRandom(42);
        batches = Stream.generate(() -> batch(random)).limit(BATCHES).toList();
        end = partition.extent().readableEnd();
    }

    private PartitionSettings settings(Tiering tiering) {
        return new PartitionSettings(limits, false, tiering, Long.MAX_VALUE);
    }

    private static ByteBuffer batch(SplittableRandom random) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Codec.NONE);
        for (int i = 0; i < RECORDS; i++) {
            byte[] value = new byte[VALUE];
            random.nextBytes(value);
            builder.append(TIMESTAMP + i, null, ByteBuffer.wrap(value), List.of());
        }
        ByteBuffer built = builder.build();
        return ByteBuffer.allocateDirect(built.remaining()).put(built).flip();
    }

    /** Appends so many bytes, which stay on this machine, and seals the last segment. */
    void fill(long bytes) {
        long unsynced = 0;
        for (long at = 0; at < bytes; appended++) {
            ByteBuffer batch = batches.get((int) (appended % BATCHES));
            BatchHeader.setBaseOffset(batch, 0, end);
            long next = end + RECORDS;
            partition.append(new BatchRun(batch.duplicate(), end, next, TIMESTAMP + RECORDS - 1, next - 1));
            end = next;
            at += batch.limit();
            unsynced += batch.limit();
            if (unsynced > 8 << 20) {
                sync();
                unsynced = 0;
            }
        }
        sync();
        partition.seal();
    }

    private void sync() {
        storage.sync(List.of(partition)).byPartition().values().stream()
                .findFirst()
                .ifPresent(failure -> {
                    throw failure;
                });
    }

    /** Uploads every sealed segment. */
    void upload() {
        partition.settings(settings(Tiering.COPY));
        sync();
        while (partition.segments().stream()
                .anyMatch(segment -> segment.sealed() && segment.tier() == Segment.Tier.LOCAL)) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Drops every local copy of an uploaded segment. */
    void dropLocal() {
        partition.dropLocal(end);
        if (partition.isLocal(partition.extent().start())) {
            throw new IllegalStateException("nothing was dropped");
        }
    }

    /** Reads the first batches, out of the bucket. */
    void readFirst() {
        try (BatchSlice slice = read(partition.extent().start())) {
            slice.buffer();
        }
    }

    /**
     * Reads everything that is in the bucket alone, in order.
     *
     * @return number of bytes read
     */
    long readAll() {
        long bytes = 0;
        for (long at = partition.extent().start(); !partition.isLocal(at); ) {
            try (BatchSlice slice = read(at)) {
                ByteBuffer batches = slice.buffer();
                bytes += slice.sizeInBytes();
                for (int from = 0; from < slice.sizeInBytes(); ) {
                    at = BatchHeader.nextOffset(batches, from);
                    from += BatchHeader.sizeInBytes(batches, from);
                }
            }
        }
        return bytes;
    }

    private BatchSlice read(long offset) {
        return partition.readAsync(offset, Long.MAX_VALUE, 1 << 20).join();
    }

    @Override
    public void close() {
        storage.close();
        scheduler.close();
    }
}

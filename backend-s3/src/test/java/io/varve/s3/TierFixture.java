// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.conformance.batch.Batches;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.NotedMetrics;
import io.varve.core.runtime.SystemScheduler;
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
import io.varve.s3.manifest.TierJournal;
import io.varve.s3server.EmbeddedS3;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/** Opens tiers of one bucket in the memory, and reads and writes their partitions. */
final class TierFixture implements AutoCloseable {
    /** Segments of five batches of {@link #SIZE}. */
    static final int SIZE = 200;

    static final SegmentLimits LIMITS = new SegmentLimits(5 * SIZE, Long.MAX_VALUE, 0, 1 << 16);
    static final PartitionSettings COPY = new PartitionSettings(LIMITS, false, Tiering.COPY, Long.MAX_VALUE);
    static final PartitionSettings COMPACTED = new PartitionSettings(LIMITS, true, Tiering.COPY, Long.MAX_VALUE);
    static final PartitionId ID = new PartitionId("orders", new UUID(7, 11), 3);
    static final long EPOCH = 1_700_000_000_000L;

    final EmbeddedS3 s3;
    final SystemScheduler scheduler = new SystemScheduler(2);
    final FailPoints failPoints = new FailPoints();
    final Map<String, String> properties = new HashMap<>();
    final NotedMetrics metrics = new NotedMetrics();

    TierFixture() throws IOException {
        s3 = EmbeddedS3.inMemory();
        properties.put("s3.endpoint", s3.endpoint().toString());
        properties.put("s3.bucket", s3.bucket());
        properties.put("s3.access.key.id", s3.accessKey());
        properties.put("s3.secret.access.key", s3.secretKey());
        properties.put("s3.prefix", "test");
        properties.put("s3.delete.delay.ms", "0");
        properties.put("s3.start.timeout.ms", "0");
    }

    Storage open(Path directory) {
        return open(directory, failPoints);
    }

    Storage open(Path directory, FailPoints with) {
        return new S3StorageProvider().open(context(directory, properties, with));
    }

    /** Returns what a storage is opened with by itself, without the tier. */
    StorageContext context(Path directory) {
        return context(directory, Map.of(), new FailPoints());
    }

    private StorageContext context(Path directory, Map<String, String> with, FailPoints points) {
        return new StorageContext(List.of(directory), with, Clock.system(), scheduler, Ids.random(), points, metrics);
    }

    /** Opens the tier over a hot backend that the test brings. */
    Storage open(Path directory, StorageProvider hot) {
        properties.put("s3.hot.backend", hot.name());
        StorageContext context =
                new StorageContext(List.of(directory), properties, Clock.system(), scheduler, Ids.random(), failPoints);
        return StorageOpening.open(context, List.of(hot), BucketOpening::open, TierJournal::open);
    }

    /** Appends batches of ten records at the end. */
    static void appendTens(PartitionStore store, int batches) {
        for (int i = 0; i < batches; i++) {
            store.append(Batches.run(ten(store.extent().readableEnd())));
        }
    }

    static ByteBuffer ten(long base) {
        return Batches.batch(base, 10, SIZE, EPOCH + base + 9);
    }

    static void sync(Storage storage, PartitionStore store) {
        assertThat(storage.sync(List.of(store)).byPartition()).isEmpty();
    }

    /** Reads everything from an offset on, and verifies each batch. */
    static List<Long> readAll(PartitionStore store, long from) {
        List<Long> bases = new ArrayList<>();
        long offset = from;
        while (true) {
            try (BatchSlice slice = store.read(offset, Long.MAX_VALUE, 3 * SIZE)) {
                if (slice.sizeInBytes() == 0) {
                    return bases;
                }
                ByteBuffer bytes = slice.buffer();
                for (int at = bytes.position(); at < bytes.limit(); ) {
                    int size = BatchValidator.validate(bytes, at, bytes.limit());
                    bases.add(BatchHeader.baseOffset(bytes, at));
                    offset = BatchHeader.nextOffset(bytes, at);
                    at += size;
                }
            }
        }
    }

    static List<Long> tens(long from, long end) {
        List<Long> bases = new ArrayList<>();
        for (long base = from; base < end; base += 10) {
            bases.add(base);
        }
        return bases;
    }

    static List<Segment.Tier> tiers(PartitionStore store) {
        return store.segments().stream().map(Segment::tier).toList();
    }

    /** Waits until the bucket has every sealed segment. */
    static void awaitUploads(PartitionStore store) {
        await(() -> store.segments().stream().allMatch(segment -> !segment.sealed() || segment.isRemote()));
    }

    static void await(BooleanSupplier condition) {
        Await.until("the tier has done it", condition);
    }

    @Override
    public void close() throws IOException {
        scheduler.close();
        s3.close();
    }
}

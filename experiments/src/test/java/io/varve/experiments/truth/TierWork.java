// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.truth;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.engine.EngineConfig;
import io.varve.core.engine.LogEngine;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.ReadResult;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import io.varve.experiments.scenario.TopicSettings;
import io.varve.s3.S3StorageProvider;
import io.varve.s3.client.ObjectStore;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Plays hours of a tiered engine over files: segments of one part and of several are uploaded, leave the
 * local disk, are read back, and deleted; the engine restarts; a partition is deleted. The same in each run.
 */
final class TierWork {
    /** Objects have the times of the server, which this must not be far from. */
    static final long START_MS = Clock.system().millis();

    private static final long MINUTE = 60_000;
    private static final int MINUTES = 90;
    private static final Map<PartitionId, Integer> BATCH_BYTES = Map.of(
            new PartitionId("large", new UUID(1, 1), 0), 1_000_000,
            new PartitionId("small", new UUID(1, 2), 0), 200_000,
            new PartitionId("small", new UUID(1, 2), 1), 90_000);
    private static final Map<String, Map<String, String>> TOPICS = Map.of(
            "large", settings(12_000_000),
            "small", settings(1 << 20));

    private final VirtualTime time;
    private final Path directory;
    private final Random random = new Random(1);
    private final Map<PartitionId, PartitionLog> logs = new LinkedHashMap<>();
    private LogEngine engine;
    private int starts;

    TierWork(VirtualTime time, Path directory) {
        this.time = time;
        this.directory = directory;
    }

    private static Map<String, String> settings(int segmentBytes) {
        return Map.of(
                "segment.bytes", Integer.toString(segmentBytes),
                "retention.ms", Long.toString(40 * MINUTE),
                "local.retention.ms", Long.toString(10 * MINUTE));
    }

    /** @param bucket opens a client of the bucket, at each start */
    void play(Function<StorageContext, ObjectStore> bucket) {
        start(bucket);
        for (int minute = 1; minute <= MINUTES; minute++) {
            logs.forEach((id, log) -> append(log, BATCH_BYTES.get(id)));
            time.advance(MINUTE);
            switch (minute) {
                case 30, 70 -> readAll();
                case 50 -> {
                    engine.close();
                    start(bucket);
                }
                case 75 -> deleteLast();
                default -> {}
            }
        }
        engine.close();
        time.close();
    }

    private void start(Function<StorageContext, ObjectStore> bucket) {
        Map<String, String> properties = Map.of("s3.hot.backend", "file", "s3.compression.type", "none");
        StorageContext context =
                new StorageContext(List.of(directory), properties, time, time, Ids.seeded(++starts), new FailPoints());
        engine = LogEngine.open(new S3StorageProvider(bucket, List.of(files())), context, EngineConfig.DEFAULT);
        TopicSettings settings = new TopicSettings(true);
        logs.clear();
        BATCH_BYTES.keySet().stream()
                .sorted()
                .forEach(id -> logs.put(
                        id,
                        engine.open(
                                id, starts, settings.partition(id.topic(), id.partition(), TOPICS.get(id.topic())))));
    }

    private static StorageProvider files() {
        for (StorageProvider provider : ServiceLoader.load(StorageProvider.class)) {
            if (provider.name().equals("file")) {
                return provider;
            }
        }
        throw new AssertionError("no backend of files");
    }

    private void append(PartitionLog log, int bytes) {
        for (int i = 0; i < 2; i++) {
            byte[] value = new byte[bytes / 2];
            random.nextBytes(value);
            RecordBatchBuilder batch = new RecordBatchBuilder(Codec.NONE);
            batch.append(time.millis(), null, ByteBuffer.wrap(value), List.of());
            log.appender().append(batch.build(), AppendOrigin.CLIENT);
        }
    }

    /** Reads every record as a consumer that begins anew. */
    private void readAll() {
        for (PartitionLog log : logs.values()) {
            assertThat(log.segments()).as("%s", log.id()).hasSizeGreaterThan(2);
            long next = log.logStartOffset();
            while (next < log.highWatermark()) {
                CompletableFuture<ReadResult> read = log.reader().readAsync(next, 1 << 20, Isolation.READ_UNCOMMITTED);
                assertThat(time.await(read, MINUTE)).isTrue();
                try (BatchSlice slice = read.join().slice()) {
                    ByteBuffer batches = ByteBuffer.allocate(slice.sizeInBytes());
                    slice.copy(0, batches);
                    for (int at = 0; at < batches.capacity(); at += BatchHeader.sizeInBytes(batches, at)) {
                        assertThat(BatchHeader.baseOffset(batches, at)).isEqualTo(next);
                        next = BatchHeader.nextOffset(batches, at);
                    }
                }
            }
        }
    }

    private void deleteLast() {
        PartitionId last = List.copyOf(logs.keySet()).get(logs.size() - 1);
        logs.remove(last);
        engine.delete(last);
    }
}

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
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Partitions on a backend, in a directory of their own below {@code varve.bench.dir}, which goes with
 * {@link #close}. The same batch, with the offset that is due, is appended again and again: to a storage its
 * content is all the same. Not thread-safe.
 */
final class Stores implements AutoCloseable {
    private static final long TIMESTAMP = 1_700_000_000_000L;

    private final SystemScheduler scheduler = new SystemScheduler(2);
    private final Path directory;
    private final Storage storage;
    private final List<PartitionStore> partitions = new ArrayList<>();
    private final long[] ends;
    private final ByteBuffer batch;
    private final int records;

    /**
     * @param backend value of {@code storage.backend}
     * @param count how many partitions
     * @param records records in a batch
     * @param valueBytes bytes of each record's value
     */
    Stores(String backend, int count, int records, int valueBytes) {
        this.records = records;
        batch = batch(records, valueBytes);
        ends = new long[count];
        directory = emptyDirectory();
        storage = provider(backend).open(context(directory, scheduler));
        for (int i = 0; i < count; i++) {
            partitions.add(storage.open(new PartitionId("bench", new UUID(1, 1), i), 1, PartitionSettings.DEFAULT));
        }
    }

    /** Finds a backend on the class path. */
    static StorageProvider provider(String backend) {
        return ServiceLoader.load(StorageProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(candidate -> candidate.name().equals(backend))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no backend " + backend + " on the class path"));
    }

    /** Makes a directory on the disk to be measured. */
    static Path emptyDirectory() {
        try {
            Path parent = Path.of(System.getProperty("varve.bench.dir", System.getProperty("java.io.tmpdir")));
            return Files.createTempDirectory(parent, "varve-bench-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static StorageContext context(Path directory, SystemScheduler scheduler) {
        return new StorageContext(
                List.of(directory), Map.of(), Clock.system(), scheduler, Ids.random(), new FailPoints());
    }

    /** Random bytes, so that nothing below can make them smaller. */
    static ByteBuffer batch(int records, int valueBytes) {
        SplittableRandom random = new SplittableRandom(42);
        RecordBatchBuilder builder = new RecordBatchBuilder(Codec.NONE);
        for (int i = 0; i < records; i++) {
            byte[] value = new byte[valueBytes];
            random.nextBytes(value);
            builder.append(TIMESTAMP + i, null, ByteBuffer.wrap(value), List.of());
        }
        ByteBuffer built = builder.build();
        return ByteBuffer.allocateDirect(built.remaining()).put(built).flip();
    }

    int count() {
        return partitions.size();
    }

    int batchBytes() {
        return batch.limit();
    }

    /** @return offset after the last record appended */
    long end(int partition) {
        return ends[partition];
    }

    PartitionStore partition(int number) {
        return partitions.get(number);
    }

    /** Appends a batch to a partition. */
    void append(int partition) {
        long base = ends[partition];
        long next = base + records;
        BatchHeader.setBaseOffset(batch, 0, base);
        partitions
                .get(partition)
                .append(new BatchRun(batch.duplicate(), base, next, TIMESTAMP + records - 1, next - 1));
        ends[partition] = next;
    }

    /** One group commit of all partitions. */
    void sync() {
        storage.sync(partitions).byPartition().values().stream().findFirst().ifPresent(failure -> {
            throw failure;
        });
    }

    /** Appends to the partitions in turn until so many bytes are stored in all, and syncs now and then. */
    void fill(long bytes) {
        long batches = Math.max(partitions.size(), bytes / batchBytes());
        long between = Math.max(1, (8L << 20) / batchBytes());
        for (long i = 0; i < batches; i++) {
            append((int) (i % partitions.size()));
            if (i % between == 0) {
                sync();
            }
        }
        sync();
    }

    /** Lets go of everything appended so far. */
    void empty() {
        for (int i = 0; i < partitions.size(); i++) {
            partitions.get(i).trimTo(ends[i]);
        }
        sync();
    }

    @Override
    public void close() throws IOException {
        storage.close();
        scheduler.close();
        remove(directory);
    }

    static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

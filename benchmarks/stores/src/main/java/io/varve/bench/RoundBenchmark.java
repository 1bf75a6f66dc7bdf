// SPDX-License-Identifier: Apache-2.0
package io.varve.bench;

import io.varve.core.engine.EngineConfig;
import io.varve.core.engine.LogEngine;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.record.BatchHeader;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the engine adds to a storage's commit: a batch is validated and appended to each partition, the
 * committer takes them all, and the appends' listeners learn that the high watermarks have risen.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class RoundBenchmark {
    private static final long MAX_IN_HEAP = 256L << 20;

    /** Value of {@code storage.backend}; {@link RunStoreBenchmarks} gives those on the class path. */
    @Param("memory")
    public String backend;

    /** How many partitions a round commits. */
    @Param({"1", "8", "1000"})
    public int partitions;

    private final SystemScheduler scheduler = new SystemScheduler(2);
    private final ByteBuffer batch = Stores.batch(1, 1024);
    private final List<PartitionLog> logs = new ArrayList<>();
    private Path directory;
    private LogEngine engine;
    private long written;
    private volatile StorageException failed;

    /** Opens an engine on an empty storage. */
    @Setup(Level.Trial)
    public void open() {
        directory = Stores.emptyDirectory();
        engine = LogEngine.open(Stores.provider(backend), Stores.context(directory, scheduler), EngineConfig.DEFAULT);
        for (int i = 0; i < partitions; i++) {
            logs.add(engine.open(new PartitionId("bench", new UUID(1, 1), i), 1, PartitionConfig.DEFAULT));
        }
    }

    /**
     * Keeps a storage in memory from growing without end. Others grow by less than a GB: a trim writes down
     * the starts of all partitions, which would count as allocated by the few rounds of an iteration.
     */
    private void empty() {
        logs.forEach(log -> engine.deleteRecords(log, log.highWatermark())
                .toCompletableFuture()
                .join());
        written = 0;
    }

    /** Removes the storage. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        engine.close();
        scheduler.close();
        Stores.remove(directory);
    }

    /** One round, from its first append to its last answer. */
    @Benchmark
    public void round() throws InterruptedException {
        CountDownLatch answered = new CountDownLatch(partitions);
        for (PartitionLog log : logs) {
            BatchHeader.setBaseOffset(batch, 0, 0); // an append writes the offset into the batch
            long end = log.appender()
                    .append(batch.duplicate(), AppendOrigin.CLIENT)
                    .nextOffset();
            log.awaitHighWatermark(end, failure -> {
                if (failure != null) {
                    failed = failure;
                }
                answered.countDown();
            });
        }
        answered.await();
        if (failed != null) {
            throw failed;
        }
        written += (long) batch.limit() * partitions;
        if (backend.equals("memory") && written > MAX_IN_HEAP) {
            empty();
        }
    }
}

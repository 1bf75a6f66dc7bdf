// SPDX-License-Identifier: Apache-2.0
package io.varve.bench;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
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

/** Group commits per second: a batch to each partition, then one sync of them all. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 3)
@Fork(1)
public class AppendBenchmark {
    private static final long MOST_IN_HEAP = 256L << 20;

    /** Value of {@code storage.backend}. */
    @Param({"file", "lmdb", "memory"})
    public String backend;

    /** How many partitions each commit covers. */
    @Param({"1", "100", "1000"})
    public int partitions;

    /** Bytes of a record's value. */
    @Param({"100", "1024", "16384"})
    public int valueBytes;

    /** Records in a batch. */
    @Param("10")
    public int records;

    private Stores stores;
    private long written;

    /** What the benchmark's unit does not say. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Volume {
        /** Bytes of batches appended and synced, per second, in millions. */
        public double megabytes;
    }

    /** Opens an empty storage. */
    @Setup(Level.Trial)
    public void open() {
        stores = new Stores(backend, partitions, records, valueBytes);
    }

    /** Keeps the directory from growing without end; not measured. */
    @TearDown(Level.Iteration)
    public void empty() {
        stores.empty();
        written = 0;
    }

    /** Removes the storage. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        stores.close();
    }

    /** One group commit. */
    @Benchmark
    public void commit(Volume volume) {
        for (int i = 0; i < partitions; i++) {
            stores.append(i);
        }
        stores.sync();
        written += (long) stores.batchBytes() * partitions;
        if (backend.equals("memory") && written > MOST_IN_HEAP) {
            empty();
        }
        volume.megabytes += stores.batchBytes() * (double) partitions / 1e6;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the benchmarks vary, and what they have in common. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 3)
@Fork(1)
public abstract class StoreBenchmark {
    /** Value of {@code storage.backend}; {@link RunStoreBenchmarks} gives those on the class path. */
    @Param("memory")
    public String backend;

    /** How many partitions there are. */
    @Param({"1", "100", "1000"})
    public int partitions;

    /** Bytes of a record's value. */
    @Param({"100", "1024", "16384"})
    public int valueBytes;

    /** Records in a batch. */
    @Param("10")
    public int records;

    /** What the benchmarks' unit does not say. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Volume {
        /** Bytes of batches moved, per second, in millions. */
        public double megabytes;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.bench;

import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** Group commits per second: a batch to each partition, then one sync of them all. */
public class AppendBenchmark extends StoreBenchmark {
    private static final long MOST_IN_HEAP = 256L << 20;

    private Stores stores;
    private long written;

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

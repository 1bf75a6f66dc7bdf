// SPDX-License-Identifier: Apache-2.0
package io.varve.bench;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
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

/** Reads of what lies in the page cache, brought into the process: through all partitions from their start, or one batch anywhere. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 3)
@Fork(1)
public class ReadBenchmark {
    private static final long STORED_BYTES = 256L << 20;
    private static final int FETCH_BYTES = 1 << 20;

    /** Value of {@code storage.backend}. */
    @Param({"file", "lmdb", "memory"})
    public String backend;

    /** Among how many partitions 256 MiB of batches are spread. */
    @Param({"1", "100", "1000"})
    public int partitions;

    /** Bytes of a record's value. */
    @Param({"100", "1024", "16384"})
    public int valueBytes;

    /** Records in a batch. */
    @Param("10")
    public int records;

    private final SplittableRandom random = new SplittableRandom(7);
    private Stores stores;
    private int partition;
    private long offset;

    /** What the benchmark's unit does not say. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    public static class Volume {
        /** Bytes of batches read, per second, in millions. */
        public double megabytes;
    }

    /** Stores what is to be read. */
    @Setup(Level.Trial)
    public void fill() {
        stores = new Stores(backend, partitions, records, valueBytes);
        stores.fill(STORED_BYTES);
    }

    /** Removes the storage. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        stores.close();
    }

    /** The next fetch of a consumer that catches up, one partition after another, and begins anew at the end. */
    @Benchmark
    public long catchUp(Volume volume) {
        if (offset >= stores.end(partition)) {
            partition = (partition + 1) % stores.count();
            offset = 0;
        }
        return read(offset, FETCH_BYTES, volume);
    }

    /** The batch at an offset of a partition, both by chance. */
    @Benchmark
    public long anywhere(Volume volume) {
        partition = random.nextInt(stores.count());
        return read(random.nextLong(stores.end(partition)), 0, volume);
    }

    /** @return something that depends on the bytes, of which one on each page is looked at */
    private long read(long from, int maxBytes, Volume volume) {
        PartitionStore store = stores.partition(partition);
        try (BatchSlice slice = store.read(from, Long.MAX_VALUE, maxBytes)) {
            ByteBuffer bytes = slice.buffer();
            long sum = 0;
            for (int at = bytes.position(); at < bytes.limit(); at += 4096) {
                sum += bytes.get(at);
            }
            int at = bytes.position();
            while (at < bytes.limit()) {
                offset = BatchHeader.nextOffset(bytes, at);
                at += BatchHeader.sizeInBytes(bytes, at);
            }
            volume.megabytes += slice.sizeInBytes() / 1e6;
            return sum;
        }
    }
}

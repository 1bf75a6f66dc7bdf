// SPDX-License-Identifier: Apache-2.0
package io.varve.bench;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Reads of what lies in the page cache, brought into the process: through all partitions from their start, or
 * one batch anywhere.
 */
public class ReadBenchmark extends StoreBenchmark {
    private static final long STORED_BYTES = 256L << 20;
    private static final int FETCH_BYTES = 1 << 20;

    private final SplittableRandom random = new SplittableRandom(7);
    private Stores stores;
    private int partition;
    private long offset;

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

    /**
     * The next fetch of a consumer that catches up, one partition after another, and begins anew at the end.
     */
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

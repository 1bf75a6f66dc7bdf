// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Appends and trims many times what is kept, and bounds the size of the file. */
class SpaceTest extends LmdbTestBase {
    private static final int KEPT = 4 * MIB;
    private static final int SYNC_EVERY = MIB / 8;
    private static final long SEED = 4;

    /** Appends 50 times the bytes that are kept, and trims after every commit. */
    private void churn(IntUnaryOperator size) {
        long appended = 0;
        long unsynced = 0;
        for (int i = 0; appended < 50L * KEPT; i++) {
            int bytes = size.applyAsInt(i);
            append(bytes);
            appended += bytes;
            unsynced += bytes;
            if (unsynced >= SYNC_EVERY) {
                unsynced = 0;
                sync();
                trim();
            }
        }
        sync();
    }

    private void trim() {
        List<Segment> segments = store.segments();
        long bytes = segments.stream().mapToLong(Segment::bytes).sum();
        for (int i = 0; bytes > KEPT; i++) {
            bytes -= segments.get(i).bytes();
            store.trimTo(segments.get(i + 1).baseOffset());
        }
    }

    @ParameterizedTest(name = "batches of {0} to {1} bytes")
    @CsvSource({"700, 900", "16000, 17000", "100, 300000"})
    void laterAppendsReuseTheSpaceOfTrimmedBatches(int min, int max) {
        SplittableRandom random = new SplittableRandom(SEED);
        churn(i -> random.nextInt(min, max));
        assertThat(fileBytes()).as("with seed %d", SEED).isLessThanOrEqualTo(2L * KEPT);
    }

    @Test
    void aSlowReaderPinsNoPages() {
        List<BatchSlice> held = new ArrayList<>();
        append(100_000);
        sync();
        held.add(store.read(0, Long.MAX_VALUE, MIB));
        churn(i -> 20_000);
        assertThat(fileBytes()).isLessThanOrEqualTo(2L * KEPT);
        held.forEach(BatchSlice::close);
    }

    @Test
    void laterPartitionsReuseTheSpaceOfDeletedOnes() {
        for (int i = 0; i < 50; i++) {
            PartitionId id = new PartitionId("deleted", new UUID(i, i), 0);
            PartitionStore other = storage.open(id, 1, limits);
            for (int batch = 0; batch < 200; batch++) {
                append(other, 20_000);
            }
            assertThat(storage.sync(List.of(other)).byPartition()).isEmpty();
            storage.delete(id);
        }
        assertThat(fileBytes()).isLessThanOrEqualTo(3L * KEPT);
    }
}

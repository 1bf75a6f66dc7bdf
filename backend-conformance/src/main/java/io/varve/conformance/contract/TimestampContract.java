// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.spi.OffsetAt;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Checks which batch is found for a timestamp. */
public abstract class TimestampContract extends Contract {
    protected TimestampContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    @Test
    void findsTheFirstBatchThatReachesTheTimestamp() {
        appendTens(23);
        findsEveryTimestamp();
        reopen();
        findsEveryTimestamp();
    }

    private void findsEveryTimestamp() {
        for (long ms = 0; ms < 230; ms++) {
            long base = ms - ms % 10;
            assertThat(store.offsetAt(EPOCH + ms)).isEqualTo(new OffsetAt(base, EPOCH + base + 9));
        }
        assertThat(store.offsetAt(0).baseOffset()).isZero();
        assertThat(store.offsetAt(EPOCH + 230)).isNull();
    }

    @Test
    void anEmptyPartitionHasNone() {
        assertThat(store.offsetAt(0)).isNull();
    }

    @Test
    void copesWithTimestampsOutOfOrder() {
        long[] timestamps = {50, 20, 90, 10, 10, 90, 70, 95, 5, 60, 100, 30};
        for (int i = 0; i < timestamps.length; i++) {
            append(Batches.run(i * 10L, 10, SIZE, EPOCH + timestamps[i]));
        }
        assertThat(store.offsetAt(EPOCH + 50).baseOffset()).isZero();
        assertThat(store.offsetAt(EPOCH + 51).baseOffset()).isEqualTo(20);
        assertThat(store.offsetAt(EPOCH + 90).baseOffset()).isEqualTo(20);
        assertThat(store.offsetAt(EPOCH + 91).baseOffset()).isEqualTo(70);
        assertThat(store.offsetAt(EPOCH + 96).baseOffset()).isEqualTo(100);
        assertThat(store.offsetAt(EPOCH + 101)).isNull();
        assertThat(store.segments().get(0).maxTimestamp()).isEqualTo(EPOCH + 90);
    }

    @Test
    void passesOverWhatWasTrimmed() {
        long[] timestamps = {50, 20, 90, 10, 10, 40};
        for (int i = 0; i < timestamps.length; i++) {
            append(Batches.run(i * 10L, 10, SIZE, EPOCH + timestamps[i]));
        }
        store.trimTo(30);
        assertThat(store.offsetAt(EPOCH + 20).baseOffset()).isEqualTo(50);
        assertThat(store.offsetAt(EPOCH + 50)).isNull();
    }

    @Test
    void batchesWithoutATimestampAreOlderThanAll() {
        append(Batches.run(0, 10, SIZE, -1));
        assertThat(store.offsetAt(0)).isNull();
        append(Batches.run(10, 10, SIZE, EPOCH));
        assertThat(store.offsetAt(0).baseOffset()).isEqualTo(10);
    }

    @Test
    void isRightAfterACrash() {
        appendTens(23);
        sync();
        crash();
        findsEveryTimestamp();
    }
}

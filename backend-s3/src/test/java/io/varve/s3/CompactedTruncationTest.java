// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static io.varve.s3.TierFixture.COMPACTED;
import static io.varve.s3.TierFixture.ID;
import static io.varve.s3.TierFixture.appendTens;
import static io.varve.s3.TierFixture.awaitUploads;
import static io.varve.s3.TierFixture.readAll;
import static io.varve.s3.TierFixture.sync;
import static io.varve.s3.TierFixture.ten;
import static io.varve.s3.TierFixture.tens;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Truncates compacted partitions, whose segments may end with offsets that no batch has: a truncation there
 * moves the end further down than it says, and the bucket must follow.
 */
class CompactedTruncationTest extends TierTest {
    @ParameterizedTest
    @CsvSource({"100, true", "105, true", "60, true", "100, false", "105, false", "60, false"})
    void leavesNothingInTheBucketOfOffsetsThatAreAssignedAgain(long end, boolean uploaded) {
        try (Storage storage = tier.open(root.resolve("first"))) {
            PartitionStore store = storage.open(ID, 1, COMPACTED);
            appendTens(store, 12);
            if (uploaded) {
                store.seal();
            }
            sync(storage, store);
            awaitUploads(store);
            ArrayDeque<BatchRun> cleaned = new ArrayDeque<>(List.of(Batches.run(ten(0))));
            store.replace(store.segments().subList(0, 2), cleaned::poll);
            sync(storage, store);
            if (uploaded) {
                // Everything newer is in the bucket, so that what was compacted is uploaded again.
                awaitUploads(store);
            }

            store.truncateTo(end);

            assertThat(store.extent().readableEnd()).isEqualTo(10);
            appendTens(store, 14);
            sync(storage, store);
            awaitUploads(store);
            assertThat(readAll(store, 0)).isEqualTo(tens(0, 150));
        }
        try (Storage storage = tier.open(root.resolve("second"))) {
            assertThat(readAll(storage.open(ID, 1, COMPACTED), 0)).isEqualTo(tens(0, 100));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static io.varve.s3.TierFixture.COPY;
import static io.varve.s3.TierFixture.ID;
import static io.varve.s3.TierFixture.appendTens;
import static io.varve.s3.TierFixture.awaitUploads;
import static io.varve.s3.TierFixture.readAll;
import static io.varve.s3.TierFixture.sync;
import static io.varve.s3.TierFixture.tens;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Storage;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Truncates partitions of which the bucket has everything. The bucket keeps whole segments of this machine
 * only, so what is appended afterwards is uploaded with the rest of its segment, and its local copy goes.
 */
class DropAfterTruncationTest extends TierTest {
    /** Segments have 50 offsets; of those below {@code dropped} only the bucket has a copy. */
    @ParameterizedTest(name = "to {0}, start {1}, local from {2}")
    @CsvSource({
        "110, 0, 0",
        "100, 0, 0",
        "75, 0, 0",
        "60, 0, 0",
        "75, 60, 0",
        "50, 20, 0",
        "30, 20, 0",
        "110, 0, 50",
        "75, 0, 50",
        "50, 0, 50",
        "50, 0, 100",
        "75, 0, 100",
        "75, 60, 100",
        "30, 20, 100",
        "80, 60, 120"
    })
    void localCopiesOfWhatIsAppendedAfterwardsGo(long end, long start, long dropped) {
        try (Storage storage = tier.open(root.resolve("first"))) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 12);
            store.seal();
            sync(storage, store);
            awaitUploads(store);
            store.dropLocal(dropped);
            if (start > 0) {
                store.trimTo(start);
                sync(storage, store);
            }

            store.truncateTo(end);
            long left = store.extent().readableEnd();
            appendTens(store, 9);
            store.seal();
            sync(storage, store);
            awaitUploads(store);
            store.dropLocal(Long.MAX_VALUE);

            assertThat(store.segments())
                    .filteredOn(Segment::sealed)
                    .isNotEmpty()
                    .noneMatch(Segment::isLocal);
            assertThat(readAll(store, start)).isEqualTo(tens(start, left + 90));
        }
        try (Storage storage = tier.open(root.resolve("second"))) {
            PartitionStore store = storage.open(ID, 1, COPY);
            assertThat(readAll(store, store.extent().start()))
                    .endsWith(store.extent().readableEnd() - 10L);
            assertThat(readAll(store, start)).startsWith(start);
        }
    }
}

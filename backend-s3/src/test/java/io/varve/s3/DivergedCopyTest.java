// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static io.varve.s3.TierFixture.COPY;
import static io.varve.s3.TierFixture.EPOCH;
import static io.varve.s3.TierFixture.ID;
import static io.varve.s3.TierFixture.SIZE;
import static io.varve.s3.TierFixture.appendTens;
import static io.varve.s3.TierFixture.awaitUploads;
import static io.varve.s3.TierFixture.sync;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Storage;
import io.varve.file.FileStorageProvider;
import org.junit.jupiter.api.Test;

/** Meets a local partition with other records than the bucket has, of the same offsets and bytes. */
class DivergedCopyTest extends TierTest {
    private static final long LATER = EPOCH + 1_000_000;

    @Test
    void aLocalCopyIsNotDroppedForOtherRecordsInTheBucket() {
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 10);
            store.seal();
            sync(storage, store);
            awaitUploads(store);
        }
        diverge();
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            store.dropLocal(Long.MAX_VALUE);
            assertThat(store.segments())
                    .filteredOn(Segment::sealed)
                    .extracting(Segment::tier)
                    .containsExactly(Segment.Tier.REMOTE, Segment.Tier.LOCAL);
            assertThat(store.offsetAt(LATER)).isEqualTo(new OffsetAt(50, LATER + 59));
        }
    }

    /** Writes the second segment anew, with later timestamps. */
    private void diverge() {
        try (Storage hot = new FileStorageProvider().open(tier.context(root))) {
            PartitionStore store = hot.open(ID, 1, COPY);
            store.truncateTo(50);
            for (long base = 50; base < 100; base += 10) {
                store.append(Batches.run(Batches.batch(base, 10, SIZE, LATER + base + 9)));
            }
            store.seal();
            sync(hot, store);
        }
    }
}

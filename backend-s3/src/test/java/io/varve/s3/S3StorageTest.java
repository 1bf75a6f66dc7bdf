// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static io.varve.s3.TierFixture.COPY;
import static io.varve.s3.TierFixture.EPOCH;
import static io.varve.s3.TierFixture.ID;
import static io.varve.s3.TierFixture.appendTens;
import static io.varve.s3.TierFixture.awaitUploads;
import static io.varve.s3.TierFixture.readAll;
import static io.varve.s3.TierFixture.sync;
import static io.varve.s3.TierFixture.tens;
import static io.varve.s3.TierFixture.tiers;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment.Tier;
import io.varve.core.spi.Storage;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Writes, uploads, drops and reads back partitions, over starts and the loss of a disk. */
class S3StorageTest extends TierTest {
    @Test
    void readsFromTheBucketWhatWasDroppedHere() {
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 23);
            sync(storage, store);
            awaitUploads(store);
            assertThat(tiers(store)).containsExactly(Tier.BOTH, Tier.BOTH, Tier.BOTH, Tier.BOTH, Tier.LOCAL);

            store.dropLocal(150);

            assertThat(tiers(store)).containsExactly(Tier.REMOTE, Tier.REMOTE, Tier.REMOTE, Tier.BOTH, Tier.LOCAL);
            assertThat(store.extent()).isEqualTo(new Extent(0, 230, 230));
            assertThat(store.isLocal(149)).isFalse();
            assertThat(store.isLocal(150)).isTrue();
            assertThat(readAll(store, 0)).isEqualTo(tens(0, 230));
            assertThat(store.offsetAt(EPOCH + 25).baseOffset()).isEqualTo(20);
            assertThat(store.offsetAt(EPOCH + 195).baseOffset()).isEqualTo(190);
        }
    }

    @Test
    void knowsWhatIsWhereAfterAStart() {
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 23);
            sync(storage, store);
            awaitUploads(store);
            store.dropLocal(150);
            store.trimTo(63);
            sync(storage, store);
        }
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            assertThat(store.extent()).isEqualTo(new Extent(63, 230, 230));
            assertThat(tiers(store)).containsExactly(Tier.REMOTE, Tier.REMOTE, Tier.BOTH, Tier.LOCAL);
            assertThat(readAll(store, 63)).isEqualTo(tens(60, 230));
        }
    }

    @Test
    void comesBackFromTheBucketWhenTheDiskIsLost() {
        try (Storage storage = tier.open(root.resolve("first"))) {
            PartitionStore store = storage.open(ID, 1, COPY);
            store.snapshots().write("state", 40, ByteBuffer.wrap(new byte[] {1, 2, 3}));
            appendTens(store, 23);
            store.trimTo(25);
            sync(storage, store);
            awaitUploads(store);
        }
        try (Storage storage = tier.open(root.resolve("second"))) {
            assertThat(storage.partitions()).containsExactly(ID);
            PartitionStore store = storage.open(ID, 1, COPY);
            assertThat(store.extent()).isEqualTo(new Extent(25, 200, 200));
            assertThat(readAll(store, 25)).isEqualTo(tens(20, 200));
            assertThat(store.snapshots().newest("state", 100).orElseThrow().bytes())
                    .isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            appendTens(store, 7);
            sync(storage, store);
            awaitUploads(store);
            assertThat(readAll(store, 25)).isEqualTo(tens(20, 270));
        }
    }

    /** What is done now and then must not take notice of a segment in the place of the sync. */
    @Test
    void uploadsASegmentThatWasSealedLongBeforeItWasDurable() {
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 12);
            S3Partition partition = ((S3Store) store).partition;
            assertThat(partition.uploads().hasNew()).isFalse();
            sync(storage, store);
            awaitUploads(store);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static io.varve.s3.TierFixture.COPY;
import static io.varve.s3.TierFixture.ID;
import static io.varve.s3.TierFixture.appendTens;
import static io.varve.s3.TierFixture.awaitUploads;
import static io.varve.s3.TierFixture.readAll;
import static io.varve.s3.TierFixture.sync;
import static io.varve.s3.TierFixture.tens;
import static io.varve.s3.TierFixture.tiers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.varve.conformance.batch.Batches;
import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.RemoteCopy;
import io.varve.core.spi.Segment.Tier;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.Tiering;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks what the tier does by itself, and what settings tell it to do. */
class TierUpkeepTest extends TierTest {
    private static final PartitionId COPIED = new PartitionId("copied", new UUID(1, 5), 0);

    @ParameterizedTest
    @ValueSource(strings = {"file", "lmdb", "memory"})
    void endsAndUploadsAnIdleSegment(String hot) {
        tier.properties.put("s3.hot.backend", hot);
        tier.properties.put("s3.upload.max.delay.ms", "200");
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            for (long base = 0; base < 30; base += 10) {
                store.append(Batches.run(TierFixture.ten(base)));
            }
            sync(storage, store);
            TierFixture.await(() -> tiers(store).equals(List.of(Tier.BOTH, Tier.LOCAL)));
            assertThat(store.extent()).isEqualTo(new Extent(0, 30, 30));
            store.dropLocal(30);
            assertThat(readAll(store, 0)).isEqualTo(tens(0, 30));
        }
    }

    @Test
    void syncsTheIdleSegmentThatItEndedAgainIfThatFails() {
        SyncFailsOnceProvider hot = new SyncFailsOnceProvider();
        tier.properties.put("s3.upload.max.delay.ms", "200");
        try (Storage storage = tier.open(root, hot)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 2);
            sync(storage, store);
            hot.failures.set(1);
            appendTens(store, 1);
            TierFixture.await(() -> tiers(store).equals(List.of(Tier.BOTH, Tier.LOCAL)));
            assertThat(hot.failures).hasValue(0);
            assertThat(store.extent()).isEqualTo(new Extent(0, 30, 30));
        }
    }

    @Test
    void dropsRemoteCopiesWhenTheTierIsTurnedOffAndCopiesAgainWhenItIsOn() {
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 17);
            sync(storage, store);
            awaitUploads(store);
            store.dropLocal(50);
            store.settings(new PartitionSettings(TierFixture.LIMITS, false, Tiering.OFF, Long.MAX_VALUE));
            assertThat(tiers(store)).containsExactly(Tier.REMOTE, Tier.LOCAL, Tier.LOCAL, Tier.LOCAL);
            TierFixture.await(() -> tier.s3.keys("test/main/data/").size() == 1);
            store.settings(COPY);
            awaitUploads(store);
            assertThat(tiers(store)).containsExactly(Tier.REMOTE, Tier.BOTH, Tier.BOTH, Tier.LOCAL);
            assertThat(readAll(store, 0)).isEqualTo(tens(0, 170));
        }
    }

    @Test
    void beginsAPartitionWithTheRecordsOfAnother() {
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 17);
            store.trimTo(23);
            sync(storage, store);
            awaitUploads(store);

            PartitionStore copy =
                    storage.open(COPIED, 1, COPY.beginningWith(new RemoteCopy(ID, 97, TierFixture.EPOCH + 79)));
            assertThat(copy.extent()).isEqualTo(new Extent(23, 70, 70));
            assertThat(readAll(copy, 23)).isEqualTo(tens(20, 70));
            appendTens(copy, 9);
            sync(storage, copy);
            awaitUploads(copy);

            storage.delete(ID);
            assertThat(readAll(copy, 23)).isEqualTo(tens(20, 160));
        }
        try (Storage storage = tier.open(root)) {
            PartitionStore copy = storage.open(COPIED, 1, COPY);
            assertThat(readAll(copy, 23)).isEqualTo(tens(20, 160));
        }
    }

    @Test
    void removesACopyThatWasNeverOpened() {
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 17);
            sync(storage, store);
            awaitUploads(store);
            tier.failPoints.watch(place -> {
                if (place.equals(S3FailPoints.RESTORE_AFTER_CREATE)) {
                    throw new StorageException(StorageException.Kind.FULL, "injected on purpose");
                }
            });
            catchThrowableOfType(
                    StorageException.class,
                    () -> storage.open(COPIED, 1, COPY.beginningWith(new RemoteCopy(ID, 97, Long.MAX_VALUE))));
            storage.delete(COPIED);
            assertThat(storage.partitions()).containsExactly(ID);
        }
        try (Storage storage = tier.open(root, new FailPoints())) {
            assertThat(storage.partitions()).containsExactly(ID);
        }
    }

    @Test
    void refusesACopyUpToAPointThatIsOnThisMachineOnly() {
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 17);
            sync(storage, store);
            awaitUploads(store);
            long inBucket = store.sealedEnd();
            assertThat(inBucket).isBetween(1L, 169L);
            for (RemoteCopy tooFar : List.of(
                    new RemoteCopy(ID, inBucket + 1, Long.MAX_VALUE),
                    new RemoteCopy(ID, Long.MAX_VALUE, Long.MAX_VALUE))) {
                StorageException refused = catchThrowableOfType(
                        StorageException.class, () -> storage.open(COPIED, 1, COPY.beginningWith(tooFar)));
                assertThat(refused.kind()).isEqualTo(StorageException.Kind.MISUSE);
                assertThat(refused).hasMessageContaining("ends at offset " + inBucket);
                assertThat(storage.partitions()).containsExactly(ID);
            }
            PartitionStore whole =
                    storage.open(COPIED, 1, COPY.beginningWith(new RemoteCopy(ID, inBucket, Long.MAX_VALUE)));
            assertThat(whole.extent().readableEnd()).isEqualTo(inBucket);
        }
    }

    @Test
    void refusesACopyOfWhatTheBucketDoesNotHave() {
        try (Storage storage = tier.open(root)) {
            StorageException refused = catchThrowableOfType(
                    StorageException.class,
                    () -> storage.open(COPIED, 1, COPY.beginningWith(new RemoteCopy(ID, 97, Long.MAX_VALUE))));
            assertThat(refused.kind()).isEqualTo(StorageException.Kind.MISUSE);
            assertThat(storage.partitions()).isEmpty();
        }
    }

    @Test
    void sweepsNothingOfALaterOwner() throws IOException {
        tier.properties.put("s3.sweep.interval.ms", "1000");
        tier.properties.put("s3.sweep.grace.ms", "0");
        Path former = Files.createDirectory(root.resolve("former"));
        Path later = Files.createDirectory(root.resolve("later"));
        try (Storage idle = tier.open(former)) {
            PartitionStore stale = idle.open(ID, 1, COPY);
            tier.properties.remove("s3.sweep.interval.ms");
            try (Storage storage = tier.open(later)) {
                PartitionStore store = storage.open(ID, 1, COPY);
                appendTens(store, 17);
                sync(storage, store);
                awaitUploads(store);
                List<String> objects = tier.s3.keys("test/main/data/");
                TierFixture.await(() -> !idle.sync(List.of(stale)).byPartition().isEmpty()
                        || !tier.s3.keys("test/main/data/").equals(objects));
                assertThat(tier.s3.keys("test/main/data/")).isEqualTo(objects).hasSize(3);
            }
        }
    }

    @Test
    void notesRequestsAndBacklogForTheCommand() throws IOException {
        try (Storage storage = tier.open(root)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 17);
            sync(storage, store);
            awaitUploads(store);
        }
        assertThat(Files.readString(root.resolve(UsageFile.NAME)))
                .contains("\"topic\":\"orders\",\"kind\":\"PUT\",\"requests\":3")
                .contains("\"backlog\":[]");
    }
}

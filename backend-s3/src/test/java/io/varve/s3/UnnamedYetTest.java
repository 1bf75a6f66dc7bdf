// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static io.varve.s3.TierFixture.COPY;
import static io.varve.s3.TierFixture.ID;
import static io.varve.s3.TierFixture.LIMITS;
import static io.varve.s3.TierFixture.appendTens;
import static io.varve.s3.TierFixture.readAll;
import static io.varve.s3.TierFixture.sync;
import static io.varve.s3.TierFixture.tens;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.rig.DirectoryTree;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.Tiering;
import io.varve.file.FileStorageProvider;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Deletes, sets aside and trims partitions beside their first upload, after their topic was told not to copy
 * any more: the manifest does not know them yet, and may soon.
 */
class UnnamedYetTest extends TierTest {
    private final CompletableFuture<Void> reached = new CompletableFuture<>();
    private final CompletableFuture<Void> released = new CompletableFuture<>();

    private static PartitionSettings settings(Tiering tiering) {
        return new PartitionSettings(LIMITS, false, tiering, Long.MAX_VALUE);
    }

    /** Holds up the first thread that comes to a place. */
    private void hold(String place) {
        tier.failPoints.arm(place, () -> {
            reached.complete(null);
            released.join();
        });
    }

    private PartitionStore openHeld(Storage storage) throws Exception {
        PartitionStore store = storage.open(ID, 1, COPY);
        appendTens(store, 8);
        sync(storage, store);
        reached.get(1, TimeUnit.MINUTES);
        return store;
    }

    @ParameterizedTest(name = "{0}, now {1}")
    @CsvSource({
        "s3.manifest.before-entry, READ_ONLY",
        "s3.manifest.before-entry, OFF",
        "s3.upload.stored, READ_ONLY",
        "s3.upload.begin, OFF"
    })
    void aDeletionLeavesNothing(String place, Tiering now) throws Exception {
        Path directory = root.resolve("data");
        Path left = root.resolve("left");
        hold(place);
        try (Storage storage = tier.open(directory)) {
            PartitionStore store = openHeld(storage);
            store.settings(settings(now));
            storage.delete(ID);
            DirectoryTree.copy(directory, left);
            released.complete(null);
            TierFixture.await(() -> tier.s3.keys("test/main/data/").isEmpty()
                    && ((S3Storage) storage).parts.manifest().partitions().isEmpty()
                    && ((S3Storage) storage).services().uploader().backlog().segments() == 0);
        }
        try (Storage storage = tier.open(left)) {
            assertThat(storage.partitions()).isEmpty();
        }
    }

    /** The manifest's entry gets to the bucket, and the process ends before the deletion's does. */
    @Test
    void aDeletionIsRememberedBesideAnEntryThatIsOnItsWay() throws Exception {
        Path directory = root.resolve("data");
        Path left = root.resolve("left");
        hold("s3.manifest.before-entry");
        CompletableFuture<Void> written = new CompletableFuture<>();
        tier.failPoints.arm("s3.manifest.after-entry", () -> {
            written.complete(null);
            throw new IllegalStateException("the process ends here");
        });
        try (Storage storage = tier.open(directory)) {
            openHeld(storage).settings(settings(Tiering.READ_ONLY));
            storage.delete(ID);
            DirectoryTree.copy(directory, left);
            released.complete(null);
            written.get(1, TimeUnit.MINUTES);
        }
        tier.failPoints.disarm("s3.manifest.after-entry");
        try (Storage storage = tier.open(left)) {
            assertThat(storage.partitions()).isEmpty();
            assertThat(((S3Storage) storage).parts.manifest().partitions()).isEmpty();
        }
    }

    @Test
    void aPartitionThatIsSetAsideDoesNotComeBack() throws Exception {
        hold("s3.manifest.before-entry");
        try (Storage storage = tier.open(root)) {
            openHeld(storage).settings(settings(Tiering.READ_ONLY));
            storage.setAside(ID);
            released.complete(null);
            TierFixture.await(() ->
                    ((S3Storage) storage).parts.manifest().partitions().stream().anyMatch(known -> known.aside()));
            assertThat(((S3Storage) storage).parts.manifest().partition(ID)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Tiering.class,
            names = {"READ_ONLY", "OFF"})
    void aTrimLeavesNoGap(Tiering now) throws Exception {
        Path directory = root.resolve("data");
        Path left = root.resolve("left");
        hold("s3.manifest.before-entry");
        CompletableFuture<Void> committed = new CompletableFuture<>();
        tier.failPoints.arm("s3.upload.committed", () -> committed.complete(null));
        try (Storage storage = tier.open(directory)) {
            PartitionStore store = openHeld(storage);
            store.settings(settings(now));
            store.trimTo(60);
            DirectoryTree.copy(directory, left);
            released.complete(null);
            committed.get(1, TimeUnit.MINUTES);
        }
        try (Storage hot = new FileStorageProvider().open(tier.context(left))) {
            PartitionStore store = hot.open(ID, 1, COPY);
            store.trimTo(60);
            sync(hot, store);
        }
        try (Storage storage = tier.open(left)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            assertThat(readAll(store, store.extent().start())).isEqualTo(tens(60, 80));
        }
    }

    /** What began before the topic was told not to copy is not named after it. */
    @Test
    void anUploadInProgressEndsWithTheCopying() throws Exception {
        hold("s3.upload.stored");
        try (Storage storage = tier.open(root)) {
            openHeld(storage).settings(settings(Tiering.READ_ONLY));
            released.complete(null);
            TierFixture.await(() -> tier.s3.keys("test/main/data/").isEmpty());
            assertThat(((S3Storage) storage).parts.manifest().partition(ID)).isEmpty();
        }
    }
}

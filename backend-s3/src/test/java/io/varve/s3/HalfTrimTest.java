// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static io.varve.s3.TierFixture.COMPACTED;
import static io.varve.s3.TierFixture.COPY;
import static io.varve.s3.TierFixture.ID;
import static io.varve.s3.TierFixture.appendTens;
import static io.varve.s3.TierFixture.awaitUploads;
import static io.varve.s3.TierFixture.readAll;
import static io.varve.s3.TierFixture.sync;
import static io.varve.s3.TierFixture.ten;
import static io.varve.s3.TierFixture.tens;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.rig.DirectoryTree;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.file.FileStorageProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Crashes between the two halves of a trim: the hot partition has it, the tier's journal does not. */
class HalfTrimTest extends TierTest {
    private static final PartitionSettings OFF = PartitionSettings.of(COPY.segments());

    @Test
    void theStartStaysWhereTheCrashBroughtItBackTo() {
        Path directory = root.resolve("data");
        try (Storage storage = tier.open(directory)) {
            PartitionStore store = storage.open(ID, 1, COMPACTED);
            appendTens(store, 12);
            store.seal();
            sync(storage, store);
            awaitUploads(store);
        }
        trimHot(directory, COMPACTED, 25);
        try (Storage storage = tier.open(directory)) {
            PartitionStore store = storage.open(ID, 1, COMPACTED);
            for (int i = 0; i < 3; i++) {
                // What was replaced is uploaded after what is new.
                appendTens(store, 5);
                store.seal();
                sync(storage, store);
                awaitUploads(store);
            }
            assertThat(store.extent().start()).isZero();
            assertThat(readAll(store, 0)).isEqualTo(tens(0, 270));
        }
    }

    @Test
    void aTrimBesideTheFirstUploadLeavesNoGap() throws Exception {
        Path directory = root.resolve("data");
        Path left = root.resolve("left");
        CompletableFuture<Void> stored = new CompletableFuture<>();
        CompletableFuture<Void> trimmed = new CompletableFuture<>();
        CompletableFuture<Void> committed = new CompletableFuture<>();
        tier.failPoints.arm("s3.upload.stored", () -> {
            stored.complete(null);
            trimmed.join();
        });
        tier.failPoints.arm("s3.upload.committed", () -> committed.complete(null));
        try (Storage storage = tier.open(directory)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 8);
            sync(storage, store);
            stored.get(1, TimeUnit.MINUTES);
            store.trimTo(60);
            trimmed.complete(null);
            committed.get(1, TimeUnit.MINUTES);
            DirectoryTree.copy(directory, left);
        }
        trimHot(left, COPY, 60);
        try (Storage storage = tier.open(left)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            assertThat(readAll(store, store.extent().start())).isEqualTo(tens(60, 80));
        }
    }

    /** The bucket has the older version of a segment until it has all that is newer. */
    @Test
    void aTrimBringsNothingBackThatWasCompactedAway() throws Exception {
        Path directory = root.resolve("data");
        Path left = root.resolve("left");
        try (Storage storage = tier.open(directory)) {
            PartitionStore store = storage.open(ID, 1, COMPACTED);
            appendTens(store, 12);
            sync(storage, store);
            awaitUploads(store);
            ArrayDeque<BatchRun> cleaned = new ArrayDeque<>(List.of(Batches.run(ten(40))));
            store.replace(store.segments().subList(0, 1), cleaned::poll);
            store.trimTo(60);
            DirectoryTree.copy(directory, left);
        }
        trimHot(left, COMPACTED, 60);
        try (Storage storage = tier.open(left)) {
            PartitionStore store = storage.open(ID, 1, COMPACTED);
            assertThat(readAll(store, store.extent().start())).isEqualTo(tens(60, 120));
        }
    }

    /** The other half: the journal has the trim, the hot partition has not, and the bucket has nothing. */
    @Test
    void aTrimThatOnlyTheJournalHasTakesNothingThatWasAppendedLater() {
        Path directory = root.resolve("data");
        Path left = root.resolve("left");
        try (Storage storage = tier.open(directory)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 1);
            sync(storage, store);
            tier.failPoints.arm("s3.journal.after-directory", () -> copyOnce(directory, left));
            store.trimTo(30);
        }
        tier.failPoints.disarm("s3.journal.after-directory");
        Extent before;
        List<Long> batches;
        try (Storage storage = tier.open(left)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 12);
            sync(storage, store);
            awaitUploads(store);
            before = store.extent();
            batches = readAll(store, before.start());
        }
        try (Storage storage = tier.open(left)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            assertThat(store.extent()).isEqualTo(before);
            assertThat(readAll(store, before.start())).isEqualTo(batches);
        }
    }

    @Test
    void aTruncationBelowATrimStandsWithoutTheTier() {
        Path directory = root.resolve("data");
        Extent before;
        try (Storage storage = tier.open(directory)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            appendTens(store, 1);
            store.trimTo(30);
            sync(storage, store);
            store.settings(OFF);
            store.truncateTo(20);
            appendTens(store, 3);
            sync(storage, store);
            before = store.extent();
        }
        try (Storage storage = tier.open(directory)) {
            PartitionStore store = storage.open(ID, 1, OFF);
            assertThat(store.extent()).isEqualTo(before);
            assertThat(readAll(store, 20)).isEqualTo(tens(20, 50));
        }
    }

    private static void copyOnce(Path from, Path to) {
        try {
            if (Files.notExists(to)) {
                DirectoryTree.copy(from, to);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void trimHot(Path directory, PartitionSettings settings, long offset) {
        try (Storage hot = new FileStorageProvider().open(tier.context(directory))) {
            PartitionStore store = hot.open(ID, 1, settings);
            store.trimTo(offset);
            sync(hot, store);
        }
    }
}

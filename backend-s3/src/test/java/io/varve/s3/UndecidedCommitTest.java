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
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.rig.DirectoryTree;
import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.RemoteCopy;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import io.varve.s3server.FaultRule;
import io.varve.s3server.S3Fault;
import io.varve.s3server.S3Faults;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds up the manifest's entries for longer than truncations, copies and starts wait for them. */
class UndecidedCommitTest extends TierTest {
    private static final String ENTRY = "s3.manifest.before-entry";
    /** A test that fails must not wait for good when it closes the storage. */
    private static final long PATIENCE_S = 120;

    private static final PartitionId COPIED = new PartitionId("copied", new UUID(1, 5), 0);
    private static final PartitionSettings AS_COPY = COPY.beginningWith(new RemoteCopy(ID, 70, Long.MAX_VALUE));

    private final CompletableFuture<Void> released = new CompletableFuture<>();
    private volatile S3Faults.Rule dead;

    @BeforeEach
    void configure() {
        tier.properties.put("s3.commit.timeout.ms", "300");
    }

    private void revive() {
        if (dead != null) {
            dead.close();
        }
    }

    private void hold() {
        tier.failPoints.arm(
                ENTRY,
                () -> released.copy()
                        .completeOnTimeout(null, PATIENCE_S, TimeUnit.SECONDS)
                        .join());
    }

    /** Offsets from 0 to 120: those below 100 are in the bucket, those from {@code local} on here. */
    private static PartitionStore fill(Storage storage, long local) {
        PartitionStore store = storage.open(ID, 1, COPY);
        appendTens(store, 12);
        sync(storage, store);
        awaitUploads(store);
        store.dropLocal(local);
        return store;
    }

    private static void assertRetry(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.RETRY));
    }

    private static List<Long> readBelow(PartitionStore store, long offset) {
        try (BatchSlice slice = store.read(offset, Long.MAX_VALUE, 1 << 20)) {
            List<Long> bases = new ArrayList<>();
            ByteBuffer bytes = slice.buffer();
            for (int at = bytes.position(); at < bytes.limit(); at += BatchHeader.sizeInBytes(bytes, at)) {
                bases.add(BatchHeader.baseOffset(bytes, at));
            }
            return bases;
        }
    }

    @ParameterizedTest(name = "to {0}, local from {1}, reopened: {3}")
    @CsvSource({"35, 50, 30, false", "50, 100, 50, true", "75, 0, 70, false", "60, 50, 60, true", "0, 100, 0, false"})
    void aTruncationTakesPlaceWhenTheBucketHasTakenIt(long end, long local, long left, boolean reopened) {
        try (Storage storage = tier.open(root.resolve("first"))) {
            PartitionStore store = fill(storage, local);
            hold();

            assertThatThrownBy(() -> store.truncateTo(end)).hasMessageContaining("s3.commit.timeout.ms");

            long undecided = left < local ? left : end;
            assertRetry(() -> appendTens(store, 1));
            assertRetry(() -> store.trimTo(10));
            assertRetry(() -> store.truncateTo(end));
            assertRetry(() -> store.replace(List.of(store.segments().get(1)), () -> null));
            assertRetry(() -> store.read(undecided, Long.MAX_VALUE, 1));
            assertRetry(() -> join(store.readAsync(undecided, Long.MAX_VALUE, 1)));
            assertRetry(() -> store.offsetAt(EPOCH + 115));
            store.dropLocal(Long.MAX_VALUE);
            if (left > 0) {
                assertThat(readBelow(store, left - 10)).containsExactly(left - 10);
            }

            PartitionStore after = reopened ? reopen(storage, store) : awaitUpkeep(store);
            assertThat(after.extent().readableEnd()).isEqualTo(left);
            appendTens(after, 9);
            after.seal();
            sync(storage, after);
            awaitUploads(after);
            assertThat(readAll(after, 0)).isEqualTo(tens(0, left + 90));
        }
        try (Storage storage = tier.open(root.resolve("second"))) {
            assertThat(readAll(storage.open(ID, 1, COPY), 0)).isEqualTo(tens(0, left + 90));
        }
    }

    private PartitionStore awaitUpkeep(PartitionStore store) {
        released.complete(null);
        TierFixture.await(() -> ((S3Store) store).partition.undecided() == null);
        return store;
    }

    /** Who opens the partition must learn an end that stays. */
    private PartitionStore reopen(Storage storage, PartitionStore store) {
        UndecidedTruncation truncation = ((S3Store) store).partition.undecided();
        assertRetry(() -> storage.open(ID, 2, COPY));
        released.complete(null);
        truncation.commit().join();
        return storage.open(ID, 3, COPY);
    }

    /** A look for the truncation before the append has the writer's lock would come too early. */
    @ParameterizedTest(name = "local from {0}")
    @CsvSource({"50", "0"})
    void anAppendThatWaitedForTheTruncationIsNotAcknowledgedAndCut(long local) {
        try (Storage storage = tier.open(root)) {
            PartitionStore store = fill(storage, local);
            S3Partition partition = ((S3Store) store).partition;
            hold();
            CompletableFuture<Void> truncated = CompletableFuture.runAsync(() -> store.truncateTo(30));
            TierFixture.await(partition.uploads()::isTruncating);
            CompletableFuture<Void> appended =
                    CompletableFuture.runAsync(() -> store.append(Batches.run(TierFixture.ten(120))));
            TierFixture.await(() -> partition.writer.hasQueuedThreads() || appended.isDone());
            assertRetry(() -> join(truncated));
            boolean acknowledged = isAcknowledged(appended);
            released.complete(null);
            TierFixture.await(() -> partition.undecided() == null);
            assertThat(readAll(store, 0)).isEqualTo(tens(0, 30));
            assertThat(acknowledged).isFalse();
        }
    }

    private static void join(CompletableFuture<?> call) {
        try {
            call.join();
        } catch (CompletionException e) {
            throw (StorageException) e.getCause();
        }
    }

    private static boolean isAcknowledged(CompletableFuture<Void> append) {
        try {
            join(append);
            return true;
        } catch (StorageException e) {
            assertThat(e.kind()).isEqualTo(Kind.RETRY);
            return false;
        }
    }

    /** The next writer ends the truncation itself, if it comes before the upkeep. */
    @Test
    void anAppendAfterTheCommitFollowsTheTruncation() {
        try (Storage storage = tier.open(root)) {
            PartitionStore store = fill(storage, 50);
            S3Partition partition = ((S3Store) store).partition;
            hold();
            assertRetry(() -> store.truncateTo(30));
            UndecidedTruncation truncation = partition.undecided();
            released.complete(null);
            truncation.commit().join();
            store.append(Batches.run(TierFixture.ten(120)));
            assertThat(partition.undecided()).isNull();
            assertThat(readAll(store, 0)).containsExactly(0L, 10L, 20L, 120L);
        }
    }

    @ParameterizedTest(name = "to {0}, local from {1}, taken {2}")
    @CsvSource({"35, 50, false", "35, 50, true", "75, 0, false", "75, 0, true"})
    void aCrashMeanwhileLeavesTheOldContentOrTheNew(long end, long local, boolean taken) throws Exception {
        Path left = root.resolve("left");
        try (Storage storage = tier.open(root.resolve("data"))) {
            PartitionStore store = fill(storage, local);
            hold();
            assertRetry(() -> store.truncateTo(end));
            DirectoryTree.copy(root.resolve("data"), left);
            UndecidedTruncation truncation = ((S3Store) store).partition.undecided();
            if (!taken) {
                dead = tier.s3.faults().add(FaultRule.of(S3Fault.DENIED));
            }
            released.complete(null);
            if (taken) {
                truncation.commit().join();
            }
        }
        revive();
        // A truncation of what is here only in part begins in the bucket: the old content is here.
        boolean isNew = taken && end < local;
        try (Storage storage = tier.open(left)) {
            PartitionStore store = storage.open(ID, 1, COPY);
            assertThat(readAll(store, 0)).isEqualTo(tens(0, isNew ? end - end % 10 : 120));
            appendTens(store, 8);
            sync(storage, store);
            awaitUploads(store);
        }
    }

    @Test
    void aCopyIsMadeByTheNextTry() {
        try (Storage storage = tier.open(root)) {
            fill(storage, 0);
            hold();
            assertThatThrownBy(() -> storage.open(COPIED, 1, AS_COPY)).hasMessageContaining("s3.commit.timeout.ms");
            assertRetry(() -> storage.open(COPIED, 1, AS_COPY));
            released.complete(null);
            awaitManifest(storage, COPIED, true);
            PartitionStore copied = storage.open(COPIED, 1, AS_COPY);
            assertThat(readAll(copied, 0)).isEqualTo(tens(0, 70));
        }
    }

    @Test
    void aCopyThatIsDeletedBeforeItIsMadeLeavesNothing() {
        try (Storage storage = tier.open(root)) {
            fill(storage, 0);
            hold();
            assertRetry(() -> storage.open(COPIED, 1, AS_COPY));
            storage.delete(COPIED);
            released.complete(null);
            PartitionStore fresh = openSoon(storage, COPIED);
            assertThat(fresh.extent().readableEnd()).isZero();
            awaitManifest(storage, COPIED, false);
        }
    }

    /** The removal before may not have come to the bucket yet. */
    private static PartitionStore openSoon(Storage storage, PartitionId id) {
        PartitionStore[] opened = new PartitionStore[1];
        TierFixture.await(() -> {
            try {
                opened[0] = storage.open(id, 1, PartitionSettings.DEFAULT);
                return true;
            } catch (StorageException e) {
                e.rethrowUnless(Kind.RETRY);
                return false;
            }
        });
        return opened[0];
    }

    private static void awaitManifest(Storage storage, PartitionId id, boolean known) {
        TierFixture.await(
                () -> ((S3Storage) storage).parts.manifest().partition(id).isPresent() == known);
    }

    @Test
    void aStartDoesNotWaitForGoodForARemovalToComeToTheBucket() throws Exception {
        Path left = root.resolve("left");
        CompletableFuture<Void> copied = new CompletableFuture<>();
        try (Storage storage = tier.open(root.resolve("data"))) {
            fill(storage, 0);
            tier.failPoints.arm(ENTRY, copied::join);
            storage.delete(ID);
            DirectoryTree.copy(root.resolve("data"), left);
            copied.complete(null);
        }
        tier.failPoints.arm(ENTRY, () -> dead = tier.s3.faults().add(FaultRule.of(S3Fault.DENIED)));
        assertThatThrownBy(() -> {
                    try (Storage storage = tier.open(left)) {
                        assertThat(storage.partitions()).isEmpty();
                    }
                })
                .hasMessageContaining("s3.commit.timeout.ms");
        revive();
        tier.failPoints.disarm(ENTRY);
        try (Storage storage = tier.open(left)) {
            awaitManifest(storage, ID, false);
        }
    }
}

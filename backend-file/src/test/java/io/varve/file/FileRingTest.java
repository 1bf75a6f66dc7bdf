// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.conformance.batch.Batches;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.partition.Checkpointer;
import io.varve.file.partition.DataDirectory;
import io.varve.file.partition.FilePartition;
import io.varve.file.ring.RingContent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commits go to the ring, and a start brings back from there what a power cut has taken from the logs. */
@Timeout(120)
class FileRingTest extends FileTestBase {
    private static final PartitionId OTHER = new PartitionId("other", new UUID(7, 12), 0);

    FileRingTest() {
        super(FileRig.withRing());
    }

    private long recoveryPoint(PartitionId id) {
        return rig.loaded(id).durability().recoveryPoint();
    }

    private void commitTens(int batches) {
        for (int i = 0; i < batches; i++) {
            appendTens(1);
            sync();
        }
    }

    /** Keeps the frames in use that are written from now on. */
    private PartitionStore holdFrames() {
        PartitionStore other = rig.storage().open(OTHER, 1, SMALL);
        for (int i = 0; i < 2; i++) {
            other.append(Batches.run(10L * i, 10, SIZE, 5));
            assertThat(rig.storage().sync(List.of(other)).byPartition()).isEmpty();
        }
        assertThat(recoveryPoint(OTHER)).isEqualTo(10);
        return other;
    }

    private void cutPower() {
        rig.kill();
        open();
    }

    @Test
    void aCommitInTheRingOnlySurvivesAPowerCut() throws IOException {
        commitTens(3);
        assertThat(store.extent().durableEnd()).isEqualTo(30);
        assertThat(recoveryPoint(ID)).isEqualTo(10);
        cutPower();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 30));
        assertThat(recoveryPoint(ID)).isEqualTo(30);
        assertThat(RingContent.read(rig.ring()).isEmpty()).isTrue();
    }

    private boolean isSyncShort() {
        return rig.storage().isSyncShort(List.of(store));
    }

    @Test
    void onlyASyncThatTheRingTakesIsShort() {
        appendTens(1);
        assertThat(isSyncShort()).as("a new partition's files are forced").isFalse();
        sync();
        appendTens(1);
        assertThat(isSyncShort()).isTrue();
        sync();
        assertThat(recoveryPoint(ID)).isEqualTo(10);
        appendTens(5);
        assertThat(isSyncShort()).as("another segment's name is forced").isFalse();
        sync();
        assertThat(recoveryPoint(ID)).isEqualTo(70);
        store.trimTo(50);
        assertThat(isSyncShort()).as("a checkpoint is written").isFalse();
        sync();
        assertThat(isSyncShort()).isTrue();
        rig.properties.put(FileConfig.RING_COMMIT_BYTES, Integer.toString(SIZE));
        rig.reopen();
        open();
        commitTens(1);
        appendTens(2);
        assertThat(isSyncShort()).as("more bytes than the ring takes").isFalse();
    }

    @Test
    void aCommitThatIsTooLargeForTheRingForcesTheLog() {
        rig.properties.put(FileConfig.RING_COMMIT_BYTES, Integer.toString(2 * SIZE));
        rig.reopen();
        open();
        commitTens(1);
        appendTens(2);
        sync();
        assertThat(recoveryPoint(ID)).isEqualTo(10);
        appendTens(3); // more than a segment has space for, so that another one begins
        sync();
        assertThat(recoveryPoint(ID)).isEqualTo(60);
    }

    @Test
    void aStartThatDiesAfterTheReplayReplaysAgain() {
        commitTens(4);
        rig.kill();
        rig.failPoints.arm(FileFailPoints.RING_AFTER_REPLAY, () -> {
            throw new Crash();
        });
        assertThatThrownBy(this::open).isInstanceOf(Crash.class);
        rig.failPoints.disarm(FileFailPoints.RING_AFTER_REPLAY);
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 40));
    }

    @Test
    void aTruncationIsNotUndone() {
        holdFrames();
        commitTens(4);
        store.truncateTo(20);
        cutPower();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 20));
    }

    @Test
    void whatIsAppendedAfterATruncationTakesThePlaceOfWhatWasThere() {
        holdFrames();
        commitTens(4);
        store.truncateTo(20);
        store.append(Batches.run(20, 7, SIZE, 9999));
        sync();
        cutPower();
        assertThat(store.extent().readableEnd()).isEqualTo(27);
        assertThat(store.offsetAt(9999).baseOffset()).isEqualTo(20);
    }

    /**
     * Otherwise the ring would have what the truncation drops, and a start would take the ring for an old
     * copy.
     */
    @Test
    void aCommitWhileATruncationBeginsBringsNothingToTheRing() {
        commitTens(1);
        holdFrames();
        appendTens(2);
        rig.failPoints.arm(FileFailPoints.RING_LEFT, this::sync);
        store.truncateTo(20);
        rig.failPoints.disarm(FileFailPoints.RING_LEFT);
        store.append(Batches.run(20, 7, SIZE, 9999));
        sync();
        store.append(Batches.run(27, 10, SIZE, 9999));
        sync();
        cutPower();
        assertThat(store.extent().readableEnd()).isEqualTo(37);
    }

    @Test
    void anEmptiedPartitionStaysEmpty() {
        holdFrames();
        commitTens(4);
        store.trimTo(1000);
        cutPower();
        assertThat(store.extent().start()).isEqualTo(1000);
        assertThat(readAll(store, 1000)).isEmpty();
    }

    @Test
    void aTrimmedPartitionLosesNothingAtItsEnd() {
        holdFrames();
        commitTens(8);
        store.trimTo(60);
        commitTens(1);
        cutPower();
        assertThat(readAll(store, 60)).isEqualTo(tens(60, 90));
    }

    @Test
    void compactedSegmentsStayCompacted() {
        holdFrames();
        commitTens(7);
        List<Segment> sealed = store.segments().subList(0, 1);
        Iterator<BatchRun> kept = List.of(Batches.run(0, 10, SIZE, 5), Batches.run(30, 10, SIZE, 6))
                .iterator();
        store.replace(sealed, () -> kept.hasNext() ? kept.next() : null);
        commitTens(1);
        cutPower();
        assertThat(readAll(store, 0)).containsExactly(0L, 30L, 50L, 60L, 70L);
    }

    @Test
    void aPartitionThatIsMadeAgainHasNothingOfTheDeletedOne() {
        holdFrames();
        commitTens(4);
        rig.storage().delete(ID);
        open();
        store.append(Batches.run(0, 7, SIZE, 9999));
        sync(); // the deleted one's next batches would fit behind
        cutPower();
        assertThat(store.extent().readableEnd()).isEqualTo(7);
        assertThat(readAll(store, 0)).containsExactly(0L);
    }

    @Test
    void aDeletedPartitionDoesNotComeBack() {
        holdFrames();
        commitTens(4);
        rig.storage().delete(ID);
        rig.kill();
        assertThat(rig.storage().partitions()).containsExactly(OTHER);
        open();
        assertThat(readAll(store, 0)).isEmpty();
    }

    /** No start looks in the ring for a partition that is set aside. */
    @Test
    void aPartitionThatIsSetAsideHasEverythingInItsLogs() {
        commitTens(1);
        FilePartition partition = rig.loaded(ID);
        rig.failPoints.arm(FileFailPoints.DELETE_BEFORE_END, () -> commitTens(2));
        rig.storage().setAside(ID);
        assertThat(partition.durability().recoveryPoint()).isEqualTo(30);
    }

    @Test
    void aPartitionThatCannotBeForcedIsNotSetAsideWhileTheRingHasItsBatches() {
        commitTens(3);
        rig.failPoints.arm(FileFailPoints.SYNC_BEFORE_FORCE, () -> {
            throw new UncheckedIOException(new IOException("no device"));
        });
        assertThatThrownBy(() -> rig.storage().setAside(ID)).isInstanceOf(StorageException.class);
        rig.failPoints.disarm(FileFailPoints.SYNC_BEFORE_FORCE);
        cutPower();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 30));
    }

    /** The system tells of a failed force once: a later one would succeed without the bytes. */
    @Test
    void aPartitionThatCannotBeForcedToBeSetAsideIsReadOnlyAndTheRingKeepsItsBatches() {
        commitTens(3);
        rig.failPoints.arm(FileFailPoints.SYNC_BEFORE_FORCE, () -> {
            throw new UncheckedIOException(new IOException("no device"));
        });
        assertFull(() -> rig.storage().setAside(ID));
        rig.failPoints.disarm(FileFailPoints.SYNC_BEFORE_FORCE);
        assertFull(() -> appendTens(1));
        assertFull(() -> rig.storage().setAside(ID));
        assertThat(recoveryPoint(ID)).isEqualTo(10);
        cutPower();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 30));
    }

    private static void assertFull(ThrowingCallable action) {
        assertThatThrownBy(action)
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(StorageException.Kind.FULL));
    }

    /** The partition goes on, so that a start must find its batches. */
    @Test
    void aCheckpointWhileAPartitionIsRemovedInVainLeavesItsBatchesInTheRing() {
        commitTens(3);
        DataDirectory directory = rig.loaded(ID).dataDirectory();
        rig.failPoints.arm(FileFailPoints.SYNC_BEFORE_FORCE, () -> {
            throw new UncheckedIOException(new IOException("no device"));
        });
        rig.failPoints.arm(FileFailPoints.DELETE_BEFORE_RENAME, () -> {
            new Checkpointer(rig.context().scheduler(), 1).write(directory);
            throw new UncheckedIOException(new IOException("no device"));
        });
        assertThatThrownBy(() -> rig.storage().delete(ID)).isInstanceOf(StorageException.class);
        rig.failPoints.disarm(FileFailPoints.DELETE_BEFORE_RENAME);
        rig.failPoints.disarm(FileFailPoints.SYNC_BEFORE_FORCE);
        cutPower();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 30));
    }

    @Test
    void aReadOnlyPartitionOfWhichTheRingHasNothingIsSetAside() {
        commitTens(1);
        appendTens(1);
        rig.failPoints.arm(FileFailPoints.SYNC_BEFORE_FORCE, () -> {
            throw new UncheckedIOException(new IOException("no device"));
        });
        rig.storage().setAside(ID);
        rig.failPoints.disarm(FileFailPoints.SYNC_BEFORE_FORCE);
        assertThat(rig.storage().partitions()).isEmpty();
    }

    @Test
    void aCleanStopLeavesTheRingEmptyAndEverythingInTheLogs() throws IOException {
        commitTens(4);
        byte[] used = Files.readAllBytes(rig.ring());
        rig.stop();
        assertThat(RingContent.read(rig.ring()).isEmpty()).isTrue();
        assertThat(Files.size(log(0))).isEqualTo(4 * SIZE);
        Files.write(rig.ring(), used); // as if a version without rings had stopped properly since
        open();
        store.truncateTo(20);
        rig.die();
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 20));
    }

    @Test
    void aRingThatIsSwitchedOffIsReplayedOnceMoreAndDeleted() {
        commitTens(4);
        rig.kill();
        rig.properties.put(FileConfig.RING_BYTES, "0");
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 40));
        assertThat(rig.ring()).doesNotExist();
        commitTens(1);
        assertThat(recoveryPoint(ID)).isEqualTo(50);
    }

    @Test
    void aFailedWriteOfTheRingIsNotBelieved() {
        commitTens(2);
        rig.failPoints.arm(FileFailPoints.RING_BEFORE_WRITE, () -> {
            throw new UncheckedIOException(new IOException("no device"));
        });
        commitTens(1);
        assertThat(recoveryPoint(ID)).isEqualTo(30); // its log was forced
        rig.failPoints.disarm(FileFailPoints.RING_BEFORE_WRITE);
        commitTens(1);
        assertThat(recoveryPoint(ID)).isEqualTo(40);
        cutPower();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 40));
    }

    @Test
    void aFailedForceOfALogAfterACommitMakesThePartitionReadOnlyAndTheRingKeepsItsBatches() {
        commitTens(3);
        rig.failPoints.arm(FileFailPoints.SYNC_BEFORE_FORCE, () -> {
            throw new UncheckedIOException(new IOException("no device"));
        });
        appendTens(3); // another segment begins: the logs must be forced
        assertThat(rig.storage().sync(List.of(store)).byPartition()).containsOnlyKeys(ID);
        rig.failPoints.disarm(FileFailPoints.SYNC_BEFORE_FORCE);
        assertThat(store.extent().durableEnd()).isEqualTo(30);
        cutPower();
        assertThat(readAll(store, 0)).startsWith(0L, 10L, 20L);
    }

    @Test
    void aRingOfAnotherDirectoryChangesNothing() throws IOException {
        commitTens(4);
        rig.kill();
        byte[] foreign = Files.readAllBytes(rig.ring());
        try (FileRig stranger = FileRig.withRing()) {
            PartitionStore theirs = stranger.storage().open(OTHER, 1, SMALL);
            theirs.append(Batches.run(0, 10, SIZE, 5));
            assertThat(stranger.storage().sync(List.of(theirs)).byPartition()).isEmpty();
            stranger.die();
            Files.write(stranger.ring(), foreign);
            assertThat(readAll(stranger.storage().open(OTHER, 1, SMALL), 0)).isEqualTo(tens(0, 10));
            assertThat(stranger.storage().partitions()).containsExactly(OTHER);
        }
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 40));
    }

    @Test
    void anOldRingOfTheSameDirectoryWritesNothingOverOtherSoundBatches() throws IOException {
        commitTens(4);
        byte[] old = Files.readAllBytes(rig.ring());
        store.truncateTo(20);
        store.append(Batches.run(20, 7, SIZE, 99));
        sync();
        rig.die();
        Files.write(rig.ring(), old);
        assertThat(LogLines.of(this::open)).anyMatch(line -> line.contains("has other sound batches at byte 400"));
        assertThat(store.extent().readableEnd()).isEqualTo(27);
    }

    @Test
    void aTornLastFrameIsNotUsed() throws IOException {
        commitTens(3);
        rig.kill();
        flipBit(rig.ring(), lastFrame() + 100);
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 20));
    }

    @Test
    void aRottenFrameIsReportedAndTheOnesBehindItAreUsed() throws IOException {
        holdFrames();
        commitTens(4);
        rig.die();
        flipBit(rig.ring(), lastFrame() - BLOCK + 100);
        assertThat(LogLines.of(this::open)).anyMatch(line -> line.contains("is damaged: frame 3 is not sound"));
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 40));
    }

    /** A frame is given up when the logs are forced: what is before the oldest frame is on the device. */
    @Test
    void aStartTakesForForcedWhatALogHasBeforeTheOldestFrameOfIt() throws IOException {
        dieWithATornTail();
        assertThat(LogLines.of(this::open))
                .anyMatch(line -> line.contains("before the crash at least 10, 77 bytes cut"));
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 40));
    }

    /** What the lost frames had may be in no log. */
    @Test
    void aStartTakesNothingForForcedIfFramesAreLost() throws IOException {
        dieWithATornTail();
        flipBit(rig.ring(), lastFrame() - BLOCK + 100);
        assertThat(LogLines.of(this::open))
                .anyMatch(line -> line.contains("before the crash at least 0, 77 bytes cut"));
    }

    /** Of four batches the first is forced, the others are in the ring; of a fifth a part was written. */
    private void dieWithATornTail() throws IOException {
        commitTens(4);
        appendTens(1);
        rig.die();
        shorten(log(0), 4 * SIZE + 77);
    }

    @Test
    void aRottenHeaderIsReported() throws IOException {
        commitTens(3);
        rig.die();
        flipBit(rig.ring(), 9);
        assertThat(LogLines.of(this::open)).anyMatch(line -> line.contains("its header is not sound"));
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 30));
        commitTens(1);
        assertThat(store.extent().durableEnd()).isEqualTo(40);
    }

    private static final int BLOCK = 4096;

    /** @return first byte of the newest frame; each takes one block, from the second block on */
    private long lastFrame() throws IOException {
        long[] last = {0};
        RingContent.read(rig.ring()).visit((sequence, entry) -> last[0] = Math.max(last[0], sequence));
        return last[0] * BLOCK;
    }

    @Test
    void theRingGoesRoundWhileLogsAreForcedInTheBackground() {
        PartitionStore other = rig.storage().open(OTHER, 1, SMALL);
        Map<PartitionId, PartitionStore> both = Map.of(ID, store, OTHER, other);
        for (int i = 0; i < 3 * FileRig.RING / BLOCK; i++) {
            both.values().forEach(one -> one.append(Batches.run(one.extent().readableEnd(), 10, SIZE, 5)));
            assertThat(rig.storage().sync(both.values()).byPartition()).isEmpty();
        }
        long end = store.extent().durableEnd();
        cutPower();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, end));
        assertThat(readAll(rig.storage().open(OTHER, 1, SMALL), 0)).isEqualTo(tens(0, end));
    }

    @Test
    void aRingThatIsTooSmallIsRefused() {
        rig.stop();
        rig.properties.put(FileConfig.RING_BYTES, "4096");
        assertThatThrownBy(this::open)
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("file.ring.bytes=4096 must be 0 or at least 262144");
        rig.properties.put(FileConfig.RING_BYTES, Integer.toString(FileRig.RING));
    }

    @Test
    void aRingIsMadeOnceThereWereEnoughSmallCommits() throws IOException {
        rig.stop();
        Files.delete(rig.ring());
        rig.usesRingAsItIs();
        open();
        commitTens(1);
        assertThat(rig.ring()).doesNotExist();
        while (!Files.exists(rig.ring()) || RingContent.read(rig.ring()).isEmpty()) {
            commitTens(1);
        }
        long end = store.extent().durableEnd();
        cutPower();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, end));
    }
}

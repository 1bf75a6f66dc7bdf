// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.conformance.batch.Batches;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import io.varve.file.disk.FileNames;
import io.varve.file.partition.PartitionMetadata;
import io.varve.file.segment.OffsetIndex;
import io.varve.file.segment.TimeIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.Test;

/**
 * Damages the files of a stopped storage: each damage is found, logged in one line, and costs no sound
 * record.
 */
class FileDamageTest extends FileTestBase {
    /** Opens the partition, which must log exactly one line about it. */
    private ListAssert<String> openLogging(String... parts) {
        List<String> lines = LogLines.of(this::open);
        assertThat(lines.stream().filter(line -> !line.contains("was not closed properly")))
                .singleElement()
                .asString()
                .contains(parts);
        return assertThat(lines);
    }

    /**
     * Reads every batch by a call of its own.
     *
     * @return the base offsets of the batches whose reads fail
     */
    private List<Long> unreadable(long end) {
        List<Long> failed = new ArrayList<>();
        for (long offset = store.extent().start(); offset < end; offset += 10) {
            try (BatchSlice slice = store.read(offset, Long.MAX_VALUE, 0)) {
                slice.buffer();
            } catch (StorageException e) {
                assertThat(e.kind()).isEqualTo(StorageException.Kind.CORRUPT);
                assertThat(e).hasMessageContaining("orders-3").hasMessageMatching("(?s).*byte \\d+.*");
                failed.add(offset);
            }
        }
        return failed;
    }

    private void verifyReads() {
        rig.properties.put(FileConfig.READ_VERIFY, "true");
    }

    @Test
    void aFlippedBitInASealedSegmentFailsTheReadOfItsBatchOnly() throws IOException {
        appendTens(17);
        rig.stop();
        flipBit(log(50), 2 * SIZE + 150);
        verifyReads();
        open();
        assertThat(unreadable(170)).containsExactly(70L);
        try (BatchSlice slice = store.read(50, Long.MAX_VALUE, 10_000)) {
            assertThat(slice.sizeInBytes()).isEqualTo(2 * SIZE);
        }
        assertThatThrownBy(() -> store.read(75, Long.MAX_VALUE, 10_000))
                .hasMessageContaining(log(50) + " is damaged at byte " + 2 * SIZE);
    }

    @Test
    void withoutVerificationDamagedBytesAreReturned() throws IOException {
        appendTens(17);
        rig.stop();
        flipBit(log(50), 2 * SIZE + 150);
        open();
        assertThat(unreadable(170)).isEmpty();
    }

    @Test
    void aDestroyedHeaderInASealedSegmentIsSkipped() throws IOException {
        store.settings(PartitionSettings.of(
                new SegmentLimits(5 * SIZE, Long.MAX_VALUE, 1 << 20, 1 << 16))); // no index entries to help
        appendTens(17);
        rig.stop();
        write(log(50), 2 * SIZE, new byte[61]);
        open();
        assertThat(LogLines.of(() -> assertThat(unreadable(170)).containsExactly(70L)))
                .singleElement()
                .asString()
                .contains(log(50).toString(), "byte " + 2 * SIZE, "what is sound goes on at byte " + 3 * SIZE);
    }

    @Test
    void aSealedSegmentCutShortIsNotTakenForAGap() throws IOException {
        appendTens(17);
        rig.stop();
        shorten(log(50), 2 * SIZE);
        open();
        assertThat(unreadable(170)).containsExactly(70L, 80L, 90L);
        assertThatThrownBy(() -> store.read(80, Long.MAX_VALUE, 0))
                .hasMessageContaining(log(50) + " is damaged at byte " + 2 * SIZE);
        rig.stop();
        shorten(log(50), 2 * SIZE - 30);
        open();
        assertThat(unreadable(170)).containsExactly(60L, 70L, 80L, 90L);
    }

    @Test
    void anActiveSegmentCutShortAfterACleanStopAssignsNoOffsetAgain() throws IOException {
        appendTens(13);
        rig.stop();
        shorten(log(100), SIZE);
        openLogging(log(100).toString(), "offsets from 110 on are lost", "the next one is 130")
                .hasSize(1);
        assertThat(store.extent().readableEnd()).isEqualTo(130);
        appendTens(1);
        assertThat(readAll(store, 90)).containsExactly(90L, 100L, 130L);
    }

    @Test
    void anEmptiedActiveSegmentAssignsNoOffsetAgain() throws IOException {
        appendTens(13);
        rig.stop();
        shorten(log(100), 0);
        openLogging(log(100).toString(), "offsets from 100 on are lost");
        appendTens(1);
        assertThat(readAll(store, 90)).containsExactly(90L, 130L);
    }

    @Test
    void aZeroFilledTailAfterACleanStopIsTruncated() throws IOException {
        appendTens(13);
        rig.stop();
        write(log(100), 3 * SIZE, new byte[5000]);
        openLogging(log(100).toString(), "5000 bytes cut", "byte " + 3 * SIZE, "offset 130");
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 130));
        assertThat(Files.size(log(100))).isEqualTo(3 * SIZE);
    }

    @Test
    void aZeroFilledTailOfASealedSegmentHidesNothingElse() throws IOException {
        appendTens(17);
        rig.stop();
        write(log(50), 4 * SIZE, new byte[SIZE]);
        open();
        assertThat(unreadable(170)).containsExactly(90L);
    }

    /** Retention uses the max timestamp, and a well-formed last entry of an index may still be wrong. */
    @Test
    void aWrongLastEntryOfATimeIndexIsNotTrusted() throws IOException {
        appendTens(17);
        rig.stop();
        Path wrong = file(FileNames.name(0, FileNames.TIME_INDEX)); // entries of 1010 to 1040: none of 1000
        long last = Files.size(wrong) - TimeIndex.ENTRY;
        write(wrong, last, new byte[] {0, 0, 0, 0, 0, 0, 4, 7}); // 1031, above 1030
        Path shorter = file(FileNames.name(50, FileNames.TIME_INDEX));
        shorten(shorter, Files.size(shorter) - 2 * TimeIndex.ENTRY);
        shorten(file(FileNames.name(100, FileNames.TIME_INDEX)), 0);
        open();
        assertThat(store.segments()).extracting(Segment::maxTimestamp).containsExactly(1040L, 1090L, 1140L, 1160L);
        assertThat(wrong).doesNotExist();
        assertThat(shorter).exists();
        rig.stop();
        open();
        assertThat(wrong).exists();
        assertThat(store.segments()).extracting(Segment::maxTimestamp).containsExactly(1040L, 1090L, 1140L, 1160L);
    }

    @Test
    void aSegmentWithoutATrustedIndexIsTruncated() throws IOException {
        appendTens(17);
        rig.stop();
        for (String suffix : List.of(FileNames.INDEX, FileNames.TIME_INDEX)) {
            Path wrong = file(FileNames.name(0, suffix));
            write(wrong, Files.size(wrong), new byte[OffsetIndex.ENTRY * TimeIndex.ENTRY]); // zeros behind it
        }
        open();
        readAll(store, 0);
        assertThat(store.segments()).first().extracting(Segment::maxTimestamp).isEqualTo(1040L);
        assertThat(file(FileNames.name(0, FileNames.INDEX))).doesNotExist();
        assertThat(file(FileNames.name(0, FileNames.TIME_INDEX))).doesNotExist();
        store.truncateTo(30);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 30));
        assertThat(store.segments())
                .singleElement()
                .extracting(Segment::maxTimestamp)
                .isEqualTo(1020L);
        appendTens(1);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 40));
    }

    @Test
    void aMissingIndexIsBuiltAnew() throws IOException {
        appendTens(17);
        rig.stop();
        Files.delete(file(FileNames.name(50, FileNames.TIME_INDEX)));
        Files.delete(file(FileNames.name(150, FileNames.INDEX)));
        assertThat(LogLines.of(this::open)).isEmpty();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 170));
        assertThat(file(FileNames.name(150, FileNames.INDEX))).hasSize(OffsetIndex.ENTRY);
    }

    @Test
    void aStrayFileIsLeftAlone() throws IOException {
        appendTens(17);
        rig.stop();
        Files.copy(log(50), file("00000000000000000050 (1).log"));
        Files.copy(log(50), file("copy of 50.log"));
        Files.copy(log(50), file("00000000000000000050.log.bak"));
        List<String> lines = LogLines.of(this::open);
        assertThat(lines)
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).contains(file("").toString(), "leaving it alone"));
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 170));
        assertThat(file("copy of 50.log")).exists();
    }

    @Test
    void aSegmentUnderAWrongNameHidesNothing() throws IOException {
        appendTens(17);
        rig.stop();
        Files.copy(log(50), log(70));
        openLogging(log(70) + " does not belong here", "offset 100");
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 170));
        assertThat(file(FileNames.name(70, FileNames.LOG + FileNames.STRAY))).exists();
        rig.stop();
        assertThat(LogLines.of(this::open)).isEmpty();
    }

    @Test
    void anUnknownFilePastTheEndIsSetAside() throws IOException {
        appendTens(13);
        rig.stop();
        Files.writeString(log(135), "not a log");
        openLogging(log(135).toString());
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 130));
        assertThat(store.extent().readableEnd()).isEqualTo(130);
        appendTens(4);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 170));
        assertThat(file(FileNames.name(135, FileNames.LOG + FileNames.STRAY))).hasContent("not a log");
    }

    @Test
    void aDuplicateWithItsIndexesIsNotServedUnderAWrongName() throws IOException {
        appendTens(17);
        rig.stop();
        for (String suffix : List.of(FileNames.LOG, FileNames.INDEX, FileNames.TIME_INDEX)) {
            Files.copy(file(FileNames.name(0, suffix)), file(FileNames.name(70, suffix)));
        }
        open();
        assertThat(unreadable(170)).containsExactly(70L, 80L, 90L);
    }

    @Test
    void aMissingLastSegmentAssignsNoOffsetAgain() throws IOException {
        appendTens(13);
        rig.stop();
        Files.delete(log(100));
        openLogging("offsets from 100 on are lost", "the next one is 130");
        appendTens(1);
        assertThat(readAll(store, 80)).containsExactly(80L, 90L, 130L);
    }

    @Test
    void aDirectoryWithoutAnySegmentAssignsNoOffsetAgain() throws IOException {
        appendTens(13);
        rig.stop();
        for (long base : new long[] {0, 50, 100}) {
            Files.delete(log(base));
        }
        openLogging("orders-3 does not hold every batch below the durable end 130", "the next one is 130");
        assertThat(store.extent().readableEnd()).isEqualTo(130);
        appendTens(1);
        assertThat(readAll(store, 130)).containsExactly(130L);
    }

    @Test
    void aMissingFirstSegmentMovesTheStart() throws IOException {
        appendTens(13);
        rig.stop();
        Files.delete(log(0));
        openLogging("orders-3 begins at offset 50", "offsets from 0 on are lost");
        assertThat(store.extent().start()).isEqualTo(50);
        assertThat(readAll(store, 50)).isEqualTo(tens(50, 130));
        rig.stop();
        assertThat(LogLines.of(this::open)).isEmpty();
    }

    @Test
    void aPartitionWithoutItsMetadataIsReportedAndKept() throws IOException {
        appendTens(13);
        rig.stop();
        Files.delete(file(FileNames.METADATA));
        assertThat(LogLines.of(rig::storage))
                .singleElement()
                .asString()
                .contains(file(".").getParent().toString(), "partition.metadata");
        assertThat(rig.storage().partitions()).isEmpty();
        assertThatThrownBy(this::open).hasMessageContaining("is in the way");
        rig.stop();
        PartitionMetadata.write(file("."), ID);
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 130));
    }

    @Test
    void withoutACheckpointNoSoundBatchIsTruncated() throws IOException {
        appendTens(17);
        dieCheckpointed();
        Files.writeString(rig.directory.resolve(FileNames.RECOVERY_POINTS), "0\n7\nnonsense\n");
        flipBit(log(50), SIZE + 100);
        write(log(150), 2 * SIZE, new byte[99]);
        List<String> lines = LogLines.of(this::open);
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).contains(FileNames.RECOVERY_POINTS + " is damaged");
        assertThat(lines.get(1))
                .contains("orders-3: recovered end 170, durable end before the crash not known, 99 bytes cut")
                .contains(log(50) + " is damaged at byte " + SIZE, "what is sound goes on at byte " + 2 * SIZE);
        assertThat(lines.get(2)).contains("1 partition recovered", "1 is damaged");
        verifyReads();
        rig.reopen();
        open();
        assertThat(unreadable(170)).containsExactly(60L);
    }

    @Test
    void aCompactedSegmentIsNotTakenForAHoleLeftByTheCrash() {
        appendTens(17);
        sync();
        store.replace(store.segments().subList(0, 3), FileReplaceRecoveryTest.of(30, 70));
        rig.die();
        assertThat(LogLines.of(this::open)).isEmpty();
        assertThat(readAll(store, 0)).containsExactly(30L, 70L, 150L, 160L);
    }

    @Test
    void aHoleLeftByTheCrashEndsTheLog() throws IOException {
        appendTens(17);
        rig.die();
        shorten(log(50), 3 * SIZE);
        openLogging("recovered end 80", "400 bytes cut", log(150).toString());
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 80));
        assertThat(store.segments()).hasSize(2);
    }

    @Test
    void anIndexEntryThatPointsPastTheEndHidesNothing() throws IOException {
        appendTens(17);
        rig.stop();
        write(file(FileNames.name(50, FileNames.INDEX)), OffsetIndex.ENTRY + 4, new byte[] {1}); // 16 MiB further on
        open();
        assertThat(readAll(store, 75)).isEqualTo(tens(70, 170));
        assertThat(unreadable(170)).isEmpty();
    }

    @Test
    void aTimeIndexThatLacksEntriesDoesNotHideTheNewestRecords() throws IOException {
        for (long timestamp : new long[] {1000, 1010, 5000, 1030, 1040, 1050, 1060}) {
            store.append(Batches.run(store.extent().readableEnd(), 10, SIZE, timestamp));
        }
        rig.stop();
        Path shorter = file(FileNames.name(0, FileNames.TIME_INDEX));
        shorten(shorter, TimeIndex.ENTRY);
        open();
        assertThat(store.segments()).extracting(Segment::maxTimestamp).containsExactly(5000L, 1060L);
    }

    @Test
    void aWrongEntryOfATimeIndexHidesNothingFromLookUps() throws IOException {
        appendTens(17);
        rig.stop();
        write(file(FileNames.name(0, FileNames.TIME_INDEX)), TimeIndex.ENTRY + 8, new byte[] {0, 1
        }); // the second one's offset
        open();
        assertThat(store.offsetAt(1025).baseOffset()).isEqualTo(30);
    }

    @Test
    void anEmptiedSealedSegmentIsNotTakenForAGap() throws IOException {
        appendTens(17);
        rig.stop();
        shorten(log(50), 0);
        open();
        assertThat(unreadable(170)).containsExactly(50L, 60L, 70L, 80L, 90L);
    }

    @Test
    void aSealedSegmentWhoseLogIsGoneIsNotTakenForAGap() throws IOException {
        appendTens(17);
        rig.stop();
        Files.delete(log(50));
        openLogging(log(50) + " is not there");
        assertThat(unreadable(170)).containsExactly(50L, 60L, 70L, 80L, 90L);
        store.trimTo(100);
        assertThat(readAll(store, 100)).isEqualTo(tens(100, 170));
    }

    @Test
    void aCheckpointedStartAboveTheEndEmptiesNothing() throws IOException {
        appendTens(17);
        store.trimTo(20);
        rig.stop();
        Path starts = rig.directory.resolve(FileNames.START_OFFSETS);
        Files.writeString(starts, Files.readString(starts).replace(" 20", " 920"));
        openLogging(FileNames.START_OFFSETS, "920", "going by its segments");
        assertThat(readAll(store, store.extent().start())).endsWith(150L, 160L).hasSizeGreaterThanOrEqualTo(15);
        assertThat(store.extent().readableEnd()).isEqualTo(170);
    }

    @Test
    void bytesBehindAWholeSealedSegmentRemoveNoLaterSegment() throws IOException {
        appendTens(17);
        sync();
        rig.die();
        write(log(50), 5 * SIZE, new byte[300]);
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 170));
        assertThat(Files.size(log(50))).isEqualTo(5 * SIZE);
    }
}

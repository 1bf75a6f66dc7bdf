// SPDX-License-Identifier: Apache-2.0
package io.varve.file.tool;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.SystemScheduler;
import io.varve.file.FileTestBase;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileNames;
import io.varve.file.ring.RingEntry;
import io.varve.file.ring.RingFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScrubTest extends FileTestBase {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    /**
     * @return the command's exit code: 0 without damage, 1 with damage, 2 when the directories could not be
     *     verified
     */
    private int scrub(Path... more) {
        return scrub(Long.MAX_VALUE, more);
    }

    private int scrub(long bytesPerSecond, Path... more) {
        List<Path> directories = new ArrayList<>(List.of(rig.directory));
        directories.addAll(List.of(more));
        output.reset();
        try (SystemScheduler scheduler = new SystemScheduler(1);
                PrintStream out = new PrintStream(output, true, StandardCharsets.UTF_8)) {
            Scrub scrub = new Scrub(directories, bytesPerSecond, Clock.system(), scheduler);
            try {
                return scrub.run(out, out::println) ? 0 : 1;
            } catch (IllegalArgumentException e) {
                out.println(e.getMessage());
                return 2;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String output() {
        return output.toString(StandardCharsets.UTF_8);
    }

    /** Runs a scrub that must find exactly one damage. */
    private void finds(String... parts) {
        assertThat(scrub()).as(output()).isEqualTo(1);
        assertThat(output().lines().filter(line -> line.startsWith("DAMAGED  ")))
                .singleElement()
                .asString()
                .contains(parts);
        assertThat(output()).contains("DAMAGED: ");
    }

    private void fillAndStop(int batches) {
        appendTens(batches);
        store.snapshots().write("state", 40, ByteBuffer.wrap(new byte[100]));
        rig.stop();
    }

    @Test
    void reportsASoundDirectoryAsSound() throws IOException {
        fillAndStop(17);
        assertThat(scrub()).as(output()).isZero();
        assertThat(output()).contains("SOUND: 3,400 bytes of batches verified, 0 damages, 0 notes");
        assertThat(output()).containsPattern("batches +17 +0").containsPattern("offset index entries +13 +0");
        assertThat(output()).containsPattern("snapshots +1 +0").containsPattern("partition directories +1 +0");
        open();
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 170));
    }

    @Test
    void refusesADirectoryInUse() {
        assertThat(scrub()).isEqualTo(2);
        assertThat(output()).contains(rig.directory + " is in use");
    }

    @Test
    void refusesADirectoryWithoutData() throws IOException {
        Path elsewhere = Files.createDirectories(rig.directory.resolveSibling("elsewhere/src"));
        rig.stop();
        assertThat(scrub(elsewhere.getParent())).isEqualTo(2);
        assertThat(output()).contains(elsewhere.getParent() + " is not a data directory");
    }

    @Test
    void keepsToItsRate() {
        fillAndStop(17);
        long started = System.nanoTime();
        assertThat(scrub(17_000)).isZero();
        assertThat(System.nanoTime() - started).isGreaterThan(180_000_000L);
    }

    @Test
    void notesARingThatIsNotEmptyAndReportsADamagedOne() throws IOException {
        rig.stop();
        RingFile.create(rig.directory.resolve(FileNames.RING), 1 << 16, () -> false);
        assertThat(scrub()).as(output()).isZero();
        try (RingFile ring = RingFile.begin(rig.directory.resolve(FileNames.RING), 1 << 16, 77)) {
            ring.frame().addForget(RingEntry.nameOf(ID));
            ring.write(1);
        }
        assertThat(scrub()).as(output()).isZero();
        assertThat(output()).contains("has commits that the next start writes to the logs");
        flipBit(rig.directory.resolve(FileNames.RING), 9);
        finds(rig.directory.resolve(FileNames.RING).toString(), "its header is not sound");
    }

    @Test
    void findsAFlippedBit() throws IOException {
        fillAndStop(17);
        flipBit(log(50), 2 * SIZE + 150);
        finds(log(50).toString(), "byte 400", "offset 70", "CRC-32C", "goes on at byte 600");
    }

    @Test
    void findsASegmentCutShort() throws IOException {
        fillAndStop(17);
        shorten(log(50), 2 * SIZE);
        assertThat(scrub()).isEqualTo(1);
        assertThat(output()).contains("DAMAGED  " + file(FileNames.name(50, FileNames.INDEX)), "the log has 400 bytes");
        write(log(50), 2 * SIZE, new byte[3 * SIZE]);
        assertThat(scrub()).isEqualTo(1);
        assertThat(output()).contains(log(50) + ": damaged at byte 400 where offset 70 is due");
    }

    @Test
    void findsBatchesMissingAtTheEnd() throws IOException {
        fillAndStop(15);
        shorten(log(100), 0);
        for (String suffix : List.of(FileNames.INDEX, FileNames.TIME_INDEX)) {
            shorten(file(FileNames.name(100, suffix)), 0);
        }
        finds(rig.directory.toString(), "ends at offset 100, but was durable up to 150");
    }

    @Test
    void findsIndexEntriesThatPointNowhere() throws IOException {
        fillAndStop(17);
        write(file(FileNames.name(50, FileNames.INDEX)), 12, new byte[] {0, 0, 1, (byte) 0x91});
        finds(
                file(FileNames.name(50, FileNames.INDEX)).toString(),
                "entry at byte 8",
                "byte 401",
                "where no batch starts");
    }

    @Test
    void findsAWrongTimestampInAnIndex() throws IOException {
        fillAndStop(17);
        write(file(FileNames.name(50, FileNames.TIME_INDEX)), 7, new byte[] {1});
        assertThat(scrub()).isEqualTo(1);
        assertThat(output()).contains(file(FileNames.name(50, FileNames.TIME_INDEX)) + ": entry at byte 0");
    }

    @Test
    void findsAMissingIndexAndAMissingLog() throws IOException {
        fillAndStop(17);
        Files.delete(file(FileNames.name(50, FileNames.TIME_INDEX)));
        finds(file(FileNames.name(50, FileNames.TIME_INDEX)).toString(), "missing");
        Files.delete(file(FileNames.name(50, FileNames.INDEX)));
        Files.delete(file(FileNames.name(0, FileNames.TIME_INDEX)));
        Files.delete(log(0));
        assertThat(scrub()).isEqualTo(1);
        assertThat(output()).contains(file(FileNames.name(0, FileNames.INDEX)) + ": is an index, but");
        assertThat(output()).contains("begins at offset 50, but its log start offset is 0");
    }

    @Test
    void findsDamagedCheckpointsMetadataAndSnapshots() throws IOException {
        fillAndStop(17);
        Path checkpoint = rig.directory.resolve(FileNames.RECOVERY_POINTS);
        String sound = Files.readString(checkpoint);
        Files.writeString(checkpoint, "0\n9\n");
        finds(checkpoint.toString(), "second line says 9 entries");
        Files.writeString(checkpoint, sound);
        flipBit(file("00000000000000000040.state-snapshot"), 10);
        finds("00000000000000000040.state-snapshot", "checksum");
        Files.delete(file("00000000000000000040.state-snapshot"));
        Files.delete(file(FileNames.METADATA));
        finds("orders-3", "partition.metadata");
    }

    @Test
    void findsAPartitionThatIsGone() throws IOException {
        fillAndStop(17);
        Disk.removeTree(rig.directory.resolve(ID.toString()));
        finds("orders-3", "is not there, but was durable up to offset 170");
    }

    @Test
    void findsASegmentUnderAWrongName() throws IOException {
        fillAndStop(17);
        Files.copy(log(50), log(70));
        assertThat(scrub()).isEqualTo(1);
        assertThat(output())
                .contains("DAMAGED  " + log(70) + ": damaged at byte 0 where offset 70 is due: a batch of offset 50");
    }

    @Test
    void aTornTailAfterACrashIsNoDamage() throws IOException {
        appendTens(13);
        rig.die();
        shorten(log(100), 2 * SIZE + 30);
        assertThat(scrub()).as(output()).isZero();
        assertThat(output()).contains("note     " + log(100) + ": 30 bytes from byte 400 on (offset 120)", "SOUND");
        flipBit(log(50), 150);
        assertThat(scrub()).isEqualTo(1);
    }

    @Test
    void notesUnknownAndUnfinishedFiles() throws IOException {
        fillAndStop(3);
        Files.writeString(file("notes.txt"), "mine");
        Files.writeString(file("00000000000000000000.log.cleaned"), "half");
        Files.createDirectories(rig.directory.resolve("lost+found"));
        assertThat(scrub()).as(output()).isZero();
        assertThat(output())
                .contains("notes.txt: is no file", "log.cleaned: left by", "lost+found: is not a partition");
        assertThat(file("notes.txt")).exists();
    }
}

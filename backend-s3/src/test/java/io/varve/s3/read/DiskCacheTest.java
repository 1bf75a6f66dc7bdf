// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskCacheTest {
    private final WatchedBucket bucket = new WatchedBucket();
    private final RemoteLog log = new RemoteLog(bucket.store(), "orders", new Random(9), ReadRig.CHUNKS_OF_4K);

    @TempDir
    Path directory;

    @Test
    void chunksOnDiskServeReadsAfterANewStartWithoutARequest() throws IOException {
        log.segment(40, 2000);
        fill(log);
        int requests = bucket.reads().size();
        try (ReadRig rig = withDisk(ReadRig.MIB)) {
            assertThat(RemoteReaderTest.readAll(rig, log)).isEqualTo(40);
            assertThat(rig.reader.counts().gets()).isZero();
            assertThat(rig.reader.counts().diskHits()).isPositive();
        }
        assertThat(bucket.reads()).hasSize(requests);
    }

    @Test
    void damagedFilesAreFoundAndReadFromTheBucketAgain() throws IOException {
        log.segment(40, 2000);
        fill(log);
        List<Path> files = files();
        for (int i = 0; i < files.size(); i++) {
            byte[] bytes = Files.readAllBytes(files.get(i));
            switch (i % 4) {
                case 0 -> bytes[bytes.length / 3] ^= 1;
                case 1 -> bytes[bytes.length - 1 - i % 36] ^= 1;
                case 2 -> bytes = new byte[bytes.length];
                default -> bytes = Arrays.copyOf(bytes, bytes.length - 7);
            }
            Files.write(files.get(i), bytes);
        }
        try (ReadRig rig = withDisk(ReadRig.MIB)) {
            assertThat(RemoteReaderTest.readAll(rig, log)).isEqualTo(40);
            assertThat(rig.reader.counts().diskHits()).isZero();
        }
    }

    @Test
    void aFileUnderTheNameOfAnotherChunkIsDamaged() throws IOException {
        log.segment(40, 2000);
        fill(log);
        List<Path> files = files();
        for (Path file : files.subList(1, files.size())) {
            Files.copy(files.get(0), file, StandardCopyOption.REPLACE_EXISTING);
        }
        try (ReadRig rig = withDisk(ReadRig.MIB)) {
            assertThat(RemoteReaderTest.readAll(rig, log)).isEqualTo(40);
            assertThat(rig.reader.counts().diskHits()).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void theFilesStayWithinTheirLimitAndForeignOnesAreLeftAlone() throws IOException {
        Path foreign = Files.createDirectories(directory.resolve("s3-cache")).resolve("notes.chunk");
        Files.writeString(foreign, "not a chunk");
        log.segment(400, 2000);
        long limit = 64 << 10;
        try (ReadRig rig = withDisk(limit)) {
            RemoteReaderTest.readAll(rig, log);
            Await.until("written", () -> rig.reader.counts().diskBytes() > limit / 2);
            assertThat(rig.reader.counts().diskBytes()).isLessThanOrEqualTo(limit);
        }
        assertThat(size()).isLessThanOrEqualTo(limit);
        try (ReadRig rig = withDisk(limit / 4)) {
            assertThat(size()).as("a smaller limit holds from the start").isLessThanOrEqualTo(limit / 4);
            assertThat(rig.reader.counts().diskBytes()).isEqualTo(size());
        }
        assertThat(foreign).hasContent("not a chunk");
    }

    @Test
    void chunksOfDeletedObjectsLeaveTheDisk() throws IOException {
        log.segment(40, 2000);
        fill(log);
        assertThat(files()).isNotEmpty();
        try (ReadRig rig = ReadRig.unnamed(bucket.store(), ReadRig.withDisk(directory, ReadRig.MIB, 32 << 10))) {
            assertThat(files()).isEmpty();
            assertThat(rig.reader.counts().diskBytes()).isZero();
        }
    }

    @Test
    void aDirectoryThatCannotBeWrittenCostsOnlySpeed() throws IOException {
        Files.writeString(directory.resolve("s3-cache"), "in the way");
        log.segment(40, 2000);
        try (ReadRig rig = withDisk(ReadRig.MIB)) {
            assertThat(RemoteReaderTest.readAll(rig, log)).isEqualTo(40);
            assertThat(RemoteReaderTest.readAll(rig, log)).isEqualTo(40);
            assertThat(rig.reader.counts().diskBytes()).isZero();
        }
    }

    @Test
    void aChunkThatIsReadAgainOutlivesAScan() {
        log.segment(400, 2000);
        try (ReadRig rig = withDisk(64 << 10)) {
            read(rig, 0);
            Await.until("on disk", () -> rig.reader.counts().diskBytes() > 0);
            scan(rig, 1);
            read(rig, 0);
            assertThat(rig.reader.counts().diskHits()).isEqualTo(1);
            for (int i = 2; i < 5; i++) {
                scan(rig, i);
            }
            int requests = bucket.reads().size();
            read(rig, 0);
            assertThat(bucket.reads()).hasSize(requests);
        }
    }

    /** Reads other chunks: enough for all of the memory, and most of the disk. */
    private void scan(ReadRig rig, int number) {
        for (int i = 0; i < 12; i++) {
            read(rig, log.batches().get(number * 60 + i * 5).base());
        }
    }

    private void read(ReadRig rig, long offset) {
        log.check(rig.reader.read(log.partition(), offset, Long.MAX_VALUE, 0), offset, Long.MAX_VALUE, 0);
    }

    private void fill(RemoteLog log) throws IOException {
        try (ReadRig rig = withDisk(ReadRig.MIB)) {
            int chunks = log.partition().segments().get(0).index().chunkCount();
            Await.until("all chunks are on disk", () -> {
                RemoteReaderTest.readAll(rig, log);
                return rig.reader.counts().diskBytes()
                                > log.partition().segments().get(0).bytes()
                        && files().size() == chunks;
            });
        }
    }

    private ReadRig withDisk(long bytes) {
        return ReadRig.of(bucket.store(), ReadRig.withDisk(directory, bytes, 32 << 10));
    }

    private List<Path> files() {
        try (Stream<Path> files = Files.list(directory.resolve("s3-cache"))) {
            return files.filter(f -> CacheFile.key(f.getFileName().toString()) != null)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private long size() {
        return files().stream().mapToLong(f -> f.toFile().length()).sum();
    }
}

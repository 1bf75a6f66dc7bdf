// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.build.watch.Await;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.object.ChunkCodec;
import io.varve.s3.object.SegmentWriterConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteReaderTest {
    private static final int ANY = 1 << 20;

    private final WatchedBucket bucket = new WatchedBucket();

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void readsWhatAModelReads(long seed) {
        Random random = new Random(seed);
        ChunkCodec codec = ChunkCodec.values()[random.nextInt(3)];
        SegmentWriterConfig chunks = new SegmentWriterConfig(4096 + random.nextInt(9000), codec, Optional.empty());
        RemoteLog log = new RemoteLog(bucket.store(), "t" + seed, random, chunks);
        for (int i = 0; i < 6; i++) {
            log.segment(1 + random.nextInt(60), 1 + random.nextInt(3000));
            if (random.nextInt(3) == 0) {
                log.withGaps().cutLast();
            }
        }
        ReadConfig config = new ReadConfig(directory, ReadRig.MIB / 4, 65 << 10, 640 << 10, 3, 128 << 10, true);
        try (ReadRig rig = ReadRig.of(bucket.store(), config)) {
            RemotePartition partition = log.partition();
            for (int i = 0; i < 400; i++) {
                long offset = random.nextLong(log.end() + 1);
                long end = random.nextInt(3) > 0 ? Long.MAX_VALUE : offset + random.nextInt(200);
                int max = random.nextInt(4) == 0 ? 0 : random.nextInt(20_000);
                log.check(rig.reader.read(partition, offset, end, max), offset, end, max);
                long start = random.nextLong(log.end() + 1);
                long timestamp = 1000 + random.nextLong(log.end() + 150);
                assertThat(rig.reader.offsetAt(partition, timestamp, start))
                        .as("seed %d: timestamp %d from %d", seed, timestamp, start)
                        .isEqualTo(log.offsetAt(timestamp, start));
                assertThat(rig.reader.lastBatchEnd(partition, start))
                        .as("seed %d: last batch below %d", seed, start)
                        .isEqualTo(log.lastBatchEnd(start));
            }
            assertThat(readAll(rig, log))
                    .isEqualTo(log.end() == 0 ? 0 : log.batches().size());
        } catch (AssertionError e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    @Test
    void theFirstReadOfAPlaceIsOneRequestForOneChunk() {
        RemoteLog log = log().segment(40, 2000).segment(40, 2000);
        try (ReadRig rig = ReadRig.of(bucket.store(), ReadConfig.defaults(directory))) {
            long offset = log.batches().get(50).base();
            log.check(rig.reader.read(log.partition(), offset, Long.MAX_VALUE, ANY), offset, Long.MAX_VALUE, ANY);
            assertThat(bucket.reads())
                    .containsExactly(log.partition().segments().get(1).key());
            assertThat(rig.reader.counts().storedBytes()).isLessThan(10_000);
        }
    }

    @Test
    void manyReadersOfOneChunkShareOneRequest() {
        RemoteLog log = log().segment(5, 500);
        bucket.holdUp();
        try (ReadRig rig = ReadRig.of(bucket.store(), ReadRig.plain(directory))) {
            List<CompletableFuture<BatchSlice>> reads = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                reads.add(rig.reader.readAsync(log.partition(), 0, Long.MAX_VALUE, ANY));
            }
            assertThat(reads).noneMatch(CompletableFuture::isDone);
            bucket.letGo();
            for (CompletableFuture<BatchSlice> read : reads) {
                log.check(read.orTimeout(60, TimeUnit.SECONDS).join(), 0, Long.MAX_VALUE, ANY);
            }
            assertThat(bucket.reads()).hasSize(1);
        }
    }

    @Test
    void errorsFailReadsAndEndNoThread() {
        RemoteLog log = log().segment(40, 2000);
        try (ReadRig rig = ReadRig.of(bucket.store(), ReadRig.plain(directory))) {
            bucket.endBy(new StackOverflowError("injected on purpose"));
            for (int i = 0; i < 8; i++) {
                CompletableFuture<BatchSlice> read = rig.reader.readAsync(log.partition(), 0, Long.MAX_VALUE, ANY);
                assertThatThrownBy(() -> read.orTimeout(60, TimeUnit.SECONDS).join())
                        .hasCauseInstanceOf(StorageException.class);
            }
            bucket.endBy(null);
            assertThat(readAll(rig, log)).isEqualTo(40);
        }
    }

    @Test
    void adjacentChunksThatReadersWaitForComeInOneRequest() {
        RemoteLog log = log().segment(40, 2000);
        bucket.holdUp();
        ReadConfig oneAtATime = new ReadConfig(directory, 0, ReadRig.MIB, ReadRig.MIB, 1, 0, true);
        try (ReadRig rig = ReadRig.of(bucket.store(), oneAtATime)) {
            long last = log.batches().get(39).base();
            List<CompletableFuture<BatchSlice>> reads = new ArrayList<>();
            reads.add(rig.reader.readAsync(log.partition(), last, Long.MAX_VALUE, ANY));
            Await.until("the only thread is held up", () -> bucket.reads().size() == 1);
            for (int i = 0; i < 30; i++) {
                long offset = log.batches().get(i).base();
                reads.add(rig.reader.readAsync(log.partition(), offset, Long.MAX_VALUE, ANY));
            }
            bucket.letGo();
            reads.forEach(read -> read.orTimeout(60, TimeUnit.SECONDS).join().close());
            assertThat(bucket.reads()).hasSize(2);
        }
    }

    @Test
    void aReadThatNobodyWaitsForStillFillsTheCache() {
        RemoteLog log = log().segment(5, 500);
        bucket.holdUp();
        try (ReadRig rig = ReadRig.of(bucket.store(), ReadRig.plain(directory))) {
            CompletableFuture<BatchSlice> read = rig.reader.readAsync(log.partition(), 0, Long.MAX_VALUE, ANY);
            read.cancel(false);
            bucket.letGo();
            Await.until("loaded", () -> rig.reader.counts().bytes() > 0);
            log.check(rig.reader.read(log.partition(), 0, Long.MAX_VALUE, ANY), 0, Long.MAX_VALUE, ANY);
            assertThat(bucket.reads()).hasSize(1);
        }
    }

    @Test
    void anOutageIsRetriableNamesTheObjectAndIsOverByItself() {
        RemoteLog log = log().segment(5, 500);
        try (ReadRig rig = ReadRig.of(bucket.store(), ReadRig.plain(directory))) {
            for (ObjectStoreException.Kind kind :
                    List.of(ObjectStoreException.Kind.UNAVAILABLE, ObjectStoreException.Kind.DENIED)) {
                bucket.fail(kind);
                assertFails(rig, log, StorageException.Kind.RETRY);
            }
            bucket.fail(null);
            log.check(rig.reader.read(log.partition(), 0, Long.MAX_VALUE, ANY), 0, Long.MAX_VALUE, ANY);
        }
    }

    @Test
    void anObjectThatIsGoneIsLostOnlyIfTheManifestNamesIt() {
        RemoteLog log = log().segment(5, 500);
        bucket.store().delete(List.of(key(log)));
        try (ReadRig rig = ReadRig.of(bucket.store(), ReadRig.plain(directory))) {
            assertFails(rig, log, StorageException.Kind.CORRUPT);
        }
        try (ReadRig rig = ReadRig.unnamed(bucket.store(), ReadRig.plain(directory))) {
            assertFails(rig, log, StorageException.Kind.RETRY);
        }
    }

    @Test
    void aDamagedChunkIsGotAgainAndSparesItsNeighbours() {
        RemoteLog log = log().segment(40, 2000);
        byte[] sound = bucket.store().bytes(key(log));
        byte[] damaged = sound.clone();
        damaged[100] ^= 4;
        bucket.store().hold(key(log), damaged);
        try (ReadRig rig = ReadRig.of(bucket.store(), ReadRig.plain(directory))) {
            assertFails(rig, log, StorageException.Kind.CORRUPT);
            assertThat(bucket.reads()).hasSize(3);
            long behind = log.batches().get(30).base();
            log.check(rig.reader.read(log.partition(), behind, Long.MAX_VALUE, ANY), behind, Long.MAX_VALUE, ANY);
            bucket.store().hold(key(log), sound);
            log.check(rig.reader.read(log.partition(), 0, Long.MAX_VALUE, ANY), 0, Long.MAX_VALUE, ANY);
        }
    }

    @Test
    void slicesStayReadableAfterEvictionAndClose() {
        RemoteLog log = log().segment(60, 3000);
        List<Long> offsets = new ArrayList<>();
        List<BatchSlice> slices = new ArrayList<>();
        ReadConfig small = new ReadConfig(directory, 0, 64 << 10, 8 * ReadRig.MIB, 2, 0, true);
        try (ReadRig rig = ReadRig.of(bucket.store(), small)) {
            for (int i = 0; i < 60; i += 5) {
                offsets.add(log.batches().get(i).base());
                slices.add(rig.reader.read(log.partition(), offsets.get(i / 5), Long.MAX_VALUE, ANY));
            }
            for (int i = 0; i < 60; i++) {
                rig.reader
                        .read(log.partition(), log.batches().get(i).base(), Long.MAX_VALUE, ANY)
                        .close();
            }
            rig.reader.close();
            for (int i = 0; i < slices.size(); i++) {
                log.check(slices.get(i), offsets.get(i), Long.MAX_VALUE, ANY);
                slices.get(i).close();
            }
            assertThat(rig.reader.counts().usedMemory()).isZero();
        }
    }

    @Test
    void aClosedReaderFailsThoseWhoWait() {
        RemoteLog log = log().segment(5, 500);
        bucket.holdUp();
        ReadRig rig = ReadRig.of(bucket.store(), ReadRig.plain(directory));
        CompletableFuture<BatchSlice> read = rig.reader.readAsync(log.partition(), 0, Long.MAX_VALUE, ANY);
        CompletableFuture<Object> failure = read.handle((slice, e) -> {
            bucket.letGo();
            return e;
        });
        rig.close();
        assertThat(((StorageException) failure.join()).kind()).isEqualTo(StorageException.Kind.CLOSED);
        assertFails(rig, log, StorageException.Kind.CLOSED, "closed");
    }

    private RemoteLog log() {
        return new RemoteLog(bucket.store(), "orders", new Random(11), ReadRig.CHUNKS_OF_4K);
    }

    private static String key(RemoteLog log) {
        return log.partition().segments().get(0).key();
    }

    private static void assertFails(ReadRig rig, RemoteLog log, StorageException.Kind kind) {
        assertFails(rig, log, kind, key(log));
    }

    private static void assertFails(ReadRig rig, RemoteLog log, StorageException.Kind kind, String named) {
        assertThatThrownBy(() -> rig.reader.read(log.partition(), 0, Long.MAX_VALUE, ANY))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.kind()).isEqualTo(kind))
                .hasMessageContaining(named);
    }

    /** Reads from the start to the end as a consumer does; returns the number of batches. */
    static int readAll(ReadRig rig, RemoteLog log) {
        RemotePartition partition = log.partition();
        long offset = 0;
        int batches = 0;
        while (true) {
            BatchSlice slice = rig.reader.read(partition, offset, Long.MAX_VALUE, 5000);
            if (slice.sizeInBytes() == 0) {
                slice.close();
                return batches;
            }
            long end = RemoteLog.end(slice);
            long from = offset;
            batches += (int) log.batches().stream()
                    .filter(b -> b.end() > from && b.end() <= end)
                    .count();
            log.check(slice, offset, Long.MAX_VALUE, 5000);
            offset = end;
        }
    }
}

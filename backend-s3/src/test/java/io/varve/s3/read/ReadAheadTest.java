// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.object.Chunk;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadAheadTest {
    private static final int ANY = 1 << 20;
    private static final int WINDOW = 256 << 10;

    private final WatchedBucket bucket = new WatchedBucket();
    private final RemoteLog log = new RemoteLog(bucket.store(), "orders", new Random(3), ReadRig.CHUNKS_OF_4K);

    @TempDir
    Path directory;

    @Test
    void aSequentialReaderIsReadAheadOfOverTheEndsOfSegments() {
        log.segment(8, 3000).segment(8, 3000).segment(8, 3000);
        try (ReadRig rig = ReadRig.of(bucket.store(), ReadRig.withPrefetch(directory, 1 << 20))) {
            long offset = read(rig, 0);
            assertThat(rig.reader.counts().prefetchedBytes()).isZero();
            read(rig, offset);
            long all = log.batches().stream().mapToLong(b -> b.bytes().limit()).sum();
            Await.until("all is read ahead", () -> rig.reader.counts().bytes() == all);
            assertThat(bucket.reads())
                    .contains(log.partition().segments().get(2).key());
            int requests = bucket.reads().size();
            RemoteReaderTest.readAll(rig, log);
            assertThat(bucket.reads()).hasSize(requests);
            assertThat(rig.reader.counts().unreadBytes()).isZero();
        }
    }

    @Test
    void nothingIsReadAheadFromTheEndOfAReadOn() {
        log.segment(40, 3000);
        long end = log.batches().get(3).end();
        try (ReadRig rig = ReadRig.of(bucket.store(), ReadRig.withPrefetch(directory, 1 << 20))) {
            for (int i = 0; i < 4; i++) {
                rig.reader
                        .read(log.partition(), log.batches().get(i).base(), end, 0)
                        .close();
            }
            long ahead = rig.reader.counts().prefetchedBytes();
            assertThat(ahead)
                    .isLessThan(log.batches().subList(0, 6).stream()
                            .mapToLong(b -> b.bytes().limit())
                            .sum());
        }
    }

    @Test
    void aReaderThatJumpsIsNotReadAheadOf() {
        log.segment(200, 3000);
        try (ReadRig rig = ReadRig.of(bucket.store(), ReadRig.withPrefetch(directory, 1 << 20))) {
            for (int i = 190; i > 0; i -= 10) {
                read(rig, log.batches().get(i).base());
            }
            assertThat(rig.reader.counts().prefetchedBytes()).isZero();
        }
    }

    @Test
    void aSlowReaderKeepsASmallWindow() {
        log.segment(200, 3000);
        try (ReadRig rig = ReadRig.of(bucket.store(), ReadRig.withPrefetch(directory, WINDOW))) {
            long offset = read(rig, read(rig, 0));
            for (int i = 0; i < 100; i++) {
                awaitAllThatWasAskedFor(rig);
                offset = read(rig, offset);
                assertThat(rig.reader.counts().bytes() - rig.reader.counts().slicedBytes())
                        .as("bytes ahead of a reader that waited twice")
                        .isLessThan(WINDOW / 2);
            }
        }
    }

    @Test
    void aReaderThatWaitsAgainAndAgainGetsALargeWindow() {
        log.segment(400, 3000);
        try (ReadRig rig = ReadRig.of(bucket.store(), ReadRig.withPrefetch(directory, WINDOW))) {
            long offset = read(rig, read(rig, 0));
            for (int doubled = 0; doubled < 3; doubled++) {
                offset = readUntilItWaits(rig, offset);
            }
            assertThat(rig.reader.counts().prefetchedBytes()
                            - rig.reader.counts().slicedBytes())
                    .isBetween(WINDOW * 3L / 4, (long) WINDOW);
        }
    }

    /** The two first chunks were read for the reader itself. */
    private void awaitAllThatWasAskedFor(ReadRig rig) {
        long wanted = log.partition().segments().get(0).index().chunks().stream()
                .limit(2)
                .mapToLong(Chunk::bytes)
                .sum();
        Await.until("what was asked for is there", () -> {
            ReadCounts counts = rig.reader.counts();
            return counts.bytes() == wanted + counts.prefetchedBytes();
        });
    }

    /** Nothing more arrives meanwhile, so the reader comes to a chunk that is not at hand. */
    private long readUntilItWaits(ReadRig rig, long from) {
        long offset = from;
        bucket.holdUp();
        while (true) {
            var read = rig.reader.readAsync(log.partition(), offset, Long.MAX_VALUE, ANY);
            boolean waited = !read.isDone();
            if (waited) {
                bucket.letGo();
            }
            try (BatchSlice slice = read.join()) {
                assertThat(slice.sizeInBytes()).as("the log is long enough").isPositive();
                offset = RemoteLog.end(slice);
            }
            if (waited) {
                return offset;
            }
        }
    }

    @Test
    void chunksThatAReaderWaitsForComeBeforeThoseReadAhead() {
        log.segment(200, 3000).segment(5, 100);
        ReadConfig oneAtATime = new ReadConfig(directory, 0, 4 * ReadRig.MIB, 8 * ReadRig.MIB, 1, 8 << 10, true);
        try (ReadRig rig = ReadRig.of(bucket.store(), oneAtATime)) {
            long offset = read(rig, 0);
            bucket.holdUp();
            var next = rig.reader.readAsync(log.partition(), offset, Long.MAX_VALUE, ANY);
            long far = log.batches().get(200).base();
            Await.until("the only thread is held up", () -> bucket.reads().size() == 2);
            var wanted = rig.reader.readAsync(log.partition(), far, Long.MAX_VALUE, ANY);
            bucket.letGo();
            next.join().close();
            wanted.join().close();
            assertThat(rig.reader.counts().prefetchedBytes()).isPositive();
            assertThat(bucket.reads().get(2))
                    .isEqualTo(log.partition().segments().get(1).key());
        }
    }

    @Test
    void whatCouldNotBeReadAheadIsReadWhenItIsWanted() {
        log.segment(30, 3000);
        try (ReadRig rig = ReadRig.of(bucket.store(), ReadRig.withPrefetch(directory, 1 << 20))) {
            long offset = read(rig, 0);
            bucket.holdUp();
            var second = rig.reader.readAsync(log.partition(), offset, Long.MAX_VALUE, ANY);
            Await.until("requests are held up", () -> bucket.reads().size() > 2);
            bucket.fail(ObjectStoreException.Kind.UNAVAILABLE);
            bucket.letGo();
            second.handle((slice, e) -> e).join();
            bucket.fail(null);
            Await.until("all is read, when the last failed request is over", () -> {
                try {
                    return RemoteReaderTest.readAll(rig, log) == 30;
                } catch (StorageException e) {
                    e.rethrowUnless(StorageException.Kind.RETRY);
                    return false;
                }
            });
            assertThat(rig.reader.counts().failures()).isPositive();
        }
    }

    private long read(ReadRig rig, long offset) {
        BatchSlice slice = rig.reader.read(log.partition(), offset, Long.MAX_VALUE, ANY);
        long end = RemoteLog.end(slice);
        log.check(slice, offset, Long.MAX_VALUE, ANY);
        return end;
    }
}

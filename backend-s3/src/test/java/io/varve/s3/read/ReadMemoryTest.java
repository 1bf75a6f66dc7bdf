// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadMemoryTest {
    private static final int ANY = 1 << 20;

    private final WatchedBucket bucket = new WatchedBucket();
    private final RemoteLog log = new RemoteLog(bucket.store(), "orders", new Random(5), ReadRig.CHUNKS_OF_4K);

    @TempDir
    Path directory;

    /** Reads on whenever the last read is there. */
    private final class Consumer {
        final CompletableFuture<Void> done = new CompletableFuture<>();
        private final RemoteReader reader;
        private final AtomicLong peak;
        private long offset;

        Consumer(RemoteReader reader, AtomicLong peak, long offset) {
            this.reader = reader;
            this.peak = peak;
            this.offset = offset;
        }

        void next() {
            reader.readAsync(log.partition(), offset, Long.MAX_VALUE, ANY).whenCompleteAsync(this::take);
        }

        private void take(BatchSlice slice, Throwable failure) {
            if (failure != null) {
                done.completeExceptionally(failure);
                return;
            }
            peak.accumulateAndGet(reader.counts().usedMemory(), Math::max);
            try {
                if (slice.sizeInBytes() == 0) {
                    done.complete(null);
                    return;
                }
                long end = RemoteLog.end(slice);
                log.check(slice, offset, Long.MAX_VALUE, ANY);
                offset = end;
                next();
            } catch (AssertionError | RuntimeException e) {
                done.completeExceptionally(e);
            }
        }
    }

    @Test
    void twoHundredColdReadersStayWithinTheLimitAndAllGetThere() {
        log.segment(300, 3000).segment(300, 3000);
        ReadConfig config = new ReadConfig(directory, 0, ReadRig.MIB, ReadRig.MIB * 2, 4, 256 << 10, true);
        AtomicLong peak = new AtomicLong();
        try (ReadRig rig = ReadRig.of(bucket.store(), config)) {
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                Consumer consumer = new Consumer(
                        rig.reader, peak, log.batches().get(400 + i % 200).base());
                all.add(consumer.done);
                consumer.next();
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
            assertThat(peak.get()).isPositive().isLessThanOrEqualTo(3 * ReadRig.MIB);
        }
    }

    @Test
    void slicesInMemoryMakeReadsWaitAndNotGrowTheMemory() {
        log.segment(300, 3000);
        int limit = 64 << 10;
        ReadConfig config = new ReadConfig(directory, 0, 0, limit, 2, 0, true);
        try (ReadRig rig = ReadRig.of(bucket.store(), config)) {
            List<CompletableFuture<BatchSlice>> reads = new ArrayList<>();
            for (int i = 0; i < 300; i += 6) {
                long offset = log.batches().get(i).base();
                reads.add(rig.reader.readAsync(log.partition(), offset, Long.MAX_VALUE, ANY));
            }
            Await.until("a read is done", () -> reads.stream().anyMatch(CompletableFuture::isDone));
            assertThat(rig.reader.counts().usedMemory()).isPositive();
            int closed = 0;
            while (!reads.isEmpty()) {
                Await.until("a next one is read", () -> reads.stream().anyMatch(CompletableFuture::isDone));
                assertThat(rig.reader.counts().usedMemory()).isPositive().isLessThanOrEqualTo(limit);
                List<CompletableFuture<BatchSlice>> done =
                        reads.stream().filter(CompletableFuture::isDone).toList();
                assertThat(done).hasSizeLessThanOrEqualTo(limit / 3000);
                reads.removeAll(done);
                for (CompletableFuture<BatchSlice> read : done) {
                    read.join().close();
                    closed++;
                }
            }
            assertThat(closed).isEqualTo(50);
            Await.until("all is given back", () -> rig.reader.counts().usedMemory() == 0);
        }
    }

    @Test
    void slicesThatStayOpenMoveToDiskAndTheirFilesAreClosedWithThem() {
        log.segment(300, 3000);
        ReadConfig config = new ReadConfig(directory, 16 * ReadRig.MIB, 64 << 10, 192 << 10, 2, 0, true);
        try (ReadRig rig = ReadRig.of(bucket.store(), config)) {
            List<BatchSlice> open = new ArrayList<>();
            List<Long> offsets = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                offsets.add(log.batches().get(i).base());
                open.add(rig.reader.read(log.partition(), offsets.get(i), Long.MAX_VALUE, ANY));
            }
            assertThat(rig.reader.counts().openFiles()).isPositive();
            assertThat(open.stream().filter(s -> s.fileRegion().isPresent()).count())
                    .isEqualTo(rig.reader.counts().openFiles());
            assertThat(rig.reader.counts().usedMemory()).isLessThanOrEqualTo(256 << 10);
            for (int i = 0; i < open.size(); i++) {
                log.check(open.get(i), offsets.get(i), Long.MAX_VALUE, ANY);
                open.get(i).close();
            }
            assertThat(rig.reader.counts().openFiles()).isZero();
        }
    }

    @Test
    void aChunkThatIsLargerThanTheMemoryIsReadAlone() {
        log.segment(3, 900_000);
        ReadConfig config = new ReadConfig(directory, 0, 0, 64 << 10, 2, 0, true);
        try (ReadRig rig = ReadRig.of(bucket.store(), config)) {
            assertThat(RemoteReaderTest.readAll(rig, log)).isEqualTo(3);
        } catch (StorageException e) {
            throw new AssertionError(e);
        }
    }
}

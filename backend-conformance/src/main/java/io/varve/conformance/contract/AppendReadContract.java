// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageException.Kind;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * Checks that whole batches are read back as they were appended, and that what is no run of batches at the
 * end is refused.
 */
public abstract class AppendReadContract extends Contract {
    protected AppendReadContract(Supplier<StorageRig> rigs) {
        super(rigs);
    }

    @Test
    void aNewPartitionIsEmpty() {
        assertExtent(store, 0, 0, 0);
        assertThat(read(store, 0, TO_END, ALL)).isEmpty();
    }

    @Test
    void givesBackTheBytesAppended() {
        appendTens(2);
        try (BatchSlice slice = store.read(0, TO_END, ALL)) {
            ByteBuffer expected =
                    ByteBuffer.allocate(2 * SIZE).put(ten(0)).put(ten(10)).flip();
            assertThat(slice.buffer()).isEqualTo(expected);
        }
    }

    @Test
    void copiesAnyPartToAnyPlaceOfABuffer() {
        appendTens(2);
        try (BatchSlice slice = store.read(0, TO_END, ALL)) {
            ByteBuffer whole = slice.buffer();
            int bytes = slice.sizeInBytes();
            for (int from : new int[] {0, 1, SIZE - 1, SIZE, SIZE + 1, bytes}) {
                for (int at : new int[] {0, 7, 3 * SIZE}) {
                    ByteBuffer into = ByteBuffer.allocate(at + bytes - from).position(at);
                    slice.copy(from, into);
                    assertThat(into.hasRemaining()).isFalse();
                    assertThat(into.position(at)).isEqualTo(whole.slice(whole.position() + from, bytes - from));
                }
            }
        }
    }

    @Test
    void readsOfWhatWasJustAppendedWaitForNoDevice() {
        appendTens(12);
        for (long offset : new long[] {0, 5, 60, 119, 120, 500}) {
            assertThat(store.readWaits(offset)).as("offset %d", offset).isFalse();
        }
    }

    @Test
    void loadedBytesAreThoseAppendedAlsoAfterAStart() {
        appendTens(3);
        sync();
        reopen();
        store.readWaits(0); // what it says is the backend's business
        try (BatchSlice slice = store.read(10, TO_END, ALL)) {
            slice.load();
            assertThat(bases(slice)).containsExactly(10L, 20L);
        }
        try (BatchSlice nothing = store.read(30, TO_END, ALL)) {
            nothing.load();
            assertThat(nothing.sizeInBytes()).isZero();
        }
    }

    @Test
    void keepsTheCallersBufferAsItWas() {
        BatchRun run = Batches.run(ten(0));
        ByteBuffer before =
                ByteBuffer.allocate(SIZE).put(run.bytes().duplicate()).flip();
        append(run);
        run.bytes().rewind();
        assertThat(run.bytes()).isEqualTo(before);
        run.bytes().put(100, (byte) (run.bytes().get(100) + 1));
        assertThat(read(store, 0, TO_END, ALL)).containsExactly(0L);
    }

    @Test
    void startsWithTheBatchThatContainsTheOffset() {
        appendTens(3);
        assertThat(read(store, 10, TO_END, SIZE)).containsExactly(10L);
        assertThat(read(store, 15, TO_END, SIZE)).containsExactly(10L);
        assertThat(read(store, 19, TO_END, SIZE)).containsExactly(10L);
        assertThat(read(store, 20, TO_END, SIZE)).containsExactly(20L);
    }

    @Test
    void findsEveryOffsetAcrossSegments() {
        appendTens(23);
        for (long offset = 0; offset < 230; offset++) {
            assertThat(read(store, offset, TO_END, 0)).containsExactly(offset - offset % 10);
        }
    }

    @Test
    void returnsWholeBatchesWithinTheSizeLimit() {
        appendTens(4);
        assertThat(read(store, 0, TO_END, 2 * SIZE)).containsExactly(0L, 10L);
        assertThat(read(store, 0, TO_END, 2 * SIZE + 1)).containsExactly(0L, 10L);
        assertThat(read(store, 0, TO_END, 3 * SIZE - 1)).containsExactly(0L, 10L);
    }

    @Test
    void returnsTheFirstBatchEvenWhenItIsLargerThanTheLimit() {
        appendTens(2);
        assertThat(read(store, 0, TO_END, 0)).containsExactly(0L);
        assertThat(read(store, 10, TO_END, 1)).containsExactly(10L);
    }

    @Test
    void returnsNothingAtTheEnd() {
        appendTens(2);
        assertThat(read(store, 20, TO_END, ALL)).isEmpty();
        try (BatchSlice slice = store.read(20, TO_END, ALL)) {
            assertThat(slice.sizeInBytes()).isZero();
            assertThat(slice.buffer().remaining()).isZero();
        }
    }

    @Test
    void stopsBelowTheEndOffset() {
        appendTens(8);
        for (long end = 0; end <= 80; end++) {
            assertThat(read(store, 0, end, ALL)).isEqualTo(tens(0, Math.min(end - end % 10, 50)));
        }
        assertThat(read(store, 60, 70, ALL)).containsExactly(60L);
        assertThat(read(store, 60, 60, ALL)).isEmpty();
        assertThat(read(store, 60, 10, ALL)).isEmpty();
        assertThat(read(store, 65, 69, ALL)).isEmpty();
    }

    @Test
    void readsThroughToTheEnd() {
        appendTens(57);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 570));
        assertThat(readAll(store, 333)).isEqualTo(tens(330, 570));
    }

    @Test
    void skipsGaps() {
        append(Batches.run(ten(0)));
        append(Batches.run(ten(50)));
        append(Batches.run(ten(100), ten(200)));
        assertExtent(store, 0, 210, store.extent().durableEnd());
        assertThat(read(store, 10, TO_END, 0)).containsExactly(50L);
        assertThat(read(store, 49, TO_END, 0)).containsExactly(50L);
        assertThat(read(store, 110, TO_END, 0)).containsExactly(200L);
        assertThat(read(store, 10, 50, ALL)).isEmpty();
        assertThat(readAll(store, 0)).containsExactly(0L, 50L, 100L, 200L);
    }

    @Test
    void takesAFirstBatchAtAnyOffset() {
        long far = 5_000_000_000L;
        append(Batches.run(ten(far)));
        assertThat(store.extent().start()).isZero();
        assertThat(store.extent().readableEnd()).isEqualTo(far + 10);
        assertThat(read(store, 0, TO_END, ALL)).containsExactly(far);
    }

    @Test
    void takesGapsTooWideForAnInt() {
        appendTens(1);
        long far = 10_000_000_000L;
        append(Batches.run(ten(far)));
        appendTens(1);
        assertThat(readAll(store, 0)).containsExactly(0L, far, far + 10);
    }

    @Test
    void takesRunsOfManyBatches() {
        ByteBuffer[] batches = new ByteBuffer[40];
        for (int i = 0; i < batches.length; i++) {
            batches[i] = ten(10L * i);
        }
        append(Batches.run(batches));
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 400));
        assertThat(read(store, 255, TO_END, 0)).containsExactly(250L);
    }

    @Test
    void takesABatchLargerThanASegment() {
        appendTens(1);
        append(Batches.run(10, 5, 1 << 20, EPOCH));
        appendTens(1);
        assertThat(readAll(store, 0)).containsExactly(0L, 10L, 15L);
    }

    @Test
    void refusesWhatIsNotARunOfWholeBatchesAtOrAboveTheEnd() {
        appendTens(2);
        BatchRun good = Batches.run(ten(20));
        ByteBuffer cut = good.bytes().duplicate().limit(SIZE - 1);
        assertFails(Kind.MISUSE, () -> store.append(Batches.run(ten(10))));
        assertFails(Kind.MISUSE, () -> store.append(new BatchRun(ByteBuffer.allocate(0), 20, 30, EPOCH, 29)));
        assertFails(Kind.MISUSE, () -> store.append(new BatchRun(cut, 20, 30, EPOCH, 29)));
        assertFails(Kind.MISUSE, () -> store.append(new BatchRun(good.bytes(), 20, 31, EPOCH, 29)));
        assertFails(Kind.MISUSE, () -> store.append(Batches.run(ten(30), ten(20))));
        assertThat(store.extent().readableEnd()).isEqualTo(20);
        assertThat(readAll(store, 0)).isEqualTo(tens(0, 20));
    }

    @Test
    void refusesReadsOutsideTheExtent() {
        appendTens(7);
        store.trimTo(60);
        assertFails(Kind.MISUSE, () -> store.read(59, TO_END, ALL));
        assertFails(Kind.MISUSE, () -> store.read(71, TO_END, ALL));
        assertFails(Kind.MISUSE, () -> store.read(-1, TO_END, ALL));
    }

    @Test
    void anAsynchronousReadGivesWhatAReadDoes() throws Exception {
        appendTens(12);
        for (long offset = 0; offset <= 120; offset += 5) {
            for (int maxBytes : new int[] {0, 3 * SIZE, ALL}) {
                try (BatchSlice slice = store.readAsync(offset, 110, maxBytes).get(1, TimeUnit.MINUTES)) {
                    assertThat(bases(slice)).isEqualTo(read(store, offset, 110, maxBytes));
                }
            }
        }
    }

    @Test
    void anAsynchronousReadFailsAsAReadDoes() {
        appendTens(7);
        store.trimTo(60);
        assertThat(store.readAsync(59, TO_END, ALL))
                .failsWithin(Duration.ofMinutes(1))
                .withThrowableOfType(ExecutionException.class)
                .satisfies(e -> assertFails(Kind.MISUSE, () -> {
                    throw e.getCause();
                }));
        store.close();
        assertThat(store.readAsync(60, TO_END, ALL))
                .failsWithin(Duration.ofMinutes(1))
                .withThrowableOfType(ExecutionException.class)
                .satisfies(e -> assertFails(Kind.CLOSED, () -> {
                    throw e.getCause();
                }));
    }

    @Test
    void fileRegionsHoldTheSameBytes() throws java.io.IOException {
        appendTens(3);
        try (BatchSlice slice = store.read(10, TO_END, 2 * SIZE)) {
            if (slice.fileRegion().isPresent()) {
                BatchSlice.FileRegion region = slice.fileRegion().get();
                assertThat(region.length()).isEqualTo(slice.sizeInBytes());
                ByteBuffer bytes = ByteBuffer.allocate(region.length());
                assertThat(region.channel().read(bytes, region.position())).isEqualTo(region.length());
                assertThat(bytes.flip()).isEqualTo(slice.buffer());
            }
        }
    }
}

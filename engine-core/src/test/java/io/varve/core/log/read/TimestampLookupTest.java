// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.Codec;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Tests that a search by time finds exactly the existing records between start and end, whatever headers say
 * of removed records.
 */
class TimestampLookupTest {
    private static final PartitionId ID = new PartitionId("orders", new UUID(1, 2), 0);
    private static final long ALL = Long.MAX_VALUE;

    private final PartitionStore store =
            new MemoryStorage().open(ID, 0, PartitionSettings.of(new SegmentLimits(600, Long.MAX_VALUE, 0, 1 << 16)));
    private final TimestampLookup times = new TimestampLookup(store);
    private final List<TimestampOffset> records = new ArrayList<>();

    private void append(long... timestamps) {
        store.append(run(batch(store.extent().readableEnd(), timestamps)));
    }

    private ByteBuffer batch(long base, long... timestamps) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Codec.NONE).baseOffset(base);
        for (int i = 0; i < timestamps.length; i++) {
            builder.append(timestamps[i], null, ByteBuffer.allocate(20), List.of());
            records.add(new TimestampOffset(timestamps[i], base + i, -1));
        }
        return builder.build();
    }

    private static BatchRun run(ByteBuffer batch) {
        return new BatchRun(
                batch,
                BatchHeader.baseOffset(batch, 0),
                BatchHeader.nextOffset(batch, 0),
                BatchHeader.maxTimestamp(batch, 0),
                BatchHeader.lastOffset(batch, 0));
    }

    private static Optional<TimestampOffset> at(long timestamp, long offset) {
        return Optional.of(new TimestampOffset(timestamp, offset, -1));
    }

    @Test
    void theNewestOfWhatIsLeftIsFoundWhenTheNewestIsTrimmed() {
        append(1_000, 5_000);
        append(1_200);
        append(1_100);
        assertThat(times.newest(ALL)).isEqualTo(at(5_000, 1));
        store.trimTo(1);
        assertThat(times.newest(ALL)).isEqualTo(at(5_000, 1));
        store.trimTo(2);
        assertThat(times.newest(ALL)).isEqualTo(at(1_200, 2));
        assertThat(times.firstAtOrAfter(900, ALL)).isEqualTo(at(1_200, 2));
        store.trimTo(3);
        assertThat(times.newest(ALL)).isEqualTo(at(1_100, 3));
        store.trimTo(4);
        assertThat(times.newest(ALL)).isEmpty();
    }

    @Test
    void theNewestRecordOfABatchMayBeTrimmedWithinIt() {
        append(9_000, 1_000, 1_100);
        append(2_000);
        store.trimTo(1);
        assertThat(times.newest(ALL)).isEqualTo(at(2_000, 3));
    }

    @Test
    void whatCompactionEmptiedIsNotTheNewest() {
        append(1_000);
        append(7_000);
        append(1_500);
        while (store.segments().size() < 2) {
            append(1_200);
        }
        Segment sealed = store.segments().get(0);
        ByteBuffer emptied = new RecordBatchBuilder(Codec.NONE).baseOffset(1).build(1, 7_000);
        Iterator<BatchRun> cleaned = List.of(run(batch(0, 1_000)), run(emptied), run(batch(2, 1_500)))
                .iterator();
        store.replace(List.of(sealed), () -> cleaned.hasNext() ? cleaned.next() : null);
        assertThat(times.newest(ALL)).isEqualTo(at(1_500, 2));
        assertThat(times.firstAtOrAfter(1_100, ALL)).isEqualTo(at(1_500, 2));
    }

    @Test
    void isRightWhateverIsTrimmedTruncatedOrNotYetToBeSeen() {
        for (long seed = 0; seed < 300; seed++) {
            new TimestampLookupTest().play(seed);
        }
    }

    private void play(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        boolean ascending = random.nextBoolean();
        for (int i = 0; i < 40; i++) {
            long[] stamps = new long[1 + random.nextInt(4)];
            for (int j = 0; j < stamps.length; j++) {
                stamps[j] = (ascending ? 100L * i : 0) + random.nextInt(3_000) - (random.nextInt(10) == 0 ? 4_000 : 0);
                stamps[j] = Math.max(-1, stamps[j]);
            }
            append(stamps);
        }
        if (random.nextBoolean()) {
            store.truncateTo(random.nextLong(records.size()));
        }
        store.trimTo(random.nextLong(store.extent().readableEnd() + 1));
        long start = store.extent().start();
        long readable = store.extent().readableEnd();
        // The visible end lies between batches.
        long end = readable;
        if (random.nextBoolean() && readable > start) {
            try (var slice = store.read(start + random.nextLong(readable - start), ALL, 0)) {
                end = BatchHeader.nextOffset(slice.buffer(), 0);
            }
        }
        long to = end;
        List<TimestampOffset> there = records.stream()
                .filter(record -> record.offset() >= start && record.offset() < to)
                .toList();
        Optional<TimestampOffset> newest = there.stream()
                .filter(record -> record.timestamp() >= 0)
                .reduce((one, other) -> other.timestamp() > one.timestamp() ? other : one);
        assertThat(times.newest(end)).as("seed %d", seed).isEqualTo(newest);
        long asked = random.nextInt(7_000);
        Optional<TimestampOffset> first =
                there.stream().filter(record -> record.timestamp() >= asked).findFirst();
        assertThat(times.firstAtOrAfter(asked, end)).as("seed %d", seed).isEqualTo(first);
    }

    @Test
    void aBatchThatInflatesCostsLittleMemoryAndBoundedTimeAndIsAnsweredByItsHeader() {
        RecordBatchBuilder bomb = new RecordBatchBuilder(Codec.LZ4);
        ByteBuffer zeros = ByteBuffer.allocate(BatchTimestampSearch.MAX_DECOMPRESSED_BYTES / 4);
        for (int i = 0; i < 8; i++) {
            bomb.append(1_000 + i, null, zeros, List.of());
        }
        store.append(run(bomb.build()));
        append(500);
        long before = allocated();
        // Three records fit; the fourth exhausts the allowance.
        assertThat(times.firstAtOrAfter(1_002, ALL)).isEqualTo(at(1_002, 2));
        assertThat(times.firstAtOrAfter(1_006, ALL)).isEqualTo(at(1_007, 3));
        assertThat(times.newest(ALL)).isEqualTo(at(1_007, 3));
        assertThat(allocated() - before).isLessThan(8 << 20);
    }

    @Test
    void bombsShareWhatOneQuestionMayDecompress() {
        ByteBuffer zeros = ByteBuffer.allocate(BatchTimestampSearch.MAX_DECOMPRESSED_BYTES / 2 + 1);
        for (int i = 0; i < 3; i++) {
            RecordBatchBuilder lying = new RecordBatchBuilder(Codec.LZ4).baseOffset(i);
            store.append(run(lying.append(1_000, null, zeros, List.of()).build(i, 9_000)));
        }
        // The first batch holds less than its header claims; the second does not fit the allowance.
        assertThat(times.firstAtOrAfter(5_000, ALL)).isEqualTo(at(9_000, 1));
    }

    @Test
    void recordsThatAreGarbageAreAnsweredByTheirHeader() {
        append(1_000, 1_001);
        ByteBuffer garbage = batch(2, 2_000, 2_001);
        for (int i = BatchHeader.SIZE; i < garbage.limit(); i++) {
            garbage.put(i, (byte) 0x7F);
        }
        store.append(run(garbage));
        append(500);
        assertThat(times.firstAtOrAfter(1_500, ALL)).isEqualTo(at(2_001, 2));
        assertThat(times.newest(ALL)).isEqualTo(at(2_001, 2));
        store.trimTo(3);
        assertThat(times.newest(ALL)).isEqualTo(at(2_001, 3));
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}

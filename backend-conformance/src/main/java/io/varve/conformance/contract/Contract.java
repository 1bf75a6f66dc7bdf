// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.varve.conformance.batch.Batches;
import io.varve.conformance.batch.ReadableAppend;
import io.varve.conformance.rig.StorageRig;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Gives the areas of the contract a rig, one open partition, and the appends, reads and assertions they
 * share.
 */
abstract class Contract {
    /** Bytes of the batches most checks append. */
    static final int SIZE = 200;
    /** Timestamp, in ms, of the record at offset 0 in most checks; each further offset is a ms later. */
    static final long EPOCH = 1_700_000_000_000L;

    static final int ALL = Integer.MAX_VALUE;
    static final long TO_END = Long.MAX_VALUE;
    static final PartitionId ID = new PartitionId("orders", new UUID(7, 11), 3);
    /** Segments of five batches of {@link #SIZE}, with an index entry for every batch. */
    static final PartitionSettings SMALL =
            PartitionSettings.of(new SegmentLimits(5 * SIZE, Long.MAX_VALUE, 0, 1 << 16));

    private final Supplier<StorageRig> rigs;
    StorageRig rig;
    volatile PartitionStore store;

    Contract(Supplier<StorageRig> rigs) {
        this.rigs = rigs;
    }

    @BeforeEach
    final void openRig() {
        rig = rigs.get();
        store = rig.storage().open(ID, 1, settings());
    }

    /** @return what the partition of the checks is opened with */
    PartitionSettings settings() {
        return SMALL;
    }

    @AfterEach
    final void closeRig() {
        rig.close();
    }

    /**
     * Appends batches of ten records and {@link #SIZE} bytes each, one run each, at the end, and sees that
     * they are readable.
     */
    final void appendTens(int batches) {
        for (int i = 0; i < batches; i++) {
            appendTen(store);
        }
    }

    final void appendTen(PartitionStore to) {
        ReadableAppend.to(storage(), to, Batches.run(ten(to.extent().readableEnd())));
    }

    /** Appends, and sees that it is readable. */
    final void append(BatchRun run) {
        ReadableAppend.to(storage(), store, run);
    }

    /**
     * Appends batches like {@link #appendTens}, from an offset on; whether they can be read before the next
     * sync is the backend's business.
     */
    final void appendUnsynced(long from, int batches) {
        for (int i = 0; i < batches; i++) {
            store.append(Batches.run(ten(from + 10L * i)));
        }
    }

    /** @return the batch {@link #appendTens} appends at an offset */
    static ByteBuffer ten(long base) {
        return Batches.batch(base, 10, SIZE, EPOCH + base + 9);
    }

    final void sync() {
        assertThat(rig.storage().sync(List.of(store)).byPartition()).isEmpty();
    }

    final void reopen() {
        store = rig.reopen().open(ID, 1, settings());
    }

    final void crash() {
        store = rig.crash().open(ID, 1, settings());
    }

    static void assertExtent(PartitionStore store, long start, long readableEnd, long durableEnd) {
        assertThat(store.extent()).isEqualTo(new Extent(start, readableEnd, durableEnd));
    }

    /**
     * @return what a segment of so many batches of {@link #SIZE} is to say of itself, but for when it was
     *     appended to
     */
    static Segment segment(long base, long end, int batches, long maxTimestamp, boolean sealed) {
        return new Segment(base, end, (long) batches * SIZE, maxTimestamp, -1, sealed, Segment.Tier.LOCAL);
    }

    /** @return base offsets of the batches one read returns; each of them is checked to be whole and sound */
    static List<Long> read(PartitionStore store, long offset, long endOffset, int maxBytes) {
        try (BatchSlice slice = store.read(offset, endOffset, maxBytes)) {
            return bases(slice);
        }
    }

    static List<Long> bases(BatchSlice slice) {
        ByteBuffer bytes = slice.buffer();
        assertThat(bytes.remaining()).isEqualTo(slice.sizeInBytes());
        List<Long> bases = new ArrayList<>();
        for (int at = bytes.position(); at < bytes.limit(); ) {
            int size = BatchValidator.validate(bytes, at, bytes.limit());
            bases.add(BatchHeader.baseOffset(bytes, at));
            at += size;
        }
        return bases;
    }

    /** @return base offsets of every batch from an offset on, by as many reads as it takes */
    static List<Long> readAll(PartitionStore store, long from) {
        List<Long> bases = new ArrayList<>();
        long offset = from;
        while (true) {
            try (BatchSlice slice = store.read(offset, TO_END, 3 * SIZE)) {
                if (slice.sizeInBytes() == 0) {
                    return bases;
                }
                List<Long> more = bases(slice);
                bases.addAll(more);
                ByteBuffer bytes = slice.buffer();
                int at = 0;
                for (int i = 1; i < more.size(); i++) {
                    at += BatchHeader.sizeInBytes(bytes, at);
                }
                long next = BatchHeader.nextOffset(bytes, at);
                assertThat(next).as("end of what is read at %d", offset).isGreaterThan(offset);
                offset = next;
            }
        }
    }

    /** Every batch is there, to the byte, and nothing else is. */
    static void assertHoldsTens(PartitionStore store, long from, long end) {
        assertThat(readAll(store, from)).isEqualTo(tens(from, end));
        for (long base = from; base < end; base += 10) {
            try (BatchSlice slice = store.read(base, TO_END, 0)) {
                assertThat(slice.buffer()).as("the batch at %d", base).isEqualTo(ten(base));
            }
        }
    }

    /** @return {@code 0, 10, 20, …} below {@code end}, from {@code from} on */
    static List<Long> tens(long from, long end) {
        List<Long> bases = new ArrayList<>();
        for (long base = from; base < end; base += 10) {
            bases.add(base);
        }
        return bases;
    }

    static void assertFails(StorageException.Kind kind, ThrowingCallable call) {
        StorageException failure = catchThrowableOfType(StorageException.class, call);
        assertThat(failure).as("expected %s, nothing was thrown", kind).isNotNull();
        assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind);
    }

    final Storage storage() {
        return rig.storage();
    }
}

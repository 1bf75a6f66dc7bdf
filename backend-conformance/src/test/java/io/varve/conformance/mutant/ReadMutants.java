// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import io.varve.conformance.batch.TimelessSegments;
import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.BufferSlice;
import io.varve.core.spi.Extent;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Faults a reader meets. */
final class ReadMutants {
    private ReadMutants() {}

    static Stream<Mutant> all() {
        return Stream.of(
                Mutant.inHandles(
                        "returns half a batch where the limit cuts it",
                        "append and read: returnsWholeBatchesWithinTheSizeLimit",
                        HalfABatch::new),
                Mutant.inHandles(
                        "returns nothing when the first batch is larger than the limit",
                        "append and read: returnsTheFirstBatchEvenWhenItIsLargerThanTheLimit",
                        NothingTooLarge::new),
                Mutant.inHandles(
                        "reads past the end offset", "append and read: stopsBelowTheEndOffset", PastTheEnd::new),
                Mutant.inHandles(
                        "returns nothing for an offset in a gap", "append and read: skipsGaps", NothingInGaps::new),
                Mutant.inHandles(
                        "starts after the batch that contains the offset",
                        "append and read: startsWithTheBatchThatContainsTheOffset",
                        SkipsTheContainingBatch::new),
                Mutant.inHandles(
                        "keeps the caller's buffer",
                        "append and read: keepsTheCallersBufferAsItWas",
                        KeepsTheBuffer::new),
                Mutant.inHandles(
                        "lets a reader go below the start",
                        "append and read: refusesReadsOutsideTheExtent",
                        ReadsBelowTheStart::new),
                Mutant.inHandles(
                        "looks for a timestamp above, not at or above",
                        "timestamps: findsTheFirstBatchThatReachesTheTimestamp",
                        TimestampOffByOne::new),
                Mutant.inHandles(
                        "answers the first offset of the segment for a timestamp",
                        "timestamps: copesWithTimestampsOutOfOrder",
                        OffsetOfTheSegment::new),
                Mutant.inHandles(
                        "does not know when it was appended to",
                        "segments: theyTellWhenTheyWereLastAppendedTo",
                        NoAppendTimes::new),
                Mutant.inHandles(
                        "says more is durable than is",
                        "the two moments: syncedBatchesSurviveACrash",
                        DurableTooHigh::new),
                Mutant.inHandles(
                        "hands out slices that a trim tears", "concurrency: readersDuringTrims", TornByTrim::new));
    }

    private static final class HalfABatch extends MutatedStore {
        HalfABatch(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public BatchSlice read(long offset, long endOffset, int maxBytes) {
            BatchSlice whole = super.read(offset, endOffset, Integer.MAX_VALUE);
            return new BufferSlice(whole.buffer().limit(Math.min(whole.sizeInBytes(), Math.max(maxBytes, 1))));
        }
    }

    private static final class NothingTooLarge extends MutatedStore {
        NothingTooLarge(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public BatchSlice read(long offset, long endOffset, int maxBytes) {
            BatchSlice slice = super.read(offset, endOffset, maxBytes);
            return slice.sizeInBytes() > maxBytes ? new BufferSlice(ByteBuffer.allocate(0)) : slice;
        }
    }

    private static final class PastTheEnd extends MutatedStore {
        PastTheEnd(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public BatchSlice read(long offset, long endOffset, int maxBytes) {
            return super.read(offset, endOffset > offset ? Long.MAX_VALUE : endOffset, maxBytes);
        }
    }

    private static final class NoAppendTimes extends MutatedStore {
        NoAppendTimes(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public List<Segment> segments() {
            return TimelessSegments.timeless(super.segments());
        }
    }

    private static final class NothingInGaps extends MutatedStore {
        NothingInGaps(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public BatchSlice read(long offset, long endOffset, int maxBytes) {
            BatchSlice slice = super.read(offset, endOffset, maxBytes);
            boolean gap = slice.sizeInBytes() > 0 && BatchHeader.baseOffset(slice.buffer(), 0) > offset;
            return gap ? new BufferSlice(ByteBuffer.allocate(0)) : slice;
        }
    }

    private static final class SkipsTheContainingBatch extends MutatedStore {
        SkipsTheContainingBatch(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public BatchSlice read(long offset, long endOffset, int maxBytes) {
            BatchSlice slice = super.read(offset, endOffset, maxBytes);
            boolean inside = slice.sizeInBytes() > 0 && BatchHeader.baseOffset(slice.buffer(), 0) < offset;
            return inside ? super.read(BatchHeader.nextOffset(slice.buffer(), 0), endOffset, maxBytes) : slice;
        }
    }

    private static final class KeepsTheBuffer extends MutatedStore {
        private final Map<Long, ByteBuffer> kept = new ConcurrentHashMap<>();

        KeepsTheBuffer(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void append(BatchRun run) {
            super.append(run);
            kept.put(run.baseOffset(), run.bytes());
        }

        @Override
        public BatchSlice read(long offset, long endOffset, int maxBytes) {
            BatchSlice slice = super.read(offset, endOffset, maxBytes);
            if (slice.sizeInBytes() == 0) {
                return slice;
            }
            ByteBuffer own = kept.get(BatchHeader.baseOffset(slice.buffer(), 0));
            return own != null && own.capacity() == slice.sizeInBytes()
                    ? new BufferSlice(own.duplicate().rewind())
                    : slice;
        }
    }

    private static final class ReadsBelowTheStart extends MutatedStore {
        ReadsBelowTheStart(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public BatchSlice read(long offset, long endOffset, int maxBytes) {
            return super.read(Math.max(offset, sound.extent().start()), endOffset, maxBytes);
        }
    }

    private static final class TimestampOffByOne extends MutatedStore {
        TimestampOffByOne(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public OffsetAt offsetAt(long timestamp) {
            return super.offsetAt(timestamp + 1);
        }
    }

    private static final class OffsetOfTheSegment extends MutatedStore {
        OffsetOfTheSegment(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public OffsetAt offsetAt(long timestamp) {
            OffsetAt right = super.offsetAt(timestamp);
            if (right == null) {
                return null;
            }
            long base = super.segments().stream()
                    .filter(segment -> segment.endOffset() > right.baseOffset())
                    .mapToLong(Segment::baseOffset)
                    .findFirst()
                    .orElseThrow();
            return new OffsetAt(base, right.maxTimestamp());
        }
    }

    private static final class DurableTooHigh extends MutatedStore {
        DurableTooHigh(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public Extent extent() {
            Extent right = super.extent();
            return new Extent(right.start(), right.readableEnd(), right.readableEnd());
        }
    }

    /** One copy of the bytes for all readers, cleared when its batches go. */
    private static final class TornByTrim extends MutatedStore {
        private final Map<Long, ByteBuffer> shared = new ConcurrentHashMap<>();

        TornByTrim(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public BatchSlice read(long offset, long endOffset, int maxBytes) {
            BatchSlice slice = super.read(offset, endOffset, 0);
            if (slice.sizeInBytes() == 0) {
                return slice;
            }
            ByteBuffer copy = shared.computeIfAbsent(
                    BatchHeader.baseOffset(slice.buffer(), 0),
                    base -> ByteBuffer.allocate(slice.sizeInBytes())
                            .put(slice.buffer())
                            .flip());
            return new BufferSlice(copy);
        }

        @Override
        public void trimTo(long start) {
            super.trimTo(start);
            shared.forEach((base, bytes) -> {
                if (BatchHeader.nextOffset(bytes, 0) <= start) {
                    shared.remove(base);
                    bytes.put(0, new byte[bytes.capacity()]);
                }
            });
        }

        @Override
        public void truncateTo(long end) {
            super.truncateTo(end);
            shared.values().removeIf(bytes -> BatchHeader.nextOffset(bytes, 0) > end);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Snapshots;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Faults a writer meets. */
final class WriteMutants {
    private WriteMutants() {}

    static Stream<Mutant> all() {
        return Stream.of(
                Mutant.inHandles("trims one offset too far", "trim: movesTheStart", TrimsTooFar::new),
                Mutant.inHandles("moves the start back", "trim: neverMovesTheStartBack", MovesBack::new),
                Mutant.inHandles(
                        "leaves the batch a truncation cuts through",
                        "truncate: dropsEveryBatchThatReachesTheOffset",
                        LeavesABatch::new),
                Mutant.inHandles(
                        "keeps snapshots above a truncation",
                        "truncate: dropsSnapshotsAboveTheNewEnd",
                        KeepsSnapshots::new),
                Mutant.of(
                        "forgets fencing",
                        "open, fence, close, delete: aHigherEpochFencesEveryWriteOfALowerOne",
                        NoFencing::new),
                Mutant.of(
                        "fences late, so that an append slips through",
                        "concurrency: nothingOfAFencedWriterComesThrough",
                        LateFencing::new),
                Mutant.inHandles(
                        "refuses a fenced writer by the wrong kind",
                        "open, fence, close, delete: aHigherEpochFencesEveryWriteOfALowerOne",
                        WrongKind::new),
                Mutant.inHandles(
                        "puts half of a replacement in place when the rest fails",
                        "replace: aSourceThatFailsChangesNothing",
                        HalfAReplacement::new),
                Mutant.inHandles(
                        "appends some batches of a run it refuses",
                        "append and read: refusesWhatIsNotARunOfWholeBatchesAtOrAboveTheEnd",
                        HalfARun::new),
                Mutant.inHandles(
                        "finds no snapshot at the very offset asked for",
                        "snapshots: findsTheNewestNotAboveAnOffset",
                        SnapshotOffByOne::new),
                Mutant.of(
                        "keeps partitions of one topic in one place",
                        "many partitions: keepsThemApart",
                        OnePlacePerTopic::new));
    }

    private static final class TrimsTooFar extends MutatedStore {
        TrimsTooFar(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void trimTo(long start) {
            super.trimTo(start + 1);
        }
    }

    private static final class MovesBack extends MutatedStore {
        private long start;

        MovesBack(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void trimTo(long start) {
            super.trimTo(start);
            this.start = start;
        }

        @Override
        public Extent extent() {
            Extent right = super.extent();
            return new Extent(Math.min(start, right.readableEnd()), right.readableEnd(), right.durableEnd());
        }
    }

    private static final class LeavesABatch extends MutatedStore {
        LeavesABatch(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void truncateTo(long end) {
            Extent extent = super.extent();
            if (end <= extent.start() || end >= extent.readableEnd()) {
                super.truncateTo(end);
                return;
            }
            try (BatchSlice slice = super.read(end, Long.MAX_VALUE, 0)) {
                boolean cutThrough = BatchHeader.baseOffset(slice.buffer(), 0) < end;
                super.truncateTo(cutThrough ? BatchHeader.nextOffset(slice.buffer(), 0) : end);
            }
        }
    }

    private static final class KeepsSnapshots extends MutatedStore {
        private final List<Runnable> writes = new ArrayList<>();

        KeepsSnapshots(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void truncateTo(long end) {
            super.truncateTo(end);
            writes.forEach(Runnable::run);
        }

        @Override
        public Snapshots snapshots() {
            return new ForwardingSnapshots(super.snapshots()) {
                @Override
                public void write(String name, long offset, ByteBuffer bytes) {
                    super.write(name, offset, bytes);
                    writes.add(() -> super.write(name, offset, bytes));
                }
            };
        }
    }

    /** Whoever has a handle writes by the newest one. */
    private static final class NoFencing extends MutatedStorage {
        private final Map<PartitionId, List<MutatedStore>> handles = new ConcurrentHashMap<>();

        NoFencing(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        MutatedStore handle(PartitionStore sound) {
            MutatedStore handle = super.handle(sound);
            List<MutatedStore> all = handles.computeIfAbsent(sound.id(), id -> new ArrayList<>());
            all.add(handle);
            all.forEach(each -> each.sound = sound);
            return handle;
        }
    }

    /** A handle that is overtaken gets one append more through, by its successor. */
    private static final class LateFencing extends MutatedStorage {
        private final Map<PartitionId, Late> newest = new ConcurrentHashMap<>();

        LateFencing(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        MutatedStore handle(PartitionStore sound) {
            Late handle = new Late(this, sound);
            Late before = newest.put(sound.id(), handle);
            if (before != null) {
                before.successor = sound;
            }
            return handle;
        }

        private static final class Late extends MutatedStore {
            private volatile PartitionStore successor;
            private int appends;

            Late(MutatedStorage storage, PartitionStore sound) {
                super(storage, sound);
            }

            @Override
            public void append(BatchRun run) {
                PartitionStore other = successor;
                if (other == null || appends < 3) {
                    super.append(run);
                } else if (other.extent().readableEnd() == run.baseOffset()) {
                    other.append(run);
                    appends = Integer.MIN_VALUE;
                } else {
                    super.append(run);
                }
                appends++;
            }
        }
    }

    private static final class WrongKind extends MutatedStore {
        WrongKind(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void append(BatchRun run) {
            try {
                super.append(run);
            } catch (StorageException e) {
                throw e.kind() == StorageException.Kind.FENCED
                        ? new StorageException(StorageException.Kind.RETRY, "busy")
                        : e;
            }
        }
    }

    private static final class HalfAReplacement extends MutatedStore {
        HalfAReplacement(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void replace(List<Segment> old, BatchSource cleaned) {
            List<BatchRun> runs = new ArrayList<>();
            try {
                for (BatchRun run = cleaned.next(); run != null; run = cleaned.next()) {
                    ByteBuffer copy = ByteBuffer.allocate(run.bytes().remaining())
                            .put(run.bytes().duplicate())
                            .flip();
                    runs.add(new BatchRun(
                            copy, run.baseOffset(), run.nextOffset(), run.maxTimestamp(), run.offsetOfMaxTimestamp()));
                }
            } finally {
                Iterator<BatchRun> all = runs.iterator();
                super.replace(old, () -> all.hasNext() ? all.next() : null);
            }
        }
    }

    /** Checks a batch when its turn has come. */
    private static final class HalfARun extends MutatedStore {
        HalfARun(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void append(BatchRun run) {
            try {
                super.append(run);
            } catch (StorageException e) {
                ByteBuffer bytes = run.bytes();
                int at = bytes.position();
                boolean whole = bytes.remaining() > BatchHeader.SIZE
                        && BatchHeader.sizeInBytes(bytes, at) <= bytes.remaining()
                        && BatchHeader.baseOffset(bytes, at) >= super.extent().readableEnd();
                if (whole && e.kind() == StorageException.Kind.MISUSE) {
                    ByteBuffer first = bytes.slice(at, BatchHeader.sizeInBytes(bytes, at));
                    super.append(new BatchRun(
                            first,
                            BatchHeader.baseOffset(first, 0),
                            BatchHeader.nextOffset(first, 0),
                            BatchHeader.maxTimestamp(first, 0),
                            BatchHeader.lastOffset(first, 0)));
                }
                throw e;
            }
        }
    }

    private static final class SnapshotOffByOne extends MutatedStore {
        SnapshotOffByOne(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public Snapshots snapshots() {
            return new ForwardingSnapshots(super.snapshots()) {
                @Override
                public Optional<Snapshot> newest(String name, long atMost) {
                    return super.newest(name, atMost - 1);
                }
            };
        }
    }

    /** Its key is made of the topic and only the last digit of the number. */
    private static final class OnePlacePerTopic extends MutatedStorage {
        private final Map<PartitionId, PartitionStore> open = new ConcurrentHashMap<>();

        OnePlacePerTopic(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        public PartitionStore open(PartitionId id, long epoch, PartitionSettings settings) {
            PartitionId key = new PartitionId(id.topic(), id.topicId(), id.partition() % 10);
            PartitionStore other = open.get(key);
            if (other == null || id.equals(key)) {
                open.put(key, super.open(key, epoch, settings));
            }
            return open.get(key);
        }
    }
}

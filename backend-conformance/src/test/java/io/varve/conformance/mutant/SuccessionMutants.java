// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import io.varve.conformance.rig.DirectoryRig;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Snapshots;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.SyncFailures;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** Faults that show when one handle, partition or storage takes over from another. */
final class SuccessionMutants {
    private SuccessionMutants() {}

    static Stream<Mutant> all() {
        return Stream.of(
                Mutant.of(
                        "takes what an earlier handle appended for durable",
                        "the two moments: aSyncCoversWhatEarlierHandlesAppended",
                        SyncsItsOwnAppends::new),
                Mutant.of(
                        "fences a replacement where it begins only",
                        "replace: oneThatIsOvertakenByAHigherEpochHarmsNobody",
                        FencesReplacementsEarly::new),
                Mutant.of(
                        "leaves a namesake the snapshots of a deleted partition",
                        "open, fence, close, delete: aPartitionOfTheSameNameStartsAnew",
                        LeavesSnapshots::new),
                Mutant.of(
                        "sets a partition aside until the next start only",
                        "open, fence, close, delete: aPartitionThatIsSetAsideIsOutOfTheWayForGood",
                        SetsAsideForNow::new),
                new Mutant(
                        "makes anew what another directory held",
                        "lost directories: claimsAndInventsNothingOfADirectoryThatIsNotThere",
                        () -> new DirectoryRig(TestedBackend.of(new JournalsWithACatalogue()))),
                Mutant.of(
                        "keeps snapshots of records that a crash took",
                        "snapshots: areDroppedWhereACrashTookTheirRecords",
                        KeepsSnapshotsInACrash::new),
                Mutant.of(
                        "syncs another storage's handle in silence",
                        "the two moments: refusesAHandleOfAnotherStorage",
                        SyncsStrangers::new));
    }

    /** Notes nowhere that a partition is set aside. */
    private static final class SetsAsideForNow extends MutatedStorage {
        private final Set<PartitionId> aside = new HashSet<>();

        SetsAsideForNow(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        public String setAside(PartitionId id) {
            aside.add(id);
            memory.open(id, Long.MAX_VALUE, PartitionSettings.DEFAULT).close();
            return "here";
        }

        @Override
        public Set<PartitionId> partitions() {
            Set<PartitionId> shown = new HashSet<>(super.partitions());
            shown.removeAll(aside);
            return shown;
        }

        @Override
        MutatedStore handle(PartitionStore sound) {
            return new MutatedStore(this, sound) {
                private void requireNotAside() {
                    if (aside.contains(id())) {
                        throw new StorageException(StorageException.Kind.CLOSED, id() + " is set aside");
                    }
                }

                @Override
                public Extent extent() {
                    requireNotAside();
                    return super.extent();
                }

                @Override
                public void append(BatchRun run) {
                    requireNotAside();
                    super.append(run);
                }
            };
        }
    }

    /** Counts what there is to sync in the handle, so that a new one has nothing. */
    private static final class SyncsItsOwnAppends extends MutatedStorage {
        SyncsItsOwnAppends(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        private static final class Counting extends MutatedStore {
            private boolean dirty;
            private boolean synced;

            Counting(MutatedStorage storage, PartitionStore sound) {
                super(storage, sound);
            }

            @Override
            public void append(BatchRun run) {
                super.append(run);
                dirty = true;
            }

            @Override
            public Extent extent() {
                Extent right = super.extent();
                return synced && !dirty ? new Extent(right.start(), right.readableEnd(), right.readableEnd()) : right;
            }
        }

        @Override
        MutatedStore handle(PartitionStore sound) {
            return new Counting(this, sound);
        }

        @Override
        public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
            dirty.forEach(handle -> ((Counting) handle).synced = true);
            return super.sync(
                    dirty.stream().filter(handle -> ((Counting) handle).dirty).toList());
        }
    }

    private static final class FencesReplacementsEarly extends MutatedStorage {
        private final Map<PartitionId, PartitionStore> newest = new ConcurrentHashMap<>();

        FencesReplacementsEarly(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        MutatedStore handle(PartitionStore sound) {
            newest.put(sound.id(), sound);
            return new MutatedStore(this, sound) {
                @Override
                public void replace(List<Segment> old, BatchSource cleaned) {
                    if (newest.get(id()) != sound || old.isEmpty()) {
                        super.replace(old, cleaned);
                        return;
                    }
                    List<BatchRun> runs = new ArrayList<>();
                    for (BatchRun run = cleaned.next(); run != null; run = cleaned.next()) {
                        ByteBuffer copy = ByteBuffer.allocate(run.bytes().remaining());
                        copy.put(run.bytes().duplicate()).flip();
                        runs.add(new BatchRun(
                                copy,
                                run.baseOffset(),
                                run.nextOffset(),
                                run.maxTimestamp(),
                                run.offsetOfMaxTimestamp()));
                    }
                    PartitionStore writer = newest.get(id());
                    List<Segment> present = writer == sound
                            ? old
                            : writer.segments().stream()
                                    .filter(segment -> segment.sealed()
                                            && segment.baseOffset()
                                                    >= old.get(0).baseOffset()
                                            && segment.endOffset()
                                                    <= old.get(old.size() - 1).endOffset())
                                    .toList();
                    Iterator<BatchRun> all = runs.iterator();
                    writer.replace(present, () -> all.hasNext() ? all.next() : null);
                }
            };
        }
    }

    /** Knows of all snapshots that were written. */
    private abstract static class Remembering extends MutatedStorage {
        final Map<String, Map<Long, ByteBuffer>> written = new ConcurrentHashMap<>();

        Remembering(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        MutatedStore handle(PartitionStore sound) {
            return new MutatedStore(this, sound) {
                @Override
                public Snapshots snapshots() {
                    return new ForwardingSnapshots(super.snapshots()) {
                        @Override
                        public void write(String name, long offset, ByteBuffer bytes) {
                            super.write(name, offset, bytes);
                            ByteBuffer copy = ByteBuffer.allocate(bytes.remaining());
                            written.computeIfAbsent(name, unused -> new TreeMap<>())
                                    .put(offset, copy.put(bytes.duplicate()).flip());
                        }
                    };
                }
            };
        }

        void each(BiConsumer<String, Map.Entry<Long, ByteBuffer>> action) {
            written.forEach((name, blobs) -> blobs.entrySet().forEach(blob -> action.accept(name, blob)));
        }
    }

    private static final class LeavesSnapshots extends Remembering {
        private PartitionId deleted;

        LeavesSnapshots(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        public void delete(PartitionId id) {
            super.delete(id);
            deleted = id;
        }

        @Override
        public PartitionStore open(PartitionId id, long epoch, PartitionSettings settings) {
            PartitionStore store = super.open(id, epoch, settings);
            if (deleted != null && id.toString().equals(deleted.toString())) {
                Map<String, Map<Long, ByteBuffer>> left = Map.copyOf(written);
                left.forEach((name, blobs) -> Map.copyOf(blobs)
                        .forEach((offset, bytes) -> store.snapshots().write(name, offset, bytes)));
                deleted = null;
            }
            return store;
        }
    }

    private static final class KeepsSnapshotsInACrash extends Remembering {
        KeepsSnapshotsInACrash(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        MemoryStorage restarted(boolean crash) {
            MemoryStorage left = super.restarted(crash);
            for (PartitionId id : crash ? left.partitions() : List.<PartitionId>of()) {
                try (PartitionStore store = left.open(id, Long.MIN_VALUE, PartitionSettings.DEFAULT)) {
                    each((name, blob) -> store.snapshots().write(name, blob.getKey(), blob.getValue()));
                }
            }
            return left;
        }
    }

    private static final class SyncsStrangers extends MutatedStorage {
        SyncsStrangers(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
            return super.sync(dirty.stream()
                    .filter(handle -> handle instanceof MutatedStore store && store.storage == this)
                    .toList());
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SyncFailures;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Faults that show when the power comes back. */
final class CrashMutants {
    private CrashMutants() {}

    static Stream<Mutant> all() {
        return Stream.of(
                Mutant.of(
                        "loses sync: it does nothing",
                        "the two moments: syncedBatchesSurviveACrash",
                        SyncsNothing::new),
                Mutant.of(
                        "syncs the first partition only",
                        "the two moments: syncsManyPartitionsAtOnce",
                        SyncsTheFirst::new),
                Mutant.of(
                        "drops the unsynced tail at a proper close",
                        "the two moments: everythingSurvivesAProperClose",
                        DropsTheTail::new),
                Mutant.of(
                        "loses the last batch that was synced",
                        "the two moments: syncedBatchesSurviveACrash",
                        LosesTheLastBatch::new),
                Mutant.of(
                        "invents the last batch once more after a crash",
                        "the two moments: appendsGoOnAfterACrash",
                        InventsABatch::new),
                Mutant.of("undoes a truncation in a crash", "truncate: isDurableOnReturn", UndoesTruncation::new),
                Mutant.of("undoes a replacement in a crash", "replace: isDurableOnReturn", UndoesReplacement::new),
                Mutant.of("forgets a synced trim in a crash", "trim: survivesACrashAfterASync", ForgetsTrims::new),
                Mutant.of(
                        "brings a deleted partition back",
                        "open, fence, close, delete: aDeletedPartitionIsGoneForGood",
                        UndoesDelete::new),
                Mutant.of(
                        "forgets a new partition in a crash",
                        "the two moments: aCreatedPartitionSurvivesACrash",
                        ForgetsNewPartitions::new),
                Mutant.of("loses snapshots when it is closed", "snapshots: surviveReopening", LosesSnapshots::new),
                Mutant.of(
                        "reports a fenced handle as synced",
                        "the two moments: aFencedOrClosedHandleFailsTheSyncAlone",
                        SyncsTheFenced::new));
    }

    private static final class SyncsNothing extends MutatedStorage {
        SyncsNothing(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        MutatedStore handle(PartitionStore sound) {
            return new MutatedStore(this, sound) {
                @Override
                public io.varve.core.spi.Extent extent() {
                    var right = super.extent();
                    return new io.varve.core.spi.Extent(right.start(), right.readableEnd(), right.readableEnd());
                }
            };
        }

        @Override
        public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
            return SyncFailures.NONE;
        }
    }

    private static final class SyncsTheFirst extends MutatedStorage {
        SyncsTheFirst(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
            return super.sync(dirty.stream().limit(1).toList());
        }
    }

    private static final class DropsTheTail extends MutatedStorage {
        DropsTheTail(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        MemoryStorage restarted(boolean crash) {
            return memory.crash();
        }
    }

    /** Opens every partition of a storage just restarted, before anybody else does. */
    private static void each(MemoryStorage memory, java.util.function.Consumer<PartitionStore> change) {
        for (PartitionId id : memory.partitions()) {
            try (PartitionStore store = memory.open(id, Long.MIN_VALUE, PartitionSettings.DEFAULT)) {
                change.accept(store);
                memory.sync(List.of(store));
            }
        }
    }

    private static final class LosesTheLastBatch extends MutatedStorage {
        LosesTheLastBatch(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        MemoryStorage restarted(boolean crash) {
            MemoryStorage left = super.restarted(crash);
            if (crash) {
                each(left, store -> store.truncateTo(Math.max(0, store.extent().readableEnd() - 1)));
            }
            return left;
        }
    }

    private static final class InventsABatch extends MutatedStorage {
        InventsABatch(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        MemoryStorage restarted(boolean crash) {
            MemoryStorage left = super.restarted(crash);
            if (crash) {
                each(left, InventsABatch::appendLastAgain);
            }
            return left;
        }

        private static void appendLastAgain(PartitionStore store) {
            List<ByteBuffer> batches = PartitionCopy.of(store).batches();
            if (!batches.isEmpty()) {
                ByteBuffer last = batches.get(batches.size() - 1);
                ByteBuffer again = ByteBuffer.allocate(last.remaining())
                        .put(last.duplicate())
                        .flip();
                BatchHeader.setBaseOffset(again, 0, store.extent().readableEnd());
                store.append(io.varve.conformance.batch.Batches.run(again));
            }
        }
    }

    /** Keeps what a partition held before a change, and goes back to it in a crash. */
    private abstract static class Undoes extends MutatedStorage {
        final Map<PartitionId, PartitionCopy> before = new ConcurrentHashMap<>();

        Undoes(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        MemoryStorage restarted(boolean crash) {
            MemoryStorage left = super.restarted(crash);
            if (crash) {
                before.values().forEach(content -> content.restore(left));
            }
            return left;
        }
    }

    private static final class UndoesTruncation extends Undoes {
        UndoesTruncation(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        MutatedStore handle(PartitionStore sound) {
            return new MutatedStore(this, sound) {
                @Override
                public void truncateTo(long end) {
                    before.put(id(), PartitionCopy.of(sound));
                    super.truncateTo(end);
                }
            };
        }
    }

    private static final class UndoesReplacement extends Undoes {
        UndoesReplacement(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        MutatedStore handle(PartitionStore sound) {
            return new MutatedStore(this, sound) {
                @Override
                public void replace(List<Segment> old, BatchSource cleaned) {
                    before.put(id(), PartitionCopy.of(sound));
                    super.replace(old, cleaned);
                }
            };
        }
    }

    private static final class ForgetsTrims extends Undoes {
        ForgetsTrims(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        MutatedStore handle(PartitionStore sound) {
            return new MutatedStore(this, sound) {
                @Override
                public void trimTo(long start) {
                    before.put(id(), PartitionCopy.of(sound));
                    super.trimTo(start);
                }
            };
        }
    }

    private static final class UndoesDelete extends MutatedStorage {
        private final Set<PartitionId> deleted = new HashSet<>();

        UndoesDelete(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        public void delete(PartitionId id) {
            super.delete(id);
            deleted.add(id);
        }

        @Override
        MemoryStorage restarted(boolean crash) {
            MemoryStorage left = super.restarted(crash);
            for (PartitionId id : deleted) {
                if (left.partitions().stream()
                        .noneMatch(other -> other.toString().equals(id.toString()))) {
                    left.open(id, Long.MIN_VALUE, PartitionSettings.DEFAULT).close();
                }
            }
            return left;
        }
    }

    private static final class ForgetsNewPartitions extends MutatedStorage {
        ForgetsNewPartitions(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        MemoryStorage restarted(boolean crash) {
            MemoryStorage left = super.restarted(crash);
            List<PartitionId> empty = new ArrayList<>();
            if (crash) {
                each(left, store -> {
                    if (store.extent().readableEnd() == 0) {
                        empty.add(store.id());
                    }
                });
            }
            empty.forEach(left::delete);
            return left;
        }
    }

    private static final class LosesSnapshots extends MutatedStorage {
        LosesSnapshots(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        MemoryStorage restarted(boolean crash) {
            MemoryStorage left = super.restarted(crash);
            each(
                    left,
                    store -> List.of("state", "producer")
                            .forEach(name -> store.snapshots()
                                    .offsets(name)
                                    .forEach(offset -> store.snapshots().delete(name, offset))));
            return left;
        }
    }

    private static final class SyncsTheFenced extends MutatedStorage {
        SyncsTheFenced(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
            return new SyncFailures(super.sync(dirty).byPartition().entrySet().stream()
                    .filter(failure -> failure.getValue().kind() != io.varve.core.spi.StorageException.Kind.FENCED)
                    .collect(java.util.stream.Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        }
    }
}

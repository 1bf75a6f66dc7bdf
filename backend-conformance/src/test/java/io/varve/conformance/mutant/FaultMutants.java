// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import io.varve.core.spi.SyncFailures;
import java.util.Collection;
import java.util.stream.Stream;

/** Faults that show when the device fails, and things that are taken and not given back. */
final class FaultMutants {
    private FaultMutants() {}

    static Stream<Mutant> all() {
        return Stream.of(
                Mutant.inHandles(
                        "keeps a batch that had no space",
                        "faults: aFullDeviceRefusesAppendsAsFullAndKeepsNothingOfThem",
                        KeepsWhatHadNoRoom::new),
                Mutant.inHandles(
                        "reports a full device as RETRY",
                        "faults: aFullDeviceRefusesAppendsAsFullAndKeepsNothingOfThem",
                        FullIsRetry::new),
                Mutant.inHandles(
                        "stays read-only when there is space again",
                        "faults: appendsGoOnWhenThereIsRoomAgain",
                        StaysFull::new),
                Mutant.inHandles(
                        "cannot trim on a full device",
                        "faults: readingAndTrimmingWorkOnAFullDevice",
                        NoTrimWhenFull::new),
                Mutant.of(
                        "takes a failed sync for done the second time",
                        "faults: aFailedSyncIsReportedAndNeverForgotten",
                        ForgetsFailedSyncs::new),
                Mutant.of(
                        "appends after a failed sync",
                        "faults: afterAFailedSyncAppendsAreRefusedAndReadsGoOn",
                        AppendsAfterFailedSync::new),
                Mutant.inHandles(
                        "passes a damaged batch over in silence",
                        "faults: aCorruptByteOfTheContentNeverPassesForSound",
                        PassesOverDamage::new),
                Mutant.inHandles(
                        "reports damage as RETRY", "faults: aCorruptHeaderNeverPassesForSound", DamageIsRetry::new),
                new Mutant(
                        "leaks a file handle with every slice",
                        "leaks: closedSlicesGiveEverythingBack",
                        LeakingRig.Files::new),
                new Mutant(
                        "leaks direct memory with every slice",
                        "leaks: closedSlicesGiveEverythingBack",
                        LeakingRig.Memory::new),
                new Mutant(
                        "leaks a reader slot when a slice is not looked at",
                        "leaks: slicesThatAreNeverLookedAtGiveEverythingBack",
                        LeakingRig.Slots::new));
    }

    private static final class KeepsWhatHadNoRoom extends MutatedStore {
        KeepsWhatHadNoRoom(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void append(BatchRun run) {
            if (storage.device.full) {
                sound.append(run);
            }
            super.append(run);
        }
    }

    private static final class FullIsRetry extends MutatedStore {
        FullIsRetry(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void append(BatchRun run) {
            if (storage.device.full) {
                throw new StorageException(Kind.RETRY, "cannot write");
            }
            super.append(run);
        }
    }

    private static final class StaysFull extends MutatedStore {
        private boolean was;

        StaysFull(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void append(BatchRun run) {
            was |= storage.device.full;
            if (was) {
                throw new StorageException(Kind.FULL, "no space left on the device");
            }
            super.append(run);
        }
    }

    private static final class NoTrimWhenFull extends MutatedStore {
        NoTrimWhenFull(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void trimTo(long start) {
            storage.requireRoom(id());
            super.trimTo(start);
        }
    }

    /** The second force succeeds, as it does on Linux, though the bytes are gone. */
    private static final class ForgetsFailedSyncs extends MutatedStorage {
        ForgetsFailedSyncs(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
            if (!device.failing) {
                return super.sync(dirty);
            }
            return new SyncFailures(dirty.stream()
                    .collect(java.util.stream.Collectors.toMap(
                            PartitionStore::id, handle -> new StorageException(Kind.FULL, "input/output error"))));
        }
    }

    private static final class AppendsAfterFailedSync extends MutatedStorage {
        AppendsAfterFailedSync(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        void requireSound(PartitionId id) {}
    }

    private static final class PassesOverDamage extends MutatedStore {
        PassesOverDamage(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public BatchSlice read(long offset, long endOffset, int maxBytes) {
            Extent extent = super.extent();
            for (long at = offset; ; at++) {
                try {
                    return super.read(at, endOffset, maxBytes);
                } catch (StorageException e) {
                    if (e.kind() != Kind.CORRUPT || at >= extent.readableEnd()) {
                        throw e;
                    }
                }
            }
        }
    }

    private static final class DamageIsRetry extends MutatedStore {
        DamageIsRetry(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public BatchSlice read(long offset, long endOffset, int maxBytes) {
            try {
                return super.read(offset, endOffset, maxBytes);
            } catch (StorageException e) {
                throw e.kind() == Kind.CORRUPT ? new StorageException(Kind.RETRY, e.getMessage()) : e;
            }
        }
    }
}

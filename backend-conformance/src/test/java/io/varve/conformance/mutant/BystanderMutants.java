// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import io.varve.core.spi.SyncFailures;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Faults by which one partition's, or another process's, misfortune becomes everybody's. */
final class BystanderMutants {
    private static final long MIB = 1 << 20;

    private BystanderMutants() {}

    static Stream<Mutant> all() {
        return Stream.of(
                Mutant.of(
                        "never gives back the memory of what a failed sync was to take",
                        "bystanders: whatAFailedSyncWasToTakeKeepsNoOtherFromAppending",
                        KeepsWhatFailed::new),
                Mutant.inHandles(
                        "uses nothing again that a dead process was reading",
                        "bystanders: aReaderInAnotherProcessThatDiedKeepsNoRoom",
                        NeverMissesDeadReaders::new));
    }

    /** Keeps unsynced bytes in memory, of which it has little. */
    private static final class KeepsWhatFailed extends MutatedStorage {
        private final Map<PartitionId, Long> held = new ConcurrentHashMap<>();

        KeepsWhatFailed(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        private void take(PartitionId id, int bytes) {
            if (held.values().stream().mapToLong(Long::longValue).sum() + bytes > MIB) {
                throw new StorageException(Kind.FULL, id + ": too much is not synced");
            }
            held.merge(id, (long) bytes, Long::sum);
        }

        @Override
        MutatedStore handle(PartitionStore sound) {
            return new MutatedStore(this, sound) {
                @Override
                public void append(BatchRun run) {
                    take(id(), run.bytes().remaining());
                    super.append(run);
                }
            };
        }

        @Override
        public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
            SyncFailures failures = super.sync(dirty);
            dirty.forEach(store -> {
                if (!failures.byPartition().containsKey(store.id())) {
                    held.remove(store.id());
                }
            });
            return failures;
        }
    }

    private static final class NeverMissesDeadReaders extends MutatedStore {
        private static final long DEVICE = 32 * MIB;

        private long pinned;

        NeverMissesDeadReaders(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void append(BatchRun run) {
            if (storage.device.deadReader) {
                pinned += run.bytes().remaining();
            }
            if (pinned > DEVICE) {
                throw new StorageException(Kind.FULL, id() + ": no space left on the device");
            }
            super.append(run);
        }
    }
}

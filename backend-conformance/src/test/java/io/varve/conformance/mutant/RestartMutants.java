// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import io.varve.conformance.rig.DirectoryRig;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import java.util.List;
import java.util.stream.Stream;

/**
 * Faults in what a start makes of damage and failures before it, and harm that interrupted and refused ones
 * do to others.
 */
final class RestartMutants {
    private RestartMutants() {}

    static Stream<Mutant> all() {
        return Stream.of(
                Mutant.of(
                        "takes a rotten byte for a torn tail",
                        "faults: aByteThatRotsAmongWhatWasSyncedErasesNothingBehindIt",
                        CutsAtDamage::new),
                Mutant.inHandles(
                        "takes zeros behind an index for entries",
                        "faults: zerosBehindAnIndexAreNotTakenForItsEntries",
                        BelievesZeros::new),
                Mutant.inHandles(
                        "never ends a segment of records without timestamps",
                        "segments: withoutTimestampsAgeCountsFromTheFirstAppend, first \"-1\", then \"-1\"",
                        TimelessNeverEnds::new),
                Mutant.inHandles(
                        "fails everybody when a reader is interrupted",
                        "interrupts: aReaderInterruptedAllTheTimeHarmsNobody",
                        InterruptsCloseIt::new),
                Mutant.inHandles(
                        "swallows an interrupt",
                        "interrupts: anInterruptedWriterLosesNothing",
                        SwallowsInterrupts::new),
                new Mutant(
                        "gives its lock away when it refuses another",
                        "one user: oneWhoWasRefusedTakesNothingFromTheFirst",
                        () -> new DirectoryRig(TestedBackend.of(new SloppyJournalProvider.GivesLockAway()))),
                new Mutant(
                        "believes after a restart what a failed sync has left",
                        "failed syncs: whatAFailedSyncLeftIsNotBelievedAfterARestart",
                        () -> new DirectoryRig(TestedBackend.of(new SloppyJournalProvider.OnlyForces()))));
    }

    private static final class CutsAtDamage extends MutatedStorage {
        CutsAtDamage(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        MemoryStorage restarted(boolean crash) {
            MemoryStorage left = super.restarted(crash);
            for (PartitionId id : crash ? left.partitions() : List.<PartitionId>of()) {
                try (PartitionStore store = left.open(id, Long.MIN_VALUE, PartitionSettings.DEFAULT)) {
                    device.damaged(id).stream().min(Long::compare).ifPresent(store::truncateTo);
                    left.sync(List.of(store));
                }
            }
            return left;
        }
    }

    private static final class BelievesZeros extends MutatedStore {
        BelievesZeros(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public List<Segment> segments() {
            return super.segments().stream().map(this::asIndexed).toList();
        }

        private Segment asIndexed(Segment right) {
            return storage.device.lengthened && right.sealed()
                    ? new Segment(
                            right.baseOffset(),
                            right.endOffset(),
                            right.bytes(),
                            0,
                            right.lastAppendMs(),
                            true,
                            right.tier())
                    : right;
        }
    }

    private static final class TimelessNeverEnds extends MutatedStore {
        private PartitionSettings settings;

        TimelessNeverEnds(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void settings(PartitionSettings settings) {
            this.settings = settings;
            super.settings(settings);
        }

        @Override
        public void append(BatchRun run) {
            if (settings != null) {
                sound.settings(
                        run.maxTimestamp() < 0
                                ? settings.with(settings.segments().withSegmentMs(Long.MAX_VALUE))
                                : settings);
            }
            super.append(run);
        }
    }

    /** As one does whose readers share the writer's channel. */
    private static final class InterruptsCloseIt extends MutatedStore {
        private volatile boolean closed;

        InterruptsCloseIt(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        private void use() {
            closed |= Thread.currentThread().isInterrupted();
            if (closed) {
                throw new StorageException(Kind.RETRY, id() + ": the channel is closed");
            }
        }

        @Override
        public BatchSlice read(long offset, long endOffset, int maxBytes) {
            use();
            return super.read(offset, endOffset, maxBytes);
        }

        @Override
        public void append(BatchRun run) {
            use();
            super.append(run);
        }
    }

    private static final class SwallowsInterrupts extends MutatedStore {
        SwallowsInterrupts(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void append(BatchRun run) {
            Thread.interrupted();
            super.append(run);
        }
    }
}

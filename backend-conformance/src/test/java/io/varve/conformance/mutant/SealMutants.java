// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Snapshots;
import io.varve.core.spi.SyncFailures;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Faults in sealing, in settings, and in what segments and snapshots say of themselves. */
final class SealMutants {
    private SealMutants() {}

    static Stream<Mutant> all() {
        return Stream.of(
                Mutant.inHandles("seals nothing", "seal: endsTheActiveSegmentAndMovesNoEnd", SealsNothing::new),
                Mutant.inHandles("seals an empty segment", "seal: anEmptySegmentIsNotSealed", SealsEmptyOnes::new),
                Mutant.inHandles(
                        "seals at the durable end", "seal: whatIsNotReadableYetIsSealedToo", SealsAtDurableEnd::new),
                Mutant.of(
                        "forgets in a crash that a segment was sealed",
                        "seal: aSealedSegmentStaysSealedOverACloseAndACrash",
                        OpensInACrash::new),
                Mutant.of(
                        "forgets at a close that a segment was sealed",
                        "seal: aCloseKeepsASealThatWasNotSynced",
                        OpensAtAClose::new),
                Mutant.inHandles(
                        "tells the readable end for the sealed end",
                        "seal: theSealedEndIsTheBaseOfTheActiveSegment",
                        TellsReadableEnd::new),
                Mutant.inHandles(
                        "counts a segment's age from before it was begun",
                        "seal: theNextSegmentHasAnAgeOfItsOwn",
                        CountsAgeFromBefore::new),
                Mutant.inHandles(
                        "takes settings only at the open",
                        "segments: newLimitsHoldFromTheNextAppend",
                        SettingsOnlyAtOpen::new),
                Mutant.inHandles(
                        "begins a segment when its settings change",
                        "seal: settingsThatAreNotAboutSegmentsChangeNone",
                        SettingsSeal::new),
                Mutant.inHandles(
                        "tells the largest timestamp for the first one",
                        "segments: theyTellTheTimestampOfTheirFirstBatch",
                        TellsLargestTimestamp::new),
                Mutant.inHandles(
                        "throws where an asynchronous read must fail",
                        "append and read: anAsynchronousReadFailsAsAReadDoes",
                        ThrowsAtOnce::new),
                Mutant.inHandles(
                        "reads one batch too few when it reads asynchronously",
                        "append and read: anAsynchronousReadGivesWhatAReadDoes",
                        ReadsLess::new),
                Mutant.inHandles(
                        "names snapshots that were deleted", "snapshots: namesWhatIsStored", NamesDeletedOnes::new));
    }

    private static final class SealsNothing extends MutatedStore {
        SealsNothing(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void seal() {}
    }

    private static final class SealsEmptyOnes extends MutatedStore {
        private Segment surplus;

        SealsEmptyOnes(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void seal() {
            Segment active = active(super.segments());
            if (active.bytes() == 0) {
                surplus = new Segment(active.baseOffset(), active.endOffset(), 0, -1, -1, true, active.tier());
            }
            super.seal();
        }

        @Override
        public List<Segment> segments() {
            List<Segment> all = new ArrayList<>(super.segments());
            if (surplus != null) {
                all.add(all.size() - 1, surplus);
            }
            return all;
        }
    }

    private static Segment active(List<Segment> segments) {
        return segments.get(segments.size() - 1);
    }

    /** What is appended and not durable goes to the next segment. */
    private static final class SealsAtDurableEnd extends MutatedStore {
        SealsAtDurableEnd(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void seal() {
            if (super.extent().durableEnd() == super.extent().readableEnd()) {
                super.seal();
            }
        }
    }

    /** Shows the last sealed segment and an empty active one as one active segment. */
    private static class Opens extends MutatedStore {
        private final boolean opens;
        private boolean appended;

        Opens(MutatedStorage storage, PartitionStore sound, boolean opens) {
            super(storage, sound);
            this.opens = opens;
        }

        @Override
        public void append(BatchRun run) {
            super.append(run);
            appended = true;
        }

        @Override
        public List<Segment> segments() {
            List<Segment> all = new ArrayList<>(super.segments());
            int last = all.size() - 1;
            if (opens && !appended && last > 0 && all.get(last).bytes() == 0) {
                all.remove(last);
                Segment sealed = all.remove(last - 1);
                all.add(new Segment(
                        sealed.baseOffset(),
                        sealed.endOffset(),
                        sealed.bytes(),
                        sealed.maxTimestamp(),
                        sealed.lastAppendMs(),
                        false,
                        sealed.tier()));
            }
            return all;
        }
    }

    private static final class OpensInACrash extends MutatedStorage {
        OpensInACrash(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        MutatedStore handle(PartitionStore sound) {
            return new Opens(this, sound, device.crashed);
        }

        @Override
        MemoryStorage restarted(boolean crash) {
            device.crashed = crash;
            return super.restarted(crash);
        }
    }

    private static final class OpensAtAClose extends MutatedStorage {
        private final Set<MutatedStore> dirty = new HashSet<>();

        OpensAtAClose(FaultyDevice device, MemoryStorage memory) {
            super(device, memory);
        }

        @Override
        MutatedStore handle(PartitionStore sound) {
            boolean opens = device.crashed;
            device.crashed = false;
            return new Opens(this, sound, opens) {
                @Override
                public void seal() {
                    super.seal();
                    dirty.add(this);
                }
            };
        }

        @Override
        public SyncFailures sync(Collection<? extends PartitionStore> stores) {
            dirty.removeAll(stores);
            return super.sync(stores);
        }

        @Override
        MemoryStorage restarted(boolean crash) {
            device.crashed = !dirty.isEmpty();
            return super.restarted(crash);
        }
    }

    private static final class TellsReadableEnd extends MutatedStore {
        TellsReadableEnd(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public long sealedEnd() {
            return super.extent().readableEnd();
        }
    }

    private static final class CountsAgeFromBefore extends MutatedStore {
        private long maxAgeMs = Long.MAX_VALUE;
        private long sinceMs = -1;

        CountsAgeFromBefore(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void settings(PartitionSettings settings) {
            super.settings(settings);
            maxAgeMs = settings.segments().segmentMs();
        }

        @Override
        public void seal() {
            sinceMs = sound.firstTimestamp(active(super.segments()));
            super.seal();
        }

        @Override
        public void append(BatchRun run) {
            if (sinceMs >= 0 && run.maxTimestamp() - sinceMs > maxAgeMs) {
                super.seal();
            }
            super.append(run);
        }
    }

    private static final class SettingsOnlyAtOpen extends MutatedStore {
        SettingsOnlyAtOpen(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void settings(PartitionSettings settings) {}
    }

    private static final class SettingsSeal extends MutatedStore {
        SettingsSeal(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public void settings(PartitionSettings settings) {
            super.settings(settings);
            super.seal();
        }
    }

    private static final class TellsLargestTimestamp extends MutatedStore {
        TellsLargestTimestamp(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public long firstTimestamp(Segment segment) {
            return segment.maxTimestamp();
        }
    }

    private static final class ThrowsAtOnce extends MutatedStore {
        ThrowsAtOnce(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public CompletableFuture<BatchSlice> readAsync(long offset, long endOffset, int maxBytes) {
            return CompletableFuture.completedFuture(read(offset, endOffset, maxBytes));
        }
    }

    private static final class ReadsLess extends MutatedStore {
        ReadsLess(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public CompletableFuture<BatchSlice> readAsync(long offset, long endOffset, int maxBytes) {
            return super.readAsync(offset, endOffset, 0);
        }
    }

    private static final class NamesDeletedOnes extends MutatedStore {
        private final Set<String> names = new HashSet<>();

        NamesDeletedOnes(MutatedStorage storage, PartitionStore sound) {
            super(storage, sound);
        }

        @Override
        public Snapshots snapshots() {
            return new ForwardingSnapshots(super.snapshots()) {
                @Override
                public void write(String name, long offset, ByteBuffer bytes) {
                    super.write(name, offset, bytes);
                    names.add(name);
                }

                @Override
                public Set<String> names() {
                    return names;
                }
            };
        }
    }
}

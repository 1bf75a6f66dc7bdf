// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.history;

import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.rig.TieredRig;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Takes the steps of a history on the storage under test and on the reference. */
final class HistoryPlayer implements AutoCloseable {
    static final int PARTS = 3;
    /** Where there is a tier, the one whose segments are replaced: they stay on this machine. */
    static final int COMPACTED = 2;

    private static final long SEGMENT_BYTES = 2000;

    private final StorageRig rig;
    private final ComparedPartition[] pairs = new ComparedPartition[PARTS];
    private final long[] segmentBytes = new long[PARTS];
    private MemoryStorage reference = new MemoryStorage();
    private long incarnations;

    /** @param rig on an empty storage; closed with this */
    HistoryPlayer(StorageRig rig) {
        this.rig = rig;
        Arrays.fill(segmentBytes, SEGMENT_BYTES);
        for (int part = 0; part < PARTS; part++) {
            open(part, ComparedPartition.id(part, incarnations++), 1);
        }
    }

    boolean isTiered() {
        return rig instanceof TieredRig;
    }

    private void open(int part, PartitionId id, long epoch) {
        PartitionSettings settings = ComparedPartition.settings(segmentBytes[part], part == COMPACTED);
        Storage storage = rig.storage();
        pairs[part] = new ComparedPartition(
                id, epoch, storage, storage.open(id, epoch, settings), reference.open(id, epoch, settings));
    }

    /** @return how far the reference's partition reaches */
    Extent extent(int part) {
        return pairs[part].model.extent();
    }

    /**
     * Takes a step and compares.
     *
     * @throws Divergence if the two can be told apart
     */
    void take(HistoryStep step) {
        try {
            if (step instanceof HistoryStep.BatchAppend append) {
                pairs[append.part()].append(append);
            } else if (step instanceof HistoryStep.Numbers numbers) {
                takeOne(numbers);
            } else if (step instanceof HistoryStep.Whole whole) {
                takeWhole(whole.verb());
            }
            SplittableRandom random = new SplittableRandom(step.toString().hashCode());
            for (int part = 0; part < PARTS; part++) {
                if (step.part() < 0 || step.part() == part) {
                    pairs[part].compare(random);
                }
            }
        } catch (Divergence e) {
            throw e;
        } catch (RuntimeException | AssertionError e) {
            throw new Divergence("it fails: " + e, e);
        }
    }

    private void takeOne(HistoryStep.Numbers step) {
        int part = step.part();
        ComparedPartition pair = pairs[part];
        switch (step.verb()) {
            case DELETE -> renew(part);
            case FENCE -> {
                open(part, pair.id, pair.epoch + 1);
                pairs[part].synced = pair.synced;
                pairs[part].sealedUnsynced = pair.sealedUnsynced;
                pair.same("write of the one that was fenced", store -> {
                    store.trimTo(0);
                    return "done";
                });
            }
            case LIMIT -> {
                segmentBytes[part] = step.number(0);
                pair.apply(step);
            }
            default -> pair.apply(step);
        }
    }

    private void renew(int part) {
        rig.storage().delete(pairs[part].id);
        reference.delete(pairs[part].id);
        open(part, ComparedPartition.id(part, incarnations++), 1);
    }

    private void takeWhole(HistoryStep.Verb verb) {
        switch (verb) {
            case SYNC -> sync();
            case REOPEN -> {
                rig.reopen();
                reference = reference.reopen();
                reopenAll();
            }
            case CRASH -> crash();
            case SETTLE -> {
                sync();
                tier().settle();
            }
            case LOSE -> loseDisk();
            default -> throw new IllegalArgumentException(verb + " is about one partition");
        }
        ComparedPartition.requireSame(
                "partitions",
                rig.storage().partitions().stream().sorted(this::byName).toList(),
                reference.partitions().stream().sorted(this::byName).toList());
    }

    private int byName(PartitionId one, PartitionId other) {
        return one.topic().compareTo(other.topic());
    }

    private void sync() {
        List<PartitionStore> tested = new ArrayList<>();
        List<PartitionStore> models = new ArrayList<>();
        for (ComparedPartition pair : pairs) {
            tested.add(pair.tested);
            models.add(pair.model);
        }
        Map<PartitionId, StorageException> failures = rig.storage().sync(tested).byPartition();
        reference.sync(models);
        if (!failures.isEmpty()) {
            throw new Divergence("sync: " + failures);
        }
        for (ComparedPartition pair : pairs) {
            pair.synced = pair.model.extent().readableEnd();
            pair.sealedUnsynced = false;
        }
    }

    private TieredRig tier() {
        if (rig instanceof TieredRig tier) {
            return tier;
        }
        throw new IllegalArgumentException("this backend has no remote tier");
    }

    /** What got to the tier is back, and all did: but for snapshots that are younger than the segments. */
    private void loseDisk() {
        for (ComparedPartition pair : pairs) {
            pair.seal();
        }
        sync();
        Extent compacted = extent(COMPACTED);
        tier().settle();
        tier().loseDisk();
        reference = reference.reopen();
        reopenAll();
        for (int part = 0; part < PARTS; part++) {
            pairs[part].takeSnapshotsAsTheyAre();
            if (pairs[part].isEmptyAndAnew()) {
                renew(part);
            }
        }
        // Its records are the same, and its segments need not be: what lies below its start is not there
        // again.
        pairs[COMPACTED].survived(compacted, compacted.readableEnd());
        renew(COMPACTED);
    }

    private void reopenAll() {
        for (int part = 0; part < PARTS; part++) {
            open(part, pairs[part].id, pairs[part].epoch);
            pairs[part].synced = extent(part).readableEnd();
        }
    }

    /**
     * The reference keeps everything; where the storage under test lost what it may lose, both begin anew.
     */
    private void crash() {
        Extent[] before = new Extent[PARTS];
        long[] durable = new long[PARTS];
        for (int part = 0; part < PARTS; part++) {
            before[part] = pairs[part].model.extent();
            durable[part] = Math.max(pairs[part].synced, durableEnd(pairs[part].tested.extent()));
        }
        boolean[] sealed = new boolean[PARTS];
        for (int part = 0; part < PARTS; part++) {
            sealed[part] = pairs[part].sealedUnsynced;
        }
        rig.crash();
        reference = reference.reopen();
        reopenAll();
        for (int part = 0; part < PARTS; part++) {
            pairs[part].sealedUnsynced = sealed[part];
            if (pairs[part].survived(before[part], durable[part])) {
                pairs[part].takeSnapshotsAsTheyAre();
                pairs[part].synced = durable[part];
                pairs[part].sealedUnsynced = false;
            } else {
                renew(part);
            }
        }
    }

    /** An empty partition's ends are its start, which a trim moves for good only with the next sync. */
    private static long durableEnd(Extent extent) {
        return extent.start() == extent.readableEnd() ? 0 : extent.durableEnd();
    }

    @Override
    public void close() {
        reference.close();
        rig.close();
    }
}

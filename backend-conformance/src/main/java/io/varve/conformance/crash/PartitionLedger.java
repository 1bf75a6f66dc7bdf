// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Snapshots;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Keeps the states in which a crash may have met one partition. Operations on one partition follow each
 * other; syncs do not.
 */
final class PartitionLedger {
    /** What a sync that is under way will have made durable. */
    private record Bound(long end, long start) {}

    private final Map<Long, List<WorkloadBatch>> known = new HashMap<>();
    private final Set<Long> ends = new HashSet<>();
    private final List<WorkloadOperation.Blob> blobs = new ArrayList<>();
    private final Map<Long, Bound> syncs = new HashMap<>();
    private List<ExpectedState> candidates = new ArrayList<>();

    PartitionLedger() {
        candidates.add(ExpectedState.ABSENT);
    }

    /** @return one that holds what was found, all of it durable */
    static PartitionLedger holding(RecoveredPartition found, List<WorkloadOperation.Blob> blobs) {
        PartitionLedger ledger = new PartitionLedger();
        ledger.candidates.set(
                0, new ExpectedState(true, found.start(), found.end(), found.end(), found.start(), found.batches()));
        found.batches().forEach(ledger::know);
        ledger.ends.add(found.end());
        ledger.blobs.addAll(blobs);
        return ledger;
    }

    PartitionLedger copy() {
        PartitionLedger copy = new PartitionLedger();
        known.forEach((base, batches) -> copy.known.put(base, new ArrayList<>(batches)));
        copy.ends.addAll(ends);
        copy.blobs.addAll(blobs);
        copy.syncs.putAll(syncs);
        copy.candidates = new ArrayList<>(candidates);
        return copy;
    }

    private void know(WorkloadBatch batch) {
        known.computeIfAbsent(batch.base(), base -> new ArrayList<>()).add(batch);
        ends.add(batch.next());
    }

    /** @return how many batches the newest state holds */
    int batches() {
        return last().batches().size();
    }

    private ExpectedState last() {
        return candidates.get(candidates.size() - 1);
    }

    void begin(WorkloadOperation operation) {
        if (operation instanceof WorkloadOperation.Append append) {
            append.batches().forEach(this::know);
        } else if (operation instanceof WorkloadOperation.Blob blob) {
            blobs.add(blob);
        }
        ExpectedState next = last().after(operation);
        candidates.add(next);
        // What is cut away while it is synced need not be there afterwards.
        syncs.replaceAll(
                (ticket, bound) -> new Bound(Math.min(bound.end(), next.end()), Math.min(bound.start(), next.start())));
    }

    /** The operation begun last is done: the states before it are over. */
    void done() {
        ExpectedState state = last();
        candidates.clear();
        candidates.add(state);
    }

    void beginSync(long ticket) {
        long end = Long.MAX_VALUE;
        long start = Long.MAX_VALUE;
        for (ExpectedState candidate : candidates) {
            end = Math.min(end, candidate.end());
            start = Math.min(start, candidate.start());
        }
        syncs.put(ticket, new Bound(end, start));
    }

    void endSync(long ticket, boolean success) {
        Bound bound = syncs.remove(ticket);
        if (bound != null && success) {
            candidates.replaceAll(state -> state.synced(bound.end(), bound.start()));
        }
    }

    /** @return what is in the partition, or null with a reason among the violations */
    PartitionLedger examine(PartitionStore store, List<String> violations) {
        RecoveredPartition found = store == null ? null : RecoveredPartition.in(store, known, violations);
        String first = null;
        String last = null;
        for (ExpectedState candidate : candidates) {
            last = candidate.contradiction(found, ends);
            if (last == null) {
                return found == null ? null : holding(found, examineBlobs(store.snapshots(), violations));
            }
            first = first == null ? last : first;
        }
        violations.add(first.equals(last) ? first : first + " (or, if what was under way happened: " + last + ")");
        return null;
    }

    private List<WorkloadOperation.Blob> examineBlobs(Snapshots snapshots, List<String> violations) {
        List<WorkloadOperation.Blob> present = new ArrayList<>();
        for (long offset : snapshots.offsets(WorkloadOperation.Blob.NAME)) {
            Snapshots.Snapshot newest =
                    snapshots.newest(WorkloadOperation.Blob.NAME, offset).orElse(null);
            if (newest == null || newest.offset() != offset) {
                continue; // torn, and passed over
            }
            blobs.stream()
                    .filter(blob -> blob.offset() == offset && blob.bytes().equals(newest.bytes()))
                    .findFirst()
                    .ifPresentOrElse(
                            present::add,
                            () -> violations.add("has a snapshot at offset " + offset + " that nobody wrote"));
        }
        return present;
    }
}

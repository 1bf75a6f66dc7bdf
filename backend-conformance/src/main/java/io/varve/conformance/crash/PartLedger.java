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

/** The states in which a crash may have met one partition. Operations on one partition follow each other; syncs do not. */
final class PartLedger {
    /** What a sync that is under way will have made durable. */
    private record Bound(long end, long start) {}

    private final Map<Long, List<Written>> known = new HashMap<>();
    private final Set<Long> ends = new HashSet<>();
    private final List<Operation.Blob> blobs = new ArrayList<>();
    private final Map<Long, Bound> syncs = new HashMap<>();
    private List<State> candidates = new ArrayList<>();

    PartLedger() {
        candidates.add(State.ABSENT);
    }

    /** @return one that holds what was found, all of it durable */
    static PartLedger holding(RecoveredPartition found, List<Operation.Blob> blobs) {
        PartLedger ledger = new PartLedger();
        ledger.candidates.set(
                0, new State(true, found.start(), found.end(), found.end(), found.start(), found.batches()));
        found.batches().forEach(ledger::know);
        ledger.ends.add(found.end());
        ledger.blobs.addAll(blobs);
        return ledger;
    }

    PartLedger copy() {
        PartLedger copy = new PartLedger();
        known.forEach((base, batches) -> copy.known.put(base, new ArrayList<>(batches)));
        copy.ends.addAll(ends);
        copy.blobs.addAll(blobs);
        copy.syncs.putAll(syncs);
        copy.candidates = new ArrayList<>(candidates);
        return copy;
    }

    private void know(Written batch) {
        known.computeIfAbsent(batch.base(), base -> new ArrayList<>()).add(batch);
        ends.add(batch.next());
    }

    /** @return how many batches the newest state holds */
    int batches() {
        return last().batches().size();
    }

    private State last() {
        return candidates.get(candidates.size() - 1);
    }

    void begin(Operation operation) {
        if (operation instanceof Operation.Append append) {
            append.batches().forEach(this::know);
        } else if (operation instanceof Operation.Blob blob) {
            blobs.add(blob);
        }
        State next = last().after(operation);
        candidates.add(next);
        // What is cut away while it is synced need not be there afterwards.
        syncs.replaceAll(
                (ticket, bound) -> new Bound(Math.min(bound.end(), next.end()), Math.min(bound.start(), next.start())));
    }

    /** The operation begun last is done: the states before it are over. */
    void done() {
        State state = last();
        candidates.clear();
        candidates.add(state);
    }

    void beginSync(long ticket) {
        long end = Long.MAX_VALUE;
        long start = Long.MAX_VALUE;
        for (State candidate : candidates) {
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
    PartLedger examine(PartitionStore store, List<String> violations) {
        RecoveredPartition found = store == null ? null : RecoveredPartition.in(store, known, violations);
        String first = null;
        String last = null;
        for (State candidate : candidates) {
            last = candidate.contradiction(found, ends);
            if (last == null) {
                return found == null ? null : holding(found, examineBlobs(store.snapshots(), violations));
            }
            first = first == null ? last : first;
        }
        violations.add(first.equals(last) ? first : first + " (or, if what was under way happened: " + last + ")");
        return null;
    }

    private List<Operation.Blob> examineBlobs(Snapshots snapshots, List<String> violations) {
        List<Operation.Blob> present = new ArrayList<>();
        for (long offset : snapshots.offsets(Operation.Blob.NAME)) {
            Snapshots.Snapshot newest =
                    snapshots.newest(Operation.Blob.NAME, offset).orElse(null);
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

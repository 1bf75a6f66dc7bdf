// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Derives from the journal of a workload what its storage must and may hold after a crash: everything
 * acknowledged, to the byte, nothing that was not written, nothing out of order. Not thread-safe.
 */
public final class Ledger {
    /**
     * What an examination brought.
     *
     * @param violations each a sentence; none when the storage keeps its promise
     * @param batches how many batches were compared byte by byte
     * @param next the ledger of what was found, from which the next workload on the same storage goes on
     */
    public record Findings(List<String> violations, int batches, Ledger next) {}

    private final Map<WorkloadPartition, PartitionLedger> parts = new HashMap<>();
    private final Map<Long, WorkloadOperation> begun = new HashMap<>();

    /** Starts with an empty storage. */
    public Ledger() {}

    /** @return a ledger that goes its own way from here */
    public Ledger copy() {
        Ledger copy = new Ledger();
        parts.forEach((part, ledger) -> copy.parts.put(part, ledger.copy()));
        copy.begun.putAll(begun);
        return copy;
    }

    /** Takes in lines that were in the journal when the crash came. */
    public void certain(List<WorkloadJournal.Line> lines) {
        for (WorkloadJournal.Line line : lines) {
            if (line.begun() != null) {
                begin(line.ticket(), line.begun());
            } else {
                end(begun.remove(line.ticket()), line);
            }
        }
    }

    /**
     * Takes in lines that may have been written before or after the crash: what they begin may have happened.
     */
    public void possible(List<WorkloadJournal.Line> lines) {
        for (WorkloadJournal.Line line : lines) {
            if (line.begun() != null) {
                begin(line.ticket(), line.begun());
            }
        }
    }

    private void begin(long ticket, WorkloadOperation operation) {
        begun.put(ticket, operation);
        if (operation instanceof WorkloadOperation.Sync sync) {
            sync.parts().forEach(part -> ledger(part).beginSync(ticket));
        } else if (operation instanceof WorkloadOperation.Reopen) {
            parts.values().forEach(ledger -> ledger.beginSync(ticket));
        } else {
            ledger(partOf(operation)).begin(operation);
        }
    }

    private void end(WorkloadOperation operation, WorkloadJournal.Line line) {
        if (operation instanceof WorkloadOperation.Sync sync) {
            sync.parts()
                    .forEach(part ->
                            ledger(part).endSync(line.ticket(), !line.failed().contains(part)));
        } else if (operation instanceof WorkloadOperation.Reopen) {
            parts.values().forEach(ledger -> ledger.endSync(line.ticket(), true));
        } else {
            ledger(partOf(operation)).done();
        }
    }

    private PartitionLedger ledger(WorkloadPartition part) {
        return parts.computeIfAbsent(part, absent -> new PartitionLedger());
    }

    private static WorkloadPartition partOf(WorkloadOperation operation) {
        if (operation instanceof WorkloadOperation.Create create) {
            return create.part();
        } else if (operation instanceof WorkloadOperation.Delete delete) {
            return delete.part();
        } else if (operation instanceof WorkloadOperation.Append append) {
            return append.part();
        } else if (operation instanceof WorkloadOperation.Seal seal) {
            return seal.part();
        } else if (operation instanceof WorkloadOperation.Trim trim) {
            return trim.part();
        } else if (operation instanceof WorkloadOperation.Truncate truncate) {
            return truncate.part();
        } else if (operation instanceof WorkloadOperation.Replace replace) {
            return replace.part();
        } else if (operation instanceof WorkloadOperation.Blob blob) {
            return blob.part();
        }
        throw new IllegalArgumentException(operation + " is not about one partition");
    }

    /**
     * Compares a storage, opened after the crash, with what must and may be there.
     *
     * @param storage reads only; its partitions are opened and closed again
     * @return what is wrong, and the ledger to go on with
     */
    public Findings examine(Storage storage) {
        List<String> violations = new ArrayList<>();
        Ledger next = new Ledger();
        Set<PartitionId> present = storage.partitions();
        Map<WorkloadPartition, PartitionLedger> expected =
                new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
        expected.putAll(parts);
        int[] batches = {0};
        expected.forEach((part, ledger) -> {
            List<String> here = new ArrayList<>();
            if (present.contains(part.id())) {
                try (PartitionStore store = storage.open(part.id(), 1, Workload.settings(part.id()))) {
                    PartitionLedger found = ledger.examine(store, here);
                    if (found != null) {
                        next.parts.put(part, found);
                        batches[0] += found.batches();
                    }
                } catch (RuntimeException e) {
                    here.add("cannot be read: " + e);
                }
            } else {
                ledger.examine(null, here);
            }
            here.forEach(violation -> violations.add("partition " + part + " " + violation));
        });
        for (PartitionId id : present) {
            if (!parts.containsKey(WorkloadPartition.of(id))
                    || !WorkloadPartition.of(id).id().equals(id)) {
                violations.add("partition " + id + " of topic id " + id.topicId() + " exists, but nobody created it");
            }
        }
        return new Findings(List.copyOf(violations), batches[0], next);
    }
}

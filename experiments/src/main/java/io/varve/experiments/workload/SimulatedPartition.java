// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.workload;

import io.varve.core.log.PartitionLog;

/** Holds an open partition, and counts what was appended to it. Not thread-safe. */
public final class SimulatedPartition {
    private final PartitionLog log;
    private final OffsetHistory history;
    private long records;
    private long bytes;
    private long refusedRecords;

    /**
     * @param log an open partition, empty
     * @param noteMs to how many ms the times of records are remembered
     */
    public SimulatedPartition(PartitionLog log, long noteMs) {
        this.log = log;
        this.history = new OffsetHistory(noteMs);
    }

    /** @return the log */
    public PartitionLog log() {
        return log;
    }

    /** @return records appended so far */
    public long records() {
        return records;
    }

    /** @return bytes appended so far */
    public long bytes() {
        return bytes;
    }

    /** @return records whose append was refused so far */
    public long refusedRecords() {
        return refusedRecords;
    }

    OffsetHistory history() {
        return history;
    }

    void appended(long timeMs, long base, int count, long size) {
        history.note(timeMs, base, bytes);
        records += count;
        bytes += size;
    }

    void refused(int count) {
        refusedRecords += count;
    }
}

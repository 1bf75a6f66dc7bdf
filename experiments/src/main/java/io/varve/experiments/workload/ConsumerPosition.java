// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.workload;

import io.varve.core.log.read.ReadResult;
import java.util.concurrent.CompletableFuture;

/** Holds a consumer's position in one partition. Not thread-safe. */
final class ConsumerPosition {
    final SimulatedPartition partition;
    long next;
    /** Where the last read ended: a read from there on was read ahead. */
    long readTo = -1;
    /** The read that waits for the bucket, or null. */
    CompletableFuture<ReadResult> waits;
    /** When it began, in ms since the epoch. */
    long waitsSinceMs;

    ConsumerPosition(SimulatedPartition partition) {
        this.partition = partition;
    }

    long end() {
        return partition.log().highWatermark();
    }

    /** @return records up to the end */
    long lagRecords() {
        return Math.max(0, end() - next);
    }

    /** @return age in ms of the next record to read; 0 at the end */
    long lagMs(long now) {
        return next >= end() ? 0 : Math.max(0, now - partition.history().timeOf(next));
    }
}

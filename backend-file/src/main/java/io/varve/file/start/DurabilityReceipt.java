// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.core.runtime.Clock;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs for the operator what a start after a crash has found: one line for each partition that differs from
 * the last checkpoint, and one for the whole directory. Thread-safe.
 */
public final class DurabilityReceipt {
    private static final Logger LOG = LoggerFactory.getLogger(DurabilityReceipt.class);
    private static final long NANOS_PER_MS = 1_000_000;

    private final Path directory;
    private final Clock clock;
    private final long started;
    private int partitions;
    private int past;
    private int truncated;
    private long bytesTruncated;
    private int damaged;

    DurabilityReceipt(Path directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
        this.started = clock.nanos();
    }

    /** Counts a partition, and logs its line if it differs from the last checkpoint. */
    synchronized void add(PartitionReceipt receipt) {
        partitions++;
        if (receipt == null || !receipt.differs()) {
            return;
        }
        past++;
        truncated += receipt.bytesTruncated() > 0 ? 1 : 0;
        bytesTruncated += receipt.bytesTruncated();
        damaged += receipt.isDamaged() ? 1 : 0;
        receipt.log();
    }

    synchronized int partitions() {
        return partitions;
    }

    /** Logs the line for the whole directory. */
    public synchronized void logSummary() {
        String summary = "durability receipt: " + directory + " was not closed properly: " + partitions
                + (partitions == 1 ? " partition" : " partitions") + " recovered in "
                + (clock.nanos() - started) / NANOS_PER_MS + " ms; " + past
                + (past == 1 ? " differs" : " differ") + " from the last checkpoint, " + truncated + " lost "
                + bytesTruncated
                + " unsynced bytes in all, "
                + damaged + (damaged == 1 ? " is damaged" : " are damaged");
        if (truncated > 0 || damaged > 0) {
            LOG.warn(summary);
        } else {
            LOG.info(summary);
        }
    }
}

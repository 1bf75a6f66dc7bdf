// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.core.spi.PartitionId;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers what a start finds of one partition, for the {@link DurabilityReceipt}. Filled by one thread.
 *
 * <p>Its durable end before the crash is that of the last checkpoint. More batches may have been durable;
 * those were recovered too.
 */
public final class PartitionReceipt {
    private static final Logger LOG = LoggerFactory.getLogger(DurabilityReceipt.class);

    private final PartitionId id;
    /** The last checkpoint's recovery point, or -1 when it is not known. */
    private final long durableBefore;

    private final List<String> remarks = new ArrayList<>();
    private long end;
    private long truncated;
    private int damages;

    PartitionReceipt(PartitionId id, long durableBefore) {
        this.id = id;
        this.durableBefore = durableBefore;
    }

    /** Notes an edit that the crash had interrupted, and that was completed. */
    void completed(String what) {
        remarks.add(what);
    }

    /** Counts bytes that were truncated because the crash has left them incomplete. */
    void truncated(long bytes, String why) {
        truncated += bytes;
        remarks.add(why);
    }

    /** Notes damage below the durable end; the damaged bytes are kept. */
    void damaged(String what) {
        damages++;
        remarks.add(what);
    }

    void recovered(long end) {
        this.end = end;
    }

    long bytesTruncated() {
        return truncated;
    }

    /** @return true if there is damage below the durable end */
    public boolean isDamaged() {
        return damages > 0;
    }

    /** @return false when the partition is as the last checkpoint has it */
    boolean differs() {
        return !remarks.isEmpty() || end != Math.max(0, durableBefore);
    }

    @Override
    public String toString() {
        return id + ": recovered end " + end + ", durable end before the crash "
                + (durableBefore < 0 ? "not known" : "at least " + durableBefore) + ", " + truncated + " bytes cut"
                + (remarks.isEmpty() ? "" : ": " + String.join("; ", remarks));
    }

    /** Logs the receipt in one line. */
    public void log() {
        if (truncated == 0 && damages == 0) {
            LOG.info("durability receipt: {}", this);
        } else {
            LOG.warn("durability receipt: {}", this);
        }
    }
}

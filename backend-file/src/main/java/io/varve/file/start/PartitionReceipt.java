// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.core.spi.PartitionId;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers what a start after a crash finds of one partition: part of the {@link DurabilityReceipt}. Filled by
 * one thread.
 *
 * <p>The durable end before the crash is what the last checkpoint vouches for; more may have been durable,
 * and is then among what was recovered.
 */
public final class PartitionReceipt {
    private static final Logger LOG = LoggerFactory.getLogger(DurabilityReceipt.class);

    private final PartitionId id;
    /** The last checkpoint's word, or -1 when there is none to be read. */
    private final long durableBefore;

    private final List<String> remarks = new ArrayList<>();
    private long end;
    private long truncated;
    private int damages;

    PartitionReceipt(PartitionId id, long durableBefore) {
        this.id = id;
        this.durableBefore = durableBefore;
    }

    /** Something the crash had interrupted was completed. */
    void completed(String what) {
        remarks.add(what);
    }

    /** Bytes were cut off as the crash's doing. */
    void truncated(long bytes, String why) {
        truncated += bytes;
        remarks.add(why);
    }

    /** Something durable is not as it was: kept, and said here. */
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

    /** @return true if something durable is not as it was */
    public boolean isDamaged() {
        return damages > 0;
    }

    /** @return false when the partition is just as the last checkpoint said */
    boolean differs() {
        return !remarks.isEmpty() || end != Math.max(0, durableBefore);
    }

    @Override
    public String toString() {
        return id + ": recovered end " + end + ", durable end before the crash "
                + (durableBefore < 0 ? "not known" : "at least " + durableBefore) + ", " + truncated + " bytes cut"
                + (remarks.isEmpty() ? "" : ": " + String.join("; ", remarks));
    }

    /** Says it in one line. */
    public void log() {
        if (truncated == 0 && damages == 0) {
            LOG.info("durability receipt: {}", this);
        } else {
            LOG.warn("durability receipt: {}", this);
        }
    }
}

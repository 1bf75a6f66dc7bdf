// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

/**
 * Keeps up to where a partition is durable, and up to where its own logs are: batches between the two are in
 * the ring. One thread at a time changes it; any thread may read it.
 */
final class DurableEnds {
    private volatile DurablePosition durable;
    private volatile DurablePosition forced;
    private volatile long recoveryPoint;

    /** @param recoveryPoint the checkpointed offset, or -1 when it is not known */
    DurableEnds(long recoveryPoint) {
        this.recoveryPoint = recoveryPoint;
    }

    /** @return the durable end; null until the files were read */
    DurablePosition durable() {
        return durable;
    }

    /** @return the position up to which the logs are forced; null until the files were read */
    DurablePosition forced() {
        return forced;
    }

    /**
     * @return offset below which every batch is durable in the logs, or -1 when the files were not read and
     *     no checkpoint has it
     */
    long recoveryPoint() {
        return recoveryPoint;
    }

    /** Sets the recovery point, before the files are read. */
    void beginsAnew(long offset) {
        recoveryPoint = offset;
    }

    /** Raises the recovery point to an offset, unless it is not known, before the files are read. */
    void wasForced(long end) {
        if (recoveryPoint >= 0) {
            recoveryPoint = Math.max(recoveryPoint, end);
        }
    }

    /** Sets both ends to what was read from disk. */
    void loaded(PartitionView view, boolean clean) {
        durable = clean || recoveryPoint >= view.end()
                ? endOf(view)
                : new DurablePosition(Math.max(0, recoveryPoint), null, 0);
        forcedUpTo(durable);
    }

    /** Raises the durable end to the end of a view, unless it is higher. */
    void inRing(PartitionView view) {
        if (view.end() >= durable.offset()) {
            durable = endOf(view);
        }
    }

    /** Raises both ends to the end of a view whose logs were forced, unless they are higher. */
    void forced(PartitionView view) {
        inRing(view);
        if (view.end() >= forced.offset()) {
            forcedUpTo(endOf(view));
        }
    }

    /** Raises both ends to an offset, unless they are higher. */
    void atLeast(long end) {
        durable = atLeast(durable, end);
        forcedUpTo(atLeast(forced, end));
    }

    /** Lowers both ends to an offset, unless they are lower. */
    void atMost(long end) {
        durable = atMost(durable, end);
        forcedUpTo(atMost(forced, end));
    }

    /**
     * Fits both ends to a view with other segments.
     *
     * @param forcedEnd offset up to which the logs of the view are forced, or -1 where that has not changed
     */
    void within(PartitionView view, long forcedEnd) {
        durable = fitted(view, Math.max(durable.offset(), forcedEnd));
        forcedUpTo(fitted(view, Math.max(forced.offset(), forcedEnd)));
    }

    private void forcedUpTo(DurablePosition position) {
        forced = position;
        recoveryPoint = position.offset();
    }

    private static DurablePosition endOf(PartitionView view) {
        return new DurablePosition(view.end(), view.active(), view.tailBytes());
    }

    private static DurablePosition atLeast(DurablePosition position, long end) {
        return position.offset() < end ? new DurablePosition(end, null, 0) : position;
    }

    private static DurablePosition atMost(DurablePosition position, long end) {
        return position.offset() > end ? new DurablePosition(end, null, 0) : position;
    }

    private static DurablePosition fitted(PartitionView view, long end) {
        return end >= view.end() ? endOf(view) : new DurablePosition(end, null, 0);
    }
}

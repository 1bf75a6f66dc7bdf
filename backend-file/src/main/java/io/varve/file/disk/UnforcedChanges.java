// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

/**
 * Counts changes that no force has made durable. Several threads may force at the same time. A change counts
 * as durable only when a force that began after the change has succeeded: so changes are counted, where a
 * flag would have to be cleared before the force. Thread-safe.
 */
public final class UnforcedChanges {
    private long changes;
    private long forced;

    /**
     * Counts a change. Call it before and after the change, so that a force between does not count for it.
     */
    public synchronized void changed() {
        changes++;
    }

    /** @return true if there may be a change that is not durable */
    public synchronized boolean any() {
        return changes != forced;
    }

    /** @return the mark to pass to {@link #forced} after a force that starts now */
    public synchronized long mark() {
        return changes;
    }

    /** Notes that a force that started at {@code mark} has succeeded. */
    public synchronized void forced(long mark) {
        forced = Math.max(forced, mark);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

/**
 * Tells whether something was changed since it was last made durable. Several threads may be making it
 * durable at once. A change counts as durable only when a force has succeeded that began after the change: so
 * there is no flag to take down first. Thread-safe.
 */
public final class UnforcedChanges {
    private long changes;
    private long forced;

    /** It is about to be changed, or was: call before and after, so that a force between does not count. */
    public synchronized void changed() {
        changes++;
    }

    /** @return true if a change is not known to be durable */
    public synchronized boolean any() {
        return changes != forced;
    }

    /** @return a mark to hand to {@link #forced} after a force that starts now */
    public synchronized long mark() {
        return changes;
    }

    /** A force that started at {@code mark} has succeeded. */
    public synchronized void forced(long mark) {
        forced = Math.max(forced, mark);
    }
}

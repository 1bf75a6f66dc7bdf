// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.runtime.EventLoop;

/**
 * Listens to a partition's appends and trims, and requests the commit that makes them durable and visible.
 * Thread-safe.
 */
@FunctionalInterface
public interface AppendListener {
    /**
     * Called after each append and trim, outside any lock; must be short.
     *
     * @param log the partition to commit
     * @param records how many records were appended, 0 for a trim
     */
    void appended(PartitionLog log, long records);

    /**
     * As {@link #appended(PartitionLog, long)}, on an event loop that may commit the append itself.
     *
     * @param loop runs tasks on the calling thread later, behind those that it has
     */
    default void appended(PartitionLog log, long records, EventLoop loop) {
        appended(log, records);
    }
}

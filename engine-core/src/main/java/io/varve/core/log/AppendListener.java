// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.runtime.EventLoop;
import java.nio.ByteBuffer;

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

    /**
     * Lends a buffer in which appends wait until their commit begins. Called with a lock held; must be short.
     *
     * @return an empty buffer, to be {@link #giveBack given back}; null if appends must be stored at once
     */
    default ByteBuffer lend() {
        return null;
    }

    /** @param buffer from {@link #lend}, cleared and not used any more */
    default void giveBack(ByteBuffer buffer) {}
}

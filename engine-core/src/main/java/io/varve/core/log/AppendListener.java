// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

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
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.spi.PartitionId;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Locks partitions one by one, by topic name and number: two incarnations of a topic share a lock, since only
 * one of them can exist. Thread-safe.
 */
final class PartitionLocks {
    /** A lock, and how many threads hold or await it; the count is guarded by the map. */
    private static final class Counted extends ReentrantLock {
        private static final long serialVersionUID = 1;
        private int users;
    }

    private final Map<String, Counted> locks = new HashMap<>();

    /**
     * Runs an action with the partition's lock held; actions on other partitions go on meanwhile.
     *
     * @return what the action returns; its exception is passed on
     */
    <T> T holding(PartitionId id, Supplier<T> action) {
        Counted lock;
        synchronized (locks) {
            lock = locks.computeIfAbsent(id.toString(), unused -> new Counted());
            lock.users++;
        }
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
            synchronized (locks) {
                if (--lock.users == 0) {
                    locks.remove(id.toString());
                }
            }
        }
    }
}

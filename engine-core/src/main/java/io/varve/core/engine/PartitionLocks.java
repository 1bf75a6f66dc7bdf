// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.spi.PartitionId;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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

    /** As {@link #holding(Collection, Supplier)}, with one partition's lock. */
    <T> T holding(PartitionId id, Supplier<T> action) {
        String name = id.toString();
        lock(name);
        try {
            return action.get();
        } finally {
            unlock(name);
        }
    }

    /**
     * Runs an action with the partitions' locks held; actions on other partitions go on meanwhile. An action
     * must not lock others: the locks are taken in the order of their names.
     *
     * @return what the action returns; its exception is passed on
     */
    <T> T holding(Collection<PartitionId> ids, Supplier<T> action) {
        Set<String> names = new TreeSet<>();
        ids.forEach(id -> names.add(id.toString()));
        Deque<String> held = new ArrayDeque<>();
        try {
            for (String name : names) {
                lock(name);
                held.push(name);
            }
            return action.get();
        } finally {
            held.forEach(this::unlock);
        }
    }

    private void lock(String name) {
        Counted lock;
        synchronized (locks) {
            lock = locks.computeIfAbsent(name, unused -> new Counted());
            lock.users++;
        }
        lock.lock();
    }

    private void unlock(String name) {
        synchronized (locks) {
            Counted lock = locks.get(name);
            lock.unlock();
            if (--lock.users == 0) {
                locks.remove(name);
            }
        }
    }
}

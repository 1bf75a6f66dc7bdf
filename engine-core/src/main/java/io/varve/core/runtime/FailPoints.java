// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Lets a test end the process, or fail an operation, at named places on the boundaries of durability. In
 * production no place is armed or watched, and a hit costs two reads. Thread-safe.
 */
public final class FailPoints {
    private final ConcurrentHashMap<String, Runnable> armed = new ConcurrentHashMap<>();
    private volatile Consumer<String> watcher;

    /**
     * Arms a place.
     *
     * @param name the place
     * @param action runs at every hit until {@link #disarm}; may throw, or halt the process
     */
    public void arm(String name, Runnable action) {
        armed.put(name, action);
    }

    /** @param name the place to disarm; idempotent */
    public void disarm(String name) {
        armed.remove(name);
    }

    /**
     * Reports every place that is hit: a test watches a dry run, then arms each place in turn.
     *
     * @param watcher takes the name at every hit from now on, armed or not, on the thread of the hit; null to
     *     stop
     */
    public void watch(Consumer<String> watcher) {
        this.watcher = watcher;
    }

    /**
     * Runs the action that is armed for a place, if any.
     *
     * @param name the place, constant
     */
    public void hit(String name) {
        Consumer<String> current = watcher;
        if (current != null) {
            current.accept(name);
        }
        if (!armed.isEmpty()) {
            Runnable action = armed.get(name);
            if (action != null) {
                action.run();
            }
        }
    }
}

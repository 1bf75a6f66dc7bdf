// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Named places at durability boundaries where a test can make the process die or an operation fail. Nothing
 * is armed or watched in production, where a hit costs two reads. Thread-safe.
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

    /** @param name the place to make harmless again; idempotent */
    public void disarm(String name) {
        armed.remove(name);
    }

    /**
     * Reports every place that is hit: a test watches a dry run, then arms each place in turn.
     *
     * @param watcher told the name at every hit from now on, armed or not, on the thread that hits; null to
     *     stop
     */
    public void watch(Consumer<String> watcher) {
        this.watcher = watcher;
    }

    /**
     * Marks that execution passes a place.
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

// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.util.concurrent.ConcurrentHashMap;

/**
 * Named places at durability boundaries where a test can make the process die or an operation fail. Nothing is armed in
 * production; an unarmed hit costs one map look-up. Thread-safe.
 */
public final class FailPoints {
    private final ConcurrentHashMap<String, Runnable> armed = new ConcurrentHashMap<>();

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
     * Marks that execution passes a place.
     *
     * @param name the place, constant
     */
    public void hit(String name) {
        if (!armed.isEmpty()) {
            Runnable action = armed.get(name);
            if (action != null) {
                action.run();
            }
        }
    }
}

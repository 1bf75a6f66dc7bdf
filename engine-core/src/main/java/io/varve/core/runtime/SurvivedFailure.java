// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import org.slf4j.Logger;

/**
 * Logs the failure of a step that a loop survives, an Error too: a thread that ends by one leaves its work
 * undone for good, and says so to no one. Stateless.
 */
public final class SurvivedFailure {
    private SurvivedFailure() {}

    /**
     * Logs the failure, if there is the memory for it; returns in any case.
     *
     * @param log the loop's log
     * @param what what failed, and what becomes of it
     * @param failure the failure
     */
    public static void log(Logger log, String what, Throwable failure) {
        try {
            log.error(what, failure);
        } catch (Error noMemory) {
            failure.addSuppressed(noMemory);
        }
    }
}

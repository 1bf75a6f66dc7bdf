// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.util.List;

/** Runs all steps of a close, also after one that has failed: what it leaves open nobody else closes. */
public final class CloseSteps {
    private CloseSteps() {}

    /**
     * Runs steps in their order. The first failure is thrown when all have run, with the others suppressed in
     * it.
     *
     * @param steps each closes one thing
     */
    public static void run(List<Runnable> steps) {
        Throwable first = null;
        for (Runnable step : steps) {
            try {
                step.run();
            } catch (RuntimeException | Error e) {
                if (first == null) {
                    first = e;
                } else if (first != e) {
                    first.addSuppressed(e);
                }
            }
        }
        if (first instanceof Error error) {
            throw error;
        } else if (first != null) {
            throw (RuntimeException) first;
        }
    }
}

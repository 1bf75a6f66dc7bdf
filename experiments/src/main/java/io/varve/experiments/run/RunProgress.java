// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

/** Learns how far runs are. Called by the threads of the runs. */
@FunctionalInterface
public interface RunProgress {
    /** Tells nobody. */
    RunProgress NONE = (policy, doneMs, totalMs) -> {};

    /**
     * @param policy the policy's name
     * @param doneMs ms of virtual time that have passed
     * @param totalMs ms of the whole run
     */
    void advanced(String policy, long doneMs, long totalMs);
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.result;

import java.util.List;
import java.util.Objects;

/**
 * Holds what an experiment measured.
 *
 * @param about what was run
 * @param policies what each policy led to, in the order of the scenario
 */
public record ExperimentResult(ExperimentSummary about, List<PolicyResult> policies) {
    /** Copies the list. */
    public ExperimentResult {
        Objects.requireNonNull(about, "about");
        policies = List.copyOf(policies);
    }
}

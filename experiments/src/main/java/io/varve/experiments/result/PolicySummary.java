// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.result;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Sums up what one policy led to.
 *
 * @param name the policy's name, once in an experiment
 * @param rank 1 for the cheapest policy that satisfies all constraints, then by cost; policies that fail a
 *     constraint come after all others
 * @param settings the settings that make up the policy, in the order of the scenario
 * @param totals what was written, stored, deleted, read and missed
 * @param costs in dollars
 * @param constraints the scenario's constraints, in its order
 */
public record PolicySummary(
        String name,
        int rank,
        Map<String, String> settings,
        Totals totals,
        Costs costs,
        List<ConstraintResult> constraints) {
    /** Copies map and list. */
    public PolicySummary {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(totals, "totals");
        Objects.requireNonNull(costs, "costs");
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        constraints = List.copyOf(constraints);
    }

    /**
     * @param rank the new rank
     * @return a copy with that rank
     */
    public PolicySummary withRank(int rank) {
        return new PolicySummary(name, rank, settings, totals, costs, constraints);
    }

    /** @return true if every constraint is satisfied */
    public boolean satisfied() {
        return constraints.stream().allMatch(ConstraintResult::satisfied);
    }
}

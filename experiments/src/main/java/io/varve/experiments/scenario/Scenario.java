// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.util.List;

/**
 * Describes an experiment: a workload, and the policies that are tried on it.
 *
 * @param name a short name, not empty
 * @param description what is asked; may be empty
 * @param timing when the run begins, how long it is, and its seed
 * @param environment the storage, its faults, and prices
 * @param traffic topics, and who writes and reads them
 * @param policies what is tried, at least one, each name once; a grid is unfolded already
 * @param constraints what a policy must keep to pass
 */
public record Scenario(
        String name,
        String description,
        Timing timing,
        Environment environment,
        Traffic traffic,
        List<PolicySpec> policies,
        List<Constraint> constraints) {
    /** Copies the lists. */
    public Scenario {
        policies = List.copyOf(policies);
        constraints = List.copyOf(constraints);
    }

    /**
     * @param other what is tried instead
     * @return this scenario with other policies
     */
    public Scenario with(List<PolicySpec> other) {
        return new Scenario(name, description, timing, environment, traffic, other, constraints);
    }

    /**
     * @param other topics, and who writes and reads them
     * @return this scenario with other traffic
     */
    public Scenario with(Traffic other) {
        return new Scenario(name, description, timing, environment, other, policies, constraints);
    }

    /**
     * @param other the run's times and seed
     * @return this scenario at other times
     */
    public Scenario with(Timing other) {
        return new Scenario(name, description, other, environment, traffic, policies, constraints);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.report;

import io.varve.experiments.result.ExperimentResult;
import io.varve.experiments.result.ExperimentSummary;
import io.varve.experiments.result.PolicyResult;
import io.varve.experiments.result.PolicySummary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Matches the policies of two results by their names.
 *
 * @param pairs policies that both have, in the order of the first
 * @param onlyFirst names of policies that the second does not have
 * @param onlySecond names of policies that the first does not have
 * @param differences in what was run, each as {@code seed: 1 and 2}
 */
public record MatchedResults(
        List<PolicyPair> pairs, List<String> onlyFirst, List<String> onlySecond, List<String> differences) {
    private static final double MS_PER_HOUR = 3_600_000;

    /** What two runs must have in common, or their numbers differ for other reasons than their policies. */
    private static final Map<String, Function<ExperimentSummary, Object>> CONDITIONS = conditions();

    /**
     * Holds what a policy led to in both results.
     *
     * @param name of the policy
     * @param first in the first result
     * @param second in the second result
     */
    public record PolicyPair(String name, PolicySummary first, PolicySummary second) {}

    /** Copies the lists. */
    public MatchedResults {
        pairs = List.copyOf(pairs);
        onlyFirst = List.copyOf(onlyFirst);
        onlySecond = List.copyOf(onlySecond);
        differences = List.copyOf(differences);
    }

    private static Map<String, Function<ExperimentSummary, Object>> conditions() {
        Map<String, Function<ExperimentSummary, Object>> conditions = new LinkedHashMap<>();
        conditions.put("scenario", ExperimentSummary::name);
        conditions.put("backend", ExperimentSummary::backend);
        conditions.put("seed", ExperimentSummary::seed);
        conditions.put("scale", run -> "1/" + run.scale());
        conditions.put("hours of virtual time", run -> run.durationMs() / MS_PER_HOUR);
        conditions.put("prices", ExperimentSummary::prices);
        conditions.put("times of reads", ExperimentSummary::latencies);
        conditions.put("notes", run -> run.notes().isEmpty() ? "none" : String.join(" ", run.notes()));
        return conditions;
    }

    /**
     * @param first a result
     * @param second another one
     * @return what they have in common, and what not
     */
    public static MatchedResults of(ExperimentResult first, ExperimentResult second) {
        Map<String, PolicySummary> firsts = byName(first);
        Map<String, PolicySummary> seconds = byName(second);
        List<PolicyPair> pairs = new ArrayList<>();
        List<String> onlyFirst = new ArrayList<>();
        firsts.forEach((name, summary) -> {
            PolicySummary other = seconds.remove(name);
            if (other == null) {
                onlyFirst.add(name);
            } else {
                pairs.add(new PolicyPair(name, summary, other));
            }
        });
        List<String> differences = new ArrayList<>();
        CONDITIONS.forEach((name, of) -> {
            Object one = of.apply(first.about());
            Object other = of.apply(second.about());
            if (!Objects.equals(one, other)) {
                differences.add(name + ": " + one + " and " + other);
            }
        });
        return new MatchedResults(pairs, onlyFirst, List.copyOf(seconds.keySet()), differences);
    }

    private static Map<String, PolicySummary> byName(ExperimentResult result) {
        Map<String, PolicySummary> policies = new LinkedHashMap<>();
        for (PolicyResult policy : result.policies()) {
            policies.put(policy.summary().name(), policy.summary());
        }
        return policies;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.report;

import io.varve.experiments.result.ExperimentSummary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Merges rows of a table that are near in time, so that those of all policies together are few enough for a
 * page. The periods are the same for all policies.
 *
 * @param <R> a row
 * @param samples number of samples in a period; 1 if nothing was merged
 * @param policies the rows of each policy, in their order
 */
record MergedRows<R>(long samples, List<List<R>> policies) {
    /**
     * Says how to merge.
     *
     * @param <R> a row
     * @param time of a row, in ms
     * @param key what rows have in common that can be merged
     * @param merge makes one row of an earlier and a later one
     */
    record MergeRule<R>(ToLongFunction<R> time, Function<R, Object> key, BinaryOperator<R> merge) {}

    private record Period(long number, Object key) {}

    /**
     * @param policies the rows of each policy, in the order of time
     * @param run says when samples were taken
     * @param maxRows how many rows all policies may have together
     * @return the rows as they are if they are few enough, else merged over the shortest periods of 2, 4, 8,
     *     ... samples that make them so, or over the whole run
     */
    static <R> MergedRows<R> of(List<List<R>> policies, MergeRule<R> rule, ExperimentSummary run, int maxRows) {
        MergedRows<R> merged = new MergedRows<>(1, policies);
        while (merged.count() > maxRows && merged.samples() * run.samplePeriodMs() < run.durationMs()) {
            long samples = 2 * merged.samples();
            merged = new MergedRows<>(
                    samples,
                    policies.stream()
                            .map(rows -> merge(rows, rule, run.startMs(), samples * run.samplePeriodMs()))
                            .toList());
        }
        return merged;
    }

    private int count() {
        return policies.stream().mapToInt(List::size).sum();
    }

    private static <R> List<R> merge(List<R> rows, MergeRule<R> rule, long startMs, long periodMs) {
        Map<Period, R> merged = new LinkedHashMap<>();
        for (R row : rows) {
            // A sample at the end of a period belongs to it.
            long number = Math.floorDiv(rule.time().applyAsLong(row) - startMs + periodMs - 1, periodMs);
            merged.merge(new Period(number, rule.key().apply(row)), row, rule.merge());
        }
        return new ArrayList<>(merged.values());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.report;

import io.varve.experiments.result.ExperimentResult;
import io.varve.experiments.result.ExperimentSummary;
import io.varve.experiments.result.Miss;
import io.varve.experiments.result.PolicyResult;
import io.varve.experiments.result.PolicySummary;
import io.varve.experiments.result.ReadSample;
import io.varve.experiments.result.RequestSample;
import io.varve.experiments.result.ResultColumns;
import io.varve.experiments.result.Sample;
import io.varve.experiments.result.SegmentLife;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Holds what a page draws of a result: the numbers of result.json, and the columns of the CSV files by their
 * names there, as few rows as {@link #MAX_ROWS} says.
 *
 * @param experiment what was run
 * @param policies each with its columns, in the order of the scenario
 * @param reasons why segments went or stay; the column {@code reason} has indices into this list
 * @param sizes what was left out to keep the page small
 */
record PageData(ExperimentSummary experiment, List<Policy> policies, List<String> reasons, Sizes sizes) {
    /** Most rows of a table, over all policies: such a page is below 10 MB. */
    static final int MAX_ROWS = 20_000;

    /** Holds the columns of a policy. The policy's own name is in the summary only. */
    record Policy(
            PolicySummary summary,
            Map<String, List<Object>> samples,
            Map<String, List<Object>> segments,
            Map<String, List<Object>> requests,
            Map<String, List<Object>> reads,
            Map<String, List<Object>> misses) {}

    /**
     * Says what was left out.
     *
     * @param samplesMerged samples that a point stands for; 1 if none was merged, and so for the others
     * @param requestsMerged samples whose requests were summed
     * @param readsMerged samples whose reads were summed
     * @param missesMerged samples whose misses were summed
     * @param segmentsLeft one of so many segments is in the page
     */
    record Sizes(long samplesMerged, long requestsMerged, long readsMerged, long missesMerged, int segmentsLeft) {}

    /** Makes the data of a page. Without segments, they are neither drawn nor left out. */
    static PageData of(ExperimentResult result, boolean withSegments) {
        ExperimentSummary run = result.about();
        List<PolicyResult> policies = result.policies();
        MergedRows<Sample> samples = merged(policies, PolicyResult::samples, PageRows.SAMPLES, run);
        MergedRows<RequestSample> requests = merged(policies, PolicyResult::requests, PageRows.REQUESTS, run);
        MergedRows<ReadSample> reads = merged(policies, PolicyResult::reads, PageRows.READS, run);
        MergedRows<Miss> misses = merged(policies, PolicyResult::misses, PageRows.MISSES, run);
        int lives =
                policies.stream().mapToInt(policy -> policy.segments().size()).sum();
        int every = withSegments ? Math.max(1, (lives + MAX_ROWS - 1) / MAX_ROWS) : 1;
        Map<String, Integer> reasons = new LinkedHashMap<>();
        List<Policy> drawn = new ArrayList<>();
        for (int i = 0; i < policies.size(); i++) {
            PolicyResult policy = policies.get(i);
            drawn.add(new Policy(
                    policy.summary(),
                    columns(Sample.class, samples.policies().get(i)),
                    segments(withSegments ? policy.segments() : List.of(), every, reasons),
                    columns(RequestSample.class, requests.policies().get(i)),
                    columns(ReadSample.class, reads.policies().get(i)),
                    columns(Miss.class, misses.policies().get(i))));
        }
        Sizes sizes = new Sizes(samples.samples(), requests.samples(), reads.samples(), misses.samples(), every);
        return new PageData(run, drawn, List.copyOf(reasons.keySet()), sizes);
    }

    private static <R> MergedRows<R> merged(
            List<PolicyResult> policies,
            Function<PolicyResult, List<R>> table,
            MergedRows.MergeRule<R> rule,
            ExperimentSummary run) {
        return MergedRows.of(policies.stream().map(table).toList(), rule, run, MAX_ROWS);
    }

    private static <R extends Record> Map<String, List<Object>> columns(Class<R> type, List<R> rows) {
        Map<String, List<Object>> columns = ResultColumns.of(type, rows);
        columns.remove("policy");
        return columns;
    }

    private static Map<String, List<Object>> segments(List<SegmentLife> all, int every, Map<String, Integer> reasons) {
        List<SegmentLife> kept = IntStream.range(0, all.size())
                .filter(i -> i % every == 0)
                .mapToObj(all::get)
                .toList();
        Map<String, List<Object>> columns = columns(SegmentLife.class, kept);
        columns.put(
                "reason",
                kept.stream()
                        .map(life -> (Object) reasons.computeIfAbsent(life.reason(), reason -> reasons.size()))
                        .toList());
        return columns;
    }
}

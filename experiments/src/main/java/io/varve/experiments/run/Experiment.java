// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import io.varve.core.runtime.SystemScheduler;
import io.varve.experiments.result.ExperimentResult;
import io.varve.experiments.result.ExperimentSummary;
import io.varve.experiments.result.PolicyResult;
import io.varve.experiments.result.PolicySummary;
import io.varve.experiments.scenario.PolicySpec;
import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.scenario.Timing;
import io.varve.experiments.workload.LatencyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** Runs every policy of a scenario, and ranks them. The result is the same however many run at a time. */
public final class Experiment {
    private Experiment() {}

    /**
     * Runs a scenario.
     *
     * @param scenario what to run
     * @param directory for the storages of the runs, each in a directory of its own below it; empty or absent
     * @param jobs policies that run at a time, at least 1
     * @param progress learns how far the runs are
     * @return what was measured
     * @throws IllegalArgumentException if the scenario needs what cannot be run: the message says what
     * @throws InterruptedException if the caller is interrupted; no further run begins then
     */
    public static ExperimentResult run(Scenario scenario, Path directory, int jobs, RunProgress progress)
            throws InterruptedException {
        RunStorage.requireRunnable(scenario);
        List<CompletableFuture<PolicyResult>> runs = scenario.policies().stream()
                .map(policy -> new CompletableFuture<PolicyResult>())
                .toList();
        AtomicInteger next = new AtomicInteger();
        try (SystemScheduler scheduler = new SystemScheduler(1)) {
            for (int job = 0; job < Math.min(jobs, runs.size()); job++) {
                scheduler.start("run-" + job, () -> {
                    for (int i = next.getAndIncrement(); i < runs.size(); i = next.getAndIncrement()) {
                        PolicySpec policy = scenario.policies().get(i);
                        complete(
                                runs.get(i),
                                new PolicyRun(scenario, policy, progress),
                                directory.resolve("policy-" + i));
                    }
                });
            }
            List<PolicyResult> results = new ArrayList<>();
            for (CompletableFuture<PolicyResult> run : runs) {
                results.add(get(run));
            }
            return new ExperimentResult(about(scenario, results), ranked(results));
        } finally {
            next.set(runs.size()); // no further run begins
        }
    }

    private static void complete(CompletableFuture<PolicyResult> result, PolicyRun run, Path directory) {
        try {
            result.complete(run.run(directory));
        } catch (RuntimeException | Error e) {
            result.completeExceptionally(e);
        }
    }

    private static PolicyResult get(CompletableFuture<PolicyResult> run) throws InterruptedException {
        try {
            return run.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("a run failed: " + e.getCause().getMessage(), e.getCause());
        }
    }

    private static ExperimentSummary about(Scenario scenario, List<PolicyResult> results) {
        List<String> notes = new ArrayList<>(RunNotes.of(scenario));
        notes.addAll(RunNotes.refused(results));
        Timing timing = scenario.timing();
        return new ExperimentSummary(
                scenario.name(),
                scenario.description(),
                RunStorage.name(scenario),
                timing.seed(),
                timing.scale(),
                timing.startMs(),
                timing.durationMs(),
                timing.sampleMs(),
                scenario.environment().prices().name(),
                LatencyModel.DEFAULT.words(),
                notes);
    }

    /** Ranks policies that satisfy all constraints before the others, then by cost, then by their order. */
    static List<PolicyResult> ranked(List<PolicyResult> results) {
        List<PolicySummary> order = results.stream()
                .map(PolicyResult::summary)
                .sorted(Comparator.comparing((PolicySummary summary) -> !summary.satisfied())
                        .thenComparingDouble(summary -> summary.costs().perMonth()))
                .toList();
        return results.stream()
                .map(result -> new PolicyResult(
                        result.summary().withRank(order.indexOf(result.summary()) + 1),
                        result.samples(),
                        result.segments(),
                        result.requests(),
                        result.reads(),
                        result.misses()))
                .toList();
    }
}

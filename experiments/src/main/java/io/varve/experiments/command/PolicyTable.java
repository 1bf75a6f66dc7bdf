// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import io.varve.experiments.result.ConstraintResult;
import io.varve.experiments.result.ExperimentResult;
import io.varve.experiments.result.PolicyResult;
import io.varve.experiments.result.PolicySummary;
import io.varve.experiments.result.Totals;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Words what each policy led to, the best one first. Stateless. */
final class PolicyTable {
    private static final double BYTES_PER_GIB = 1L << 30;
    private static final double MS_PER_DAY = 86_400_000;
    private static final String COLUMNS = "%4s  %-28s %12s %12s %10s %14s %12s %12s  %s";

    private PolicyTable() {}

    /** @return a heading, and for each policy a line and one for each constraint that it fails */
    static List<String> lines(ExperimentResult result) {
        List<String> lines = new ArrayList<>();
        lines.add(COLUMNS.formatted(
                "rank",
                "policy",
                "max local",
                "max remote",
                "requests",
                "oldest record",
                "missed",
                "$/month",
                "constraints"));
        result.policies().stream()
                .map(PolicyResult::summary)
                .sorted(Comparator.comparingInt(PolicySummary::rank))
                .forEach(policy -> add(lines, policy));
        return lines;
    }

    private static void add(List<String> lines, PolicySummary policy) {
        Totals totals = policy.totals();
        lines.add(String.format(
                Locale.ROOT,
                COLUMNS,
                policy.rank(),
                policy.name(),
                gib(totals.maxLocalBytes()),
                gib(totals.maxRemoteBytes()),
                totals.requests(),
                days(totals.endOldestRecordAgeMs()),
                totals.missedRecords(),
                String.format(Locale.ROOT, "%.2f", policy.costs().perMonth()),
                policy.satisfied() ? "pass" : "FAIL"));
        for (ConstraintResult constraint : policy.constraints()) {
            if (!constraint.satisfied()) {
                lines.add(String.format(
                        Locale.ROOT,
                        "      fails: %s (%.6g %s)",
                        constraint.constraint(),
                        constraint.measured(),
                        constraint.unit()));
            }
        }
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / BYTES_PER_GIB);
    }

    private static String days(long ms) {
        return ms < 0 ? "none" : String.format(Locale.ROOT, "%.2f days", ms / MS_PER_DAY);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import io.varve.experiments.result.ConstraintResult;
import io.varve.experiments.result.ExperimentResult;
import io.varve.experiments.result.PolicyResult;
import io.varve.experiments.result.PolicySummary;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** Words what each policy led to, the best one first. Stateless. */
final class PolicyTable {
    private static final int NAME = 1;
    private static final String GAP = "  ";

    private record Column(String heading, Function<PolicySummary, String> text) {}

    private PolicyTable() {}

    /** @return a heading, and for each policy a line and one for each constraint that it fails */
    static List<String> lines(ExperimentResult result) {
        List<PolicySummary> policies = result.policies().stream()
                .map(PolicyResult::summary)
                .sorted(Comparator.comparingInt(PolicySummary::rank))
                .toList();
        boolean bucket = policies.stream().anyMatch(policy -> policy.totals().requests() > 0);
        List<Column> columns = columns(bucket);
        int[] widths = columns.stream()
                .mapToInt(column -> policies.stream()
                        .mapToInt(policy -> column.text().apply(policy).length())
                        .reduce(column.heading().length(), Math::max))
                .toArray();
        List<String> lines = new ArrayList<>();
        lines.add(line(columns.stream().map(Column::heading).toList(), widths) + GAP + "constraints");
        for (PolicySummary policy : policies) {
            List<String> cells =
                    columns.stream().map(column -> column.text().apply(policy)).toList();
            lines.add(line(cells, widths) + GAP + (policy.satisfied() ? "pass" : "FAIL"));
            policy.constraints().stream()
                    .filter(constraint -> !constraint.satisfied())
                    .forEach(constraint -> lines.add(" ".repeat(widths[0]) + GAP + failure(constraint)));
        }
        return lines;
    }

    private static List<Column> columns(boolean bucket) {
        List<Column> columns = new ArrayList<>();
        columns.add(new Column("rank", policy -> String.valueOf(policy.rank())));
        columns.add(new Column("policy", PolicySummary::name));
        columns.add(new Column(
                "max on disk", policy -> ResultWords.bytes(policy.totals().maxLocalBytes())));
        if (bucket) {
            columns.add(new Column(
                    "max in bucket", policy -> ResultWords.bytes(policy.totals().maxRemoteBytes())));
            columns.add(new Column(
                    "requests", policy -> ResultWords.count(policy.totals().requests())));
        }
        columns.add(new Column(
                "oldest record", policy -> ResultWords.age(policy.totals().endOldestRecordAgeMs())));
        columns.add(new Column(
                "missed records", policy -> ResultWords.count(policy.totals().missedRecords())));
        columns.add(new Column(
                "$/month", policy -> ResultWords.dollars(policy.costs().perMonth())));
        return columns;
    }

    /** Numbers end below one another, and so do their headings; names begin there. */
    private static String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String space = " ".repeat(widths[i] - cells.get(i).length());
            line.append(i == 0 ? "" : GAP).append(i == NAME ? cells.get(i) + space : space + cells.get(i));
        }
        return line.toString();
    }

    private static String failure(ConstraintResult constraint) {
        return "fails " + constraint.constraint() + ": it is "
                + ResultWords.measured(constraint.measured(), constraint.unit());
    }
}

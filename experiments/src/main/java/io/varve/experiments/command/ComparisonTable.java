// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import io.varve.experiments.report.MatchedResults;
import io.varve.experiments.report.MatchedResults.PolicyPair;
import io.varve.experiments.result.ConstraintResult;
import io.varve.experiments.result.PolicySummary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Words how two results differ: for each policy a block of lines, a measure each. Stateless. */
final class ComparisonTable {
    private static final double BYTES_PER_GIB = 1L << 30;
    private static final double MS_PER_DAY = 86_400_000;
    private static final String COLUMNS = "%-28s %-18s %16s %16s  %s";

    private ComparisonTable() {}

    /**
     * @param firstName what the first result is called
     * @param secondName what the second result is called
     * @return the lines, without those of measures that are zero in both
     */
    static List<String> lines(String firstName, String secondName, MatchedResults matched) {
        List<String> lines = new ArrayList<>();
        matched.differences().forEach(difference -> lines.add("differs: " + difference));
        lines.add(COLUMNS.formatted("policy", "", end(firstName), end(secondName), "change"));
        matched.pairs().forEach(pair -> add(lines, pair));
        matched.onlyFirst().forEach(name -> lines.add(name + ": only in " + firstName));
        matched.onlySecond().forEach(name -> lines.add(name + ": only in " + secondName));
        return lines;
    }

    /** @return the end of a long name: two directories rather differ there */
    private static String end(String name) {
        int max = 16;
        return name.length() <= max ? name : "…" + name.substring(name.length() - max + 1);
    }

    private static void add(List<String> lines, PolicyPair pair) {
        PolicySummary first = pair.first();
        PolicySummary second = pair.second();
        int before = lines.size();
        number(
                lines,
                "GiB, max local",
                gib(first.totals().maxLocalBytes()),
                gib(second.totals().maxLocalBytes()),
                1);
        number(
                lines,
                "GiB, max bucket",
                gib(first.totals().maxRemoteBytes()),
                gib(second.totals().maxRemoteBytes()),
                1);
        number(
                lines,
                "days, oldest",
                days(first.totals().endOldestRecordAgeMs()),
                days(second.totals().endOldestRecordAgeMs()),
                2);
        number(lines, "$/month", first.costs().perMonth(), second.costs().perMonth(), 2);
        number(lines, "requests", first.totals().requests(), second.totals().requests(), 0);
        number(
                lines,
                "missed records",
                first.totals().missedRecords(),
                second.totals().missedRecords(),
                0);
        constraints(lines, first, second);
        if (lines.size() == before) {
            lines.add(COLUMNS.formatted("", "", "0", "0", ""));
        }
        String line = lines.get(before);
        lines.set(before, "%-28s %s".formatted(pair.name(), line.substring(Math.min(line.length(), 29))));
    }

    private static void number(List<String> lines, String measure, double first, double second, int decimals) {
        if (first == 0 && second == 0) {
            return;
        }
        String form = "%." + decimals + "f";
        String change = "";
        if (first != second) {
            change = first == 0
                    ? String.format(Locale.ROOT, "+" + form, second)
                    : String.format(Locale.ROOT, "%+.1f %%", 100 * (second - first) / first);
        }
        lines.add(COLUMNS.formatted(
                        "",
                        measure,
                        String.format(Locale.ROOT, form, first),
                        String.format(Locale.ROOT, form, second),
                        change)
                .stripTrailing());
    }

    private static double gib(long bytes) {
        return bytes / BYTES_PER_GIB;
    }

    private static double days(long ms) {
        return Math.max(0, ms) / MS_PER_DAY;
    }

    private static void constraints(List<String> lines, PolicySummary first, PolicySummary second) {
        Map<String, Boolean> before = first.constraints().stream()
                .collect(Collectors.toMap(
                        ConstraintResult::constraint, ConstraintResult::satisfied, Boolean::logicalAnd));
        for (ConstraintResult constraint : second.constraints()) {
            Boolean satisfied = before.remove(constraint.constraint());
            verdict(lines, constraint.constraint(), satisfied, constraint.satisfied());
        }
        first.constraints().stream()
                .filter(constraint -> before.containsKey(constraint.constraint()))
                .forEach(constraint -> verdict(lines, constraint.constraint(), constraint.satisfied(), null));
    }

    private static void verdict(List<String> lines, String constraint, Boolean first, Boolean second) {
        lines.add(COLUMNS.formatted("", "constraint", word(first), word(second), constraint));
    }

    private static String word(Boolean satisfied) {
        return satisfied == null ? "-" : satisfied ? "pass" : "FAIL";
    }
}

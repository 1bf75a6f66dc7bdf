// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.shell;

import io.varve.conformance.run.CheckOutcome;
import io.varve.conformance.run.CheckOutcome.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The outcomes of a run, by area.
 *
 * @param areas by area, in the order they ran
 */
record AreaOutcomes(Map<String, List<CheckOutcome>> areas) {
    static AreaOutcomes of(List<CheckOutcome> outcomes) {
        Map<String, List<CheckOutcome>> areas = new LinkedHashMap<>();
        outcomes.forEach(outcome ->
                areas.computeIfAbsent(outcome.area(), area -> new ArrayList<>()).add(outcome));
        return new AreaOutcomes(areas);
    }

    /** Some outcomes, counted. */
    record Sum(int checks, int passed, int failed, int skipped, double seconds) {
        static Sum of(List<CheckOutcome> outcomes) {
            return new Sum(
                    outcomes.size(),
                    count(outcomes, Status.PASSED),
                    count(outcomes, Status.FAILED),
                    count(outcomes, Status.SKIPPED),
                    outcomes.stream()
                                    .map(CheckOutcome::took)
                                    .reduce(Duration.ZERO, Duration::plus)
                                    .toMillis()
                            / 1000.0);
        }

        private static int count(List<CheckOutcome> outcomes, Status status) {
            return (int) outcomes.stream()
                    .filter(outcome -> outcome.status() == status)
                    .count();
        }
    }

    List<CheckOutcome> all() {
        return areas.values().stream().flatMap(List::stream).toList();
    }

    List<CheckOutcome> failures() {
        return all().stream()
                .filter(outcome -> outcome.status() == Status.FAILED)
                .toList();
    }

    /** @return false also when nothing was checked at all */
    boolean passed() {
        Sum sum = Sum.of(all());
        return sum.failed() == 0 && sum.passed() > 0;
    }

    String table() {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                "%-26s %7s %7s %7s %8s %9s%n", "area", "checks", "passed", "failed", "skipped", "seconds"));
        String rule = "-".repeat(69) + System.lineSeparator();
        text.append(rule);
        areas.forEach((area, outcomes) -> text.append(row(area, Sum.of(outcomes))));
        return text.append(rule).append(row("all", Sum.of(all()))).toString();
    }

    private static String row(String name, Sum sum) {
        return String.format(
                Locale.ROOT,
                "%-26s %7d %7d %7d %8d %9.1f%n",
                name,
                sum.checks(),
                sum.passed(),
                sum.failed(),
                sum.skipped(),
                sum.seconds());
    }
}

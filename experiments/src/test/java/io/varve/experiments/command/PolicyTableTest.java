// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.experiments.result.ConstraintResult;
import io.varve.experiments.result.Costs;
import io.varve.experiments.result.ExperimentResult;
import io.varve.experiments.result.ExperimentSummary;
import io.varve.experiments.result.PolicyResult;
import io.varve.experiments.result.PolicySummary;
import io.varve.experiments.result.Totals;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PolicyTableTest {
    private static final long DAY = 86_400_000;

    private static PolicyResult policy(String name, int rank, long bytes, long requests, double dollars) {
        long missed = rank == 1 ? 0 : 1_234_567;
        Totals totals = new Totals(
                0, 0, 0, 0, 0, 1, 0, 0, 0, bytes, bytes, requests, 0, -1, rank * DAY, requests, 0, 0, 0, missed);
        PolicySummary summary = new PolicySummary(
                name,
                rank,
                Map.of(),
                totals,
                new Costs(0, 0, 0, 0, 0, 0, 0, dollars),
                List.of(
                        new ConstraintResult("no consumer loses data", missed == 0, missed, "records"),
                        new ConstraintResult("oldest record >= 3d", rank == 1, rank * DAY, "ms")));
        return new PolicyResult(summary, List.of(), List.of(), List.of(), List.of(), List.of());
    }

    private static List<String> lines(PolicyResult... policies) {
        ExperimentSummary about =
                new ExperimentSummary("week", "", "headers", 1, 1, 0, 7 * DAY, DAY, "list", "fixed", List.of());
        return PolicyTable.lines(new ExperimentResult(about, List.of(policies)));
    }

    @Test
    void columnsAreAsWideAsWhatTheyHaveAndUnitsSuitTheNumbers() {
        String longName = "min.cleanable.dirty.ratio=0.5 segment.bytes=1MiB";
        assertThat(lines(policy(longName, 2, 3L << 40, 0, 123), policy("small", 1, 12_500, 0, 0.00071)))
                .containsExactly(
                        "rank  policy                                            max on disk  oldest record"
                                + "  missed records   $/month  constraints",
                        "   1  small                                                12.2 KiB            1 d"
                                + "               0  0.000710  pass",
                        "   2  " + longName + "        3 TiB            2 d       1,234,567    123.00  FAIL",
                        "      fails no consumer loses data: it is 1,234,567 records",
                        "      fails oldest record >= 3d: it is 2 d");
    }

    @Test
    void aBucketHasColumns() {
        assertThat(lines(policy("a", 1, 1000, 2048, 1)))
                .containsExactly(
                        "rank  policy  max on disk  max in bucket  requests  oldest record  missed records  $/month  constraints",
                        "   1  a            1000 B          2 KiB     2,048            1 d               0     1.00  pass");
    }
}

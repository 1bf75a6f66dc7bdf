// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import io.varve.experiments.run.CoarseBatches;
import io.varve.experiments.run.RunEstimate;
import io.varve.experiments.scenario.Quantities;
import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.workload.ExpectedWork;
import java.util.List;
import java.util.Locale;

/** Words how much a run has to do, and what makes it less. Stateless. */
final class WorkLine {
    /** A run that takes longer gets advice. */
    private static final double LONG_SECONDS = 60;

    private static final List<Long> LINGERS = List.of(100L, 1_000L, 10_000L, 60_000L);

    private WorkLine() {}

    /**
     * @param scenario what is run
     * @param estimate its work
     * @param jobs policies that run at a time
     * @return one line
     */
    static String of(Scenario scenario, RunEstimate estimate, int jobs) {
        int policies = scenario.policies().size();
        int atATime = Math.min(jobs, policies);
        double seconds = estimate.seconds() / atATime;
        String line = String.format(
                Locale.ROOT,
                "%s, %s batches in all: about %s",
                policies == 1 ? "1 policy" : policies + " policies, " + atATime + " at a time",
                count(estimate.work().batches()),
                time(seconds));
        return seconds <= LONG_SECONDS ? line : line + "; " + advice(scenario, estimate, atATime);
    }

    /**
     * @param lingerMs how long batches gathered records at least, in ms
     * @param own what producers would have written
     * @param fewer what they wrote
     * @return what a result lacks
     */
    static String coarsened(long lingerMs, ExpectedWork own, ExpectedWork fewer) {
        return String.format(
                Locale.ROOT,
                "Batches gathered the records of %s at least: %s instead of %s in all; the headers of the others are"
                        + " missing, some %.1f %% of the bytes produced",
                Quantities.duration(lingerMs),
                count(fewer.batches()),
                count(own.batches()),
                100 * own.headersMissingIn(fewer));
    }

    private static String advice(Scenario scenario, RunEstimate estimate, int atATime) {
        String advice = "";
        for (long lingerMs : LINGERS) {
            RunEstimate coarse = RunEstimate.of(CoarseBatches.of(scenario, lingerMs));
            if (coarse.work().batches() > estimate.work().batches() / 2) {
                continue;
            }
            advice = String.format(
                    Locale.ROOT,
                    "--coarsen %s makes it %s batches, about %s",
                    Quantities.duration(lingerMs),
                    count(coarse.work().batches()),
                    time(coarse.seconds() / atATime));
            if (coarse.seconds() / atATime <= LONG_SECONDS) {
                break;
            }
        }
        return advice.isEmpty() ? "a shorter duration, or fewer policies, take less" : advice;
    }

    /** @return two significant digits, as 4.1 million */
    private static String count(double number) {
        if (number >= 1e6) {
            double millions = number / 1e6;
            return String.format(Locale.ROOT, millions < 10 ? "%.1f million" : "%,.0f million", millions);
        }
        return String.format(Locale.ROOT, "%,d", Math.round(number));
    }

    private static String time(double seconds) {
        if (seconds < 10) {
            return "10 s or less";
        }
        if (seconds < 100) {
            return String.format(Locale.ROOT, "%.0f s", Math.ceil(seconds / 10) * 10);
        }
        return seconds < 3 * 3600
                ? String.format(Locale.ROOT, "%.0f min", Math.ceil(seconds / 60))
                : String.format(Locale.ROOT, "%.0f h", Math.ceil(seconds / 3600));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance;

import io.varve.conformance.powercut.PowerCutPlan;
import io.varve.conformance.powercut.PowerCuts;
import io.varve.conformance.rig.TestedBackend;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Cuts the power under a backend in a test. In CI ({@code CI=true}) the rounds must run; elsewhere the test
 * is skipped, with the reason, where the machine cannot run them. A test extends it. Not thread-safe.
 */
public abstract class PowerCutConformance {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    /** For subclasses. */
    protected PowerCutConformance() {}

    /**
     * Runs rounds, as {@code bin/conformance.sh --power-cut} does.
     *
     * @param subject the backend
     * @param rounds how many, 1 or more
     * @param seed says what the load does
     * @return {@link PowerCuts#PASSED} or {@link PowerCuts#FAILED}
     */
    protected final int cut(TestedBackend subject, int rounds, long seed) {
        PowerCutPlan plan = PowerCutPlan.of(rounds, seed);
        plan.obstacle().ifPresent(PowerCutConformance::skip);
        int status = PowerCuts.run(subject, plan, new PrintStream(output, true, StandardCharsets.UTF_8));
        if (status == PowerCuts.IMPOSSIBLE) {
            skip(output());
        }
        return status;
    }

    /** @return what the rounds have printed */
    protected final String output() {
        return output.toString(StandardCharsets.UTF_8);
    }

    private static void skip(String why) {
        if ("true".equals(System.getenv("CI"))) {
            Assertions.fail(why);
        }
        Assumptions.abort(why);
    }
}

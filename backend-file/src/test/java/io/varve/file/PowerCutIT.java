// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.powercut.PowerCutPlan;
import io.varve.conformance.powercut.PowerCuts;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.spi.StorageProvider;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Runs a few rounds of {@code bin/conformance.sh --power-cut}. In CI they must run; elsewhere they are
 * skipped, with the reason, where the machine cannot run them.
 */
class PowerCutIT {
    private static final long SEED = 20;
    private static final int ROUNDS = 15;
    private static final int FEW_ROUNDS = 5;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    private int cut(StorageProvider provider, int rounds) {
        PowerCutPlan plan = PowerCutPlan.of(rounds, SEED);
        plan.obstacle().ifPresent(PowerCutIT::skip);
        int status =
                PowerCuts.run(TestedBackend.of(provider), plan, new PrintStream(output, true, StandardCharsets.UTF_8));
        if (status == PowerCuts.IMPOSSIBLE) {
            skip(output.toString(StandardCharsets.UTF_8));
        }
        return status;
    }

    private static void skip(String why) {
        if ("true".equals(System.getenv("CI"))) {
            Assertions.fail(why);
        }
        Assumptions.abort(why);
    }

    @Test
    void losesNothingAcknowledged() {
        assertThat(cut(new FileStorageProvider(), ROUNDS)).as(output::toString).isEqualTo(PowerCuts.PASSED);
    }

    @Test
    void findsASyncThatDoesNothing() {
        assertThat(cut(new ForgetfulFileStorageProvider(), FEW_ROUNDS))
                .as(output::toString)
                .isEqualTo(PowerCuts.FAILED);
        assertThat(output.toString(StandardCharsets.UTF_8)).contains("was durable up to");
    }
}

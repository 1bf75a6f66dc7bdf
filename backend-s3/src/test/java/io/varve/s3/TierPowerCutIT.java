// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.powercut.PowerCutPlan;
import io.varve.conformance.powercut.PowerCuts;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.spi.StorageProvider;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Cuts the power of the local disk under the tier; the bucket keeps what it has. For longer, with
 * {@code -Dvarve.test.s3.cuts=N -Dvarve.test.s3.seed=S}. In CI the rounds must run; elsewhere they are
 * skipped, with the reason, where the machine cannot run them.
 */
class TierPowerCutIT {
    private static final long SEED = Long.getLong("varve.test.s3.seed", 20);
    private static final int ROUNDS = Integer.getInteger("varve.test.s3.cuts", 6);
    private static final int ROUNDS_TO_FIND_A_FLAW = 20;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    private int cut(StorageProvider provider, String hot, int rounds) {
        PowerCutPlan plan = PowerCutPlan.of(rounds, SEED);
        plan.obstacle().ifPresent(TierPowerCutIT::skip);
        TestedBackend subject = new TestedBackend(provider, Map.of("s3.hot.backend", hot), List.of());
        int status = PowerCuts.run(subject, plan, new PrintStream(output, true, StandardCharsets.UTF_8));
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

    @ParameterizedTest
    @ValueSource(strings = {"file", "lmdb"})
    void losesNothingAcknowledged(String hot) {
        assertThat(cut(new HastyS3Provider(), hot, ROUNDS)).as(output::toString).isEqualTo(PowerCuts.PASSED);
    }

    @Test
    void findsAJournalThatIsNotForced() {
        assertThat(cut(new UnforcedJournalProvider(), "file", ROUNDS_TO_FIND_A_FLAW))
                .as(output::toString)
                .isEqualTo(PowerCuts.FAILED);
        assertThat(output.toString(StandardCharsets.UTF_8)).doesNotContain("ended by itself");
    }

    @Test
    void findsLocalCopiesThatGoBeforeTheManifestHasTheirObject() {
        assertThat(cut(new RashDropProvider(), "file", ROUNDS_TO_FIND_A_FLAW))
                .as(output::toString)
                .isEqualTo(PowerCuts.FAILED);
        assertThat(output.toString(StandardCharsets.UTF_8)).doesNotContain("ended by itself");
    }
}

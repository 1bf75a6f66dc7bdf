// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.tier;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.run.CheckOutcome;
import io.varve.conformance.run.ConformanceRun;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No sloppy tier survives the kit. */
class TierFlawsTest {
    private static final String PATIENCE = "varve.conformance.patience.ms";

    @BeforeAll
    static void nothingTakesTimeInMemory() {
        System.setProperty(PATIENCE, "500");
    }

    @AfterAll
    static void restore() {
        System.clearProperty(PATIENCE);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void theKitCatchesATierThat(TierFlaw flaw) {
        String area = flaw.caughtBy.substring(0, flaw.caughtBy.indexOf(':'));
        List<String> caught = ConformanceRun.of(() -> new TieredMemoryRig(flaw), Set.of(area), outcome -> {}).stream()
                .filter(outcome -> outcome.status() == CheckOutcome.Status.FAILED)
                .map(outcome -> outcome.area() + ": " + outcome.check())
                .toList();
        assertThat(caught).as("checks that fail").contains(flaw.caughtBy);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.tier;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.contract.RunScale;
import io.varve.conformance.run.CheckOutcome;
import io.varve.conformance.run.ConformanceRun;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The simplest tier there is passes what a tier can go wrong at. */
class TieredMemoryTest {
    private static final Set<String> AREAS = Set.of(
            "append and read",
            "trim",
            "truncate",
            "segments",
            "replace",
            "snapshots",
            "random histories",
            "tier",
            "changes in the tier",
            "lost disks",
            "second owner",
            "tier faults");

    @Test
    void theSpecimenWithoutAFlawPasses() {
        RunScale scale = new RunScale(1, 5000, 1, 1, 10);
        List<CheckOutcome> outcomes =
                ConformanceRun.of(() -> new TieredMemoryRig(TierFlaw.NONE), scale, AREAS, outcome -> {});
        assertThat(outcomes)
                .filteredOn(outcome -> outcome.status() != CheckOutcome.Status.PASSED)
                .isEmpty();
        assertThat(outcomes).hasSizeGreaterThan(100);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.tier;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.run.CheckOutcome;
import io.varve.conformance.run.ConformanceRun;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No sloppy tier survives the kit. */
class TierFlawsTest {
    private static final String PATIENCE = "varve.conformance.patience.ms";
    private static final Set<String> AREAS =
            Set.of("tier", "changes in the tier", "lost disks", "second owner", "tier faults");

    @BeforeAll
    static void nothingTakesTimeInMemory() {
        System.setProperty(PATIENCE, "500");
    }

    @AfterAll
    static void restore() {
        System.clearProperty(PATIENCE);
    }

    private static String areaOf(String check) {
        return check.substring(0, check.indexOf(':'));
    }

    private static List<String> failed(TierFlaw flaw) {
        Set<String> areas =
                flaw.caughtBy.stream().map(TierFlawsTest::areaOf).collect(Collectors.toCollection(LinkedHashSet::new));
        return ConformanceRun.of(() -> new TieredMemoryRig(flaw), areas, outcome -> {}).stream()
                .filter(outcome -> outcome.status() == CheckOutcome.Status.FAILED)
                .map(outcome -> outcome.area() + ": " + outcome.check())
                .toList();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void theKitCatchesATierThat(TierFlaw flaw) {
        assertThat(failed(flaw)).as("checks that fail").containsAll(flaw.caughtBy);
    }

    /** A check that no flaw fails may check nothing. */
    @Test
    void everyCheckOfATierCatchesAFlaw() {
        Set<String> catching = Arrays.stream(TierFlaw.values())
                .flatMap(flaw -> flaw.caughtBy.stream())
                .map(TierFlawsTest::withoutKind)
                .collect(Collectors.toSet());
        Set<String> checks = ConformanceRun.of(() -> new TieredMemoryRig(TierFlaw.NONE), AREAS, outcome -> {}).stream()
                .map(outcome -> withoutKind(outcome.area() + ": " + outcome.check()))
                .collect(Collectors.toSet());
        assertThat(checks).hasSizeGreaterThan(40).isSubsetOf(catching);
    }

    /** Drops the kind of fault that a check is repeated with. */
    private static String withoutKind(String check) {
        return check.replaceFirst(", \\[.*", "");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.varve.conformance.rig.MemoryRig;
import io.varve.conformance.rig.StorageRig;
import io.varve.conformance.run.CheckOutcome;
import io.varve.conformance.run.ConformanceRun;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No sloppy backend survives the kit. */
class MutantsTest {
    /** The areas that need another process, or a remote tier: the specimen has neither. */
    private static final Set<String> SKIPPED = Set.of(
            "lost directories",
            "failpoints",
            "kills",
            "one user",
            "failed syncs",
            "tier",
            "changes in the tier",
            "lost disks",
            "second owner",
            "tier faults");

    /** Most runs until a fault that is a race must have shown. */
    private static final int RUNS = 10;

    private static List<CheckOutcome> run(Supplier<StorageRig> rigs, Set<String> areas) {
        return ConformanceRun.of(rigs, areas, outcome -> {});
    }

    static Stream<Mutant> mutants() {
        return Stream.of(
                        ReadMutants.all(),
                        WriteMutants.all(),
                        SourceMutants.all(),
                        SealMutants.all(),
                        CrashMutants.all(),
                        FaultMutants.all(),
                        BystanderMutants.all(),
                        SuccessionMutants.all(),
                        RestartMutants.all())
                .flatMap(all -> all);
    }

    private static List<String> failed(List<CheckOutcome> outcomes) {
        return outcomes.stream()
                .filter(outcome -> outcome.status() == CheckOutcome.Status.FAILED)
                .map(outcome -> outcome.area() + ": " + outcome.check())
                .toList();
    }

    /** A check that no mutant fails may check nothing. */
    @Test
    void everyCheckOfSealingCatchesAMutant() {
        Set<String> area = Set.of("seal");
        Set<String> caught = SealMutants.all()
                .filter(mutant -> mutant.caughtBy().startsWith("seal: "))
                .flatMap(mutant -> failed(run(mutant.rigs(), area)).stream())
                .collect(Collectors.toSet());
        Set<String> checks = run(MemoryRig::new, area).stream()
                .map(outcome -> outcome.area() + ": " + outcome.check())
                .collect(Collectors.toSet());
        assertThat(checks).hasSizeGreaterThan(10).isSubsetOf(caught);
    }

    private static boolean isSkipped(Mutant mutant, CheckOutcome outcome) {
        return outcome.status() == CheckOutcome.Status.SKIPPED
                && mutant.caughtBy().equals(outcome.area() + ": " + outcome.check());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mutants")
    void theKitCatchesABackendThat(Mutant mutant) {
        String area = mutant.caughtBy().substring(0, mutant.caughtBy().indexOf(':'));
        List<String> caught = List.of();
        List<CheckOutcome> outcomes = List.of();
        // Some faults are races: whoever certifies a backend runs the kit more than once, and so does this.
        for (int i = 0; i < RUNS && !caught.contains(mutant.caughtBy()); i++) {
            outcomes = run(mutant.rigs(), Set.of(area));
            caught = failed(outcomes);
        }
        assumeTrue(outcomes.stream().noneMatch(outcome -> isSkipped(mutant, outcome)), "this machine skips the check");
        assertThat(caught)
                .as("checks that fail on a backend that %s", mutant.fault())
                .contains(mutant.caughtBy());
    }

    @Test
    void theSpecimenItselfPassesEverything() {
        List<CheckOutcome> outcomes =
                run(() -> new MutatedRig(MutatedStorage::new), Set.copyOf(ConformanceRun.areas()));
        assertThat(failed(outcomes)).isEmpty();
        assertThat(outcomes)
                .filteredOn(outcome -> outcome.status() == CheckOutcome.Status.SKIPPED)
                .extracting(CheckOutcome::area)
                .isSubsetOf(SKIPPED);
        assertThat(outcomes).hasSizeGreaterThan(100);
    }

    @Test
    void thereAreManyMutants() {
        assertThat(mutants()).hasSizeGreaterThan(40).extracting(Mutant::fault).doesNotHaveDuplicates();
    }
}

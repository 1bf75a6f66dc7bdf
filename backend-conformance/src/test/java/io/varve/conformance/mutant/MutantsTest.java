// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.ConformanceRun;
import io.varve.conformance.Outcome;
import io.varve.conformance.StorageRig;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No sloppy backend survives the kit. */
class MutantsTest {
    /** Areas that kill processes: a specimen lives in this one. */
    private static final Set<String> OF_PROCESSES = Set.of("failpoints", "kills");

    /** Most runs until a fault that is a race must have shown. */
    private static final int RUNS = 10;

    private static List<Outcome> run(Supplier<StorageRig> rigs, Set<String> areas) {
        return ConformanceRun.of(rigs, areas, outcome -> {});
    }

    static Stream<Mutant> mutants() {
        return Stream.of(
                        ReadMutants.all(),
                        WriteMutants.all(),
                        CrashMutants.all(),
                        FaultMutants.all(),
                        SuccessionMutants.all())
                .flatMap(all -> all);
    }

    private static List<String> failed(List<Outcome> outcomes) {
        return outcomes.stream()
                .filter(outcome -> outcome.status() == Outcome.Status.FAILED)
                .map(outcome -> outcome.area() + ": " + outcome.check())
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mutants")
    void theKitCatchesABackendThat(Mutant mutant) {
        String area = mutant.caughtBy().substring(0, mutant.caughtBy().indexOf(':'));
        List<String> caught = List.of();
        // Some faults are races: whoever certifies a backend runs the kit more than once, and so does this.
        for (int i = 0; i < RUNS && !caught.contains(mutant.caughtBy()); i++) {
            caught = failed(run(mutant.rigs(), Set.of(area)));
        }
        assertThat(caught)
                .as("checks that fail on a backend that %s", mutant.fault())
                .contains(mutant.caughtBy());
    }

    @Test
    void theSpecimenItselfPassesEverything() {
        List<Outcome> outcomes = run(() -> new SpecimenRig(Specimen::new), Set.copyOf(ConformanceRun.areas()));
        assertThat(failed(outcomes)).isEmpty();
        assertThat(outcomes)
                .filteredOn(outcome -> outcome.status() == Outcome.Status.SKIPPED)
                .extracting(Outcome::area)
                .isSubsetOf(OF_PROCESSES);
        assertThat(outcomes).hasSizeGreaterThan(100);
    }

    @Test
    void thereAreManyMutants() {
        assertThat(mutants()).hasSizeGreaterThan(40).extracting(Mutant::fault).doesNotHaveDuplicates();
    }
}

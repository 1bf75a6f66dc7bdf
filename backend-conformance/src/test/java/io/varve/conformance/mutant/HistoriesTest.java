// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.varve.conformance.history.HistoryRunner;
import io.varve.conformance.rig.MemoryRig;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistoriesTest {
    private static final int MOST_SEEDS = 20;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "trims one offset too far",
                "leaves the batch a truncation cuts through",
                "keeps snapshots above a truncation",
                "forgets fencing"
            })
    void aFaultIsShownByAFewStepsThatCanBeReplayed(String fault) {
        Mutant mutant = MutantsTest.mutants()
                .filter(candidate -> candidate.fault().equals(fault))
                .findFirst()
                .orElseThrow();
        AssertionError failure = failure(new HistoryRunner(mutant.rigs()));
        List<String> history = failure.getMessage()
                .lines()
                .filter(line -> line.startsWith("    "))
                .toList();
        assertThat(history).as(failure.getMessage()).hasSizeBetween(1, 5);
        assertThat(catchThrowableOfType(AssertionError.class, () -> new HistoryRunner(mutant.rigs()).replay(history)))
                .hasMessageContaining(history.get(history.size() - 1).strip());
        new HistoryRunner(MemoryRig::new).replay(history);
    }

    private static AssertionError failure(HistoryRunner histories) {
        for (long seed = 0; seed < MOST_SEEDS; seed++) {
            long chance = seed;
            AssertionError failure =
                    catchThrowableOfType(AssertionError.class, () -> histories.random(chance, HistoryRunner.STEPS));
            if (failure != null) {
                return failure;
            }
        }
        throw new AssertionError("no history of " + MOST_SEEDS + " shows the fault");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import io.varve.conformance.history.HistoryRunner;
import io.varve.conformance.rig.StorageRig;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Checks that random histories do the same on the storage under test and on the memory storage. */
public abstract class HistoryContract {
    private static final long SEEDS_APART = 1_000_003;

    private final Supplier<StorageRig> rigs;
    private final RunScale scale;

    protected HistoryContract(Supplier<StorageRig> rigs, RunScale scale) {
        this.rigs = rigs;
        this.scale = scale;
    }

    @TestFactory
    Stream<DynamicTest> behavesAsTheReferenceDoes() {
        HistoryRunner histories = new HistoryRunner(rigs);
        int whole = scale.operations() / HistoryRunner.STEPS;
        int rest = scale.operations() % HistoryRunner.STEPS;
        return IntStream.range(0, whole + (rest > 0 ? 1 : 0)).mapToObj(number -> {
            long seed = scale.seed() * SEEDS_APART + number;
            int steps = number < whole ? HistoryRunner.STEPS : rest;
            return DynamicTest.dynamicTest("history " + seed, () -> histories.random(seed, steps));
        });
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance;

import io.varve.conformance.compaction.CompactionHistory;
import io.varve.conformance.rig.StorageRig;
import java.util.stream.LongStream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks the engine's compaction on a backend. A test extends it and implements {@link #rig()}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class CompactionConformance {
    private static final int STEPS = 250;

    /** For subclasses. */
    protected CompactionConformance() {}

    /** @return a rig on a new, empty storage; called before every check, closed after it */
    protected abstract StorageRig rig();

    /** @return how many histories to play */
    protected int histories() {
        return 4;
    }

    private LongStream seeds() {
        Long one = Long.getLong("varve.compaction.seed");
        return one != null ? LongStream.of(one) : LongStream.rangeClosed(1, histories());
    }

    /**
     * Keyed records, tombstones and transactions, compacted, restarted and trimmed in between, mean what they
     * mean without compaction.
     *
     * @param seed of one history
     */
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    final void whatCountsStaysTheSame(long seed) {
        try (StorageRig rig = rig()) {
            CompactionHistory history = new CompactionHistory(rig, seed);
            try {
                history.play(STEPS);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage() + "\nafter\n" + history, e);
            }
        }
    }
}

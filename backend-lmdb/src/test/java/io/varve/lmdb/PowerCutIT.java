// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.PowerCutConformance;
import io.varve.conformance.powercut.PowerCuts;
import io.varve.conformance.rig.TestedBackend;
import org.junit.jupiter.api.Test;

/** Runs a few rounds of {@code bin/conformance.sh --power-cut}. */
class PowerCutIT extends PowerCutConformance {
    private static final long SEED = 20;
    private static final int ROUNDS = 15;

    @Test
    void losesNothingAcknowledged() {
        assertThat(cut(TestedBackend.of(new LmdbStorageProvider()), ROUNDS, SEED))
                .as(this::output)
                .isEqualTo(PowerCuts.PASSED);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.conformance.rig.TestedBackend;
import io.varve.core.spi.StorageProvider;
import org.junit.jupiter.api.Test;

class CrashRoundsTest {
    private static CrashRounds on(StorageProvider provider) throws Exception {
        return new CrashRounds(TestedBackend.of(provider), 1);
    }

    @Test
    void haltsAtAFailPointThatEveryRunPasses() throws Exception {
        try (CrashRounds rounds = on(new FickleProvider())) {
            assertThat(rounds.failPoints()).containsKey(FickleProvider.SURE);
            assertThat(rounds.haltAt(FickleProvider.SURE, 2)).isTrue();
        }
    }

    /** What a tier does in the background depends on how fast the machine is. */
    @Test
    void aTierNeedNotPassAgainWhatItPassedInADryRun() throws Exception {
        try (CrashRounds rounds = on(new FickleProvider.Tiered())) {
            assertThat(rounds.failPoints()).containsKey(FickleProvider.FICKLE);
            assertThat(rounds.haltAt(FickleProvider.FICKLE, 1)).isFalse();
        }
    }

    @Test
    void aBackendWithoutATierMustPassAgainWhatItPassedInADryRun() throws Exception {
        try (CrashRounds rounds = on(new FickleProvider())) {
            assertThatThrownBy(() -> rounds.haltAt(FickleProvider.FICKLE, 1))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("but not in the others");
        }
    }
}

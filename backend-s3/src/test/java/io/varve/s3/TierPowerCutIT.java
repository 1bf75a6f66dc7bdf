// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.PowerCutConformance;
import io.varve.conformance.powercut.PowerCuts;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.spi.StorageProvider;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Cuts the power of the local disk under the tier; the bucket keeps what it has. For longer, with
 * {@code -Dvarve.test.s3.cuts=N -Dvarve.test.s3.seed=S}.
 */
class TierPowerCutIT extends PowerCutConformance {
    private static final long SEED = Long.getLong("varve.test.s3.seed", 20);
    private static final int ROUNDS = Integer.getInteger("varve.test.s3.cuts", 6);
    private static final int ROUNDS_TO_FIND_A_FLAW = 20;

    private int cut(StorageProvider provider, String hot, int rounds) {
        return cut(new TestedBackend(provider, Map.of("s3.hot.backend", hot), List.of()), rounds, SEED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "lmdb"})
    void losesNothingAcknowledged(String hot) {
        assertThat(cut(new HastyS3Provider(), hot, ROUNDS)).as(this::output).isEqualTo(PowerCuts.PASSED);
    }

    @Test
    void findsAJournalThatIsNotForced() {
        assertThat(cut(new UnforcedJournalProvider(), "file", ROUNDS_TO_FIND_A_FLAW))
                .as(this::output)
                .isEqualTo(PowerCuts.FAILED);
        assertThat(output()).doesNotContain("ended by itself");
    }

    @Test
    void findsLocalCopiesThatGoBeforeTheManifestHasTheirObject() {
        assertThat(cut(new RashDropProvider(), "file", ROUNDS_TO_FIND_A_FLAW))
                .as(this::output)
                .isEqualTo(PowerCuts.FAILED);
        assertThat(output()).doesNotContain("ended by itself");
    }
}

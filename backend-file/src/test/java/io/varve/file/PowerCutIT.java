// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.conformance.PowerCutConformance;
import io.varve.conformance.powercut.PowerCuts;
import io.varve.conformance.rig.TestedBackend;
import io.varve.core.spi.StorageProvider;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Runs a few rounds of {@code bin/conformance.sh --power-cut}. */
class PowerCutIT extends PowerCutConformance {
    private static final long SEED = 20;
    private static final int ROUNDS = 15;
    /** The first is mostly enough; on a busy machine logs may get to the disk by themselves. */
    private static final int ROUNDS_TO_FIND_A_FLAW = 30;

    private static final String NO_RING = "0";
    /** So small that the load soon has one and goes round in it. */
    private static final String SMALL_RING = "262144";

    @Test
    void losesNothingAcknowledgedWithoutARing() {
        assertThat(cut(withRing(new FileStorageProvider(), NO_RING), ROUNDS, SEED))
                .as(this::output)
                .isEqualTo(PowerCuts.PASSED);
    }

    @Test
    void losesNothingAcknowledgedWithARing() {
        assertThat(cut(withRing(new FileStorageProvider(), SMALL_RING), ROUNDS, SEED))
                .as(this::output)
                .isEqualTo(PowerCuts.PASSED);
    }

    @Test
    void findsARingThatIsNotReplayed() {
        assertThat(cut(withRing(new UnreplayedRingFileStorageProvider(), SMALL_RING), ROUNDS_TO_FIND_A_FLAW, SEED))
                .as(this::output)
                .isEqualTo(PowerCuts.FAILED);
        assertThat(output()).contains("was durable up to");
    }

    private static TestedBackend withRing(StorageProvider provider, String bytes) {
        return new TestedBackend(provider, Map.of(FileConfig.RING_BYTES, bytes), List.of());
    }

    @Test
    void findsASyncThatDoesNothing() {
        assertThat(cut(TestedBackend.of(new ForgetfulFileStorageProvider()), ROUNDS_TO_FIND_A_FLAW, SEED))
                .as(this::output)
                .isEqualTo(PowerCuts.FAILED);
        assertThat(output()).contains("was durable up to");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.varve.experiments.scenario.Rhythm;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProducerPaceTest {
    /** Nothing for 7 s, then 3 times the rate for 7 s. */
    private static final Rhythm PULSES =
            new Rhythm(List.of(), List.of(), Optional.of(new Rhythm.Pattern(7000, List.of(0.0, 3.0))), List.of());

    private final ProducerPace pace = new ProducerPace(0.01, PULSES, 1_780_272_000_000L, 1000, 50);

    @Test
    void addsUpARateThatChanges() {
        assertThat(pace.expected(0, 14_000)).isCloseTo(210, within(1e-6));
        assertThat(pace.expected(3500.5, 7010)).isCloseTo(0.3, within(1e-6));
        assertThat(pace.expected(6000, 22_000)).isCloseTo(240, within(1e-6));
        assertThat(pace.expected(100, 100)).isZero();
    }

    @Test
    void waitsOverAPause() {
        assertThat(pace.reached(0, 3, 60_000)).isCloseTo(7100, within(1e-6));
        assertThat(pace.reached(13_900, 6, 60_000)).isCloseTo(21_100, within(1e-6));
        assertThat(pace.reached(0, 3, 7099)).isEqualTo(ProducerPace.NEVER);
        assertThat(pace.reached(500, 0, 60_000)).isEqualTo(500);
    }
}

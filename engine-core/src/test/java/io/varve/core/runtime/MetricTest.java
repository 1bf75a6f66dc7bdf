// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class MetricTest {
    @Test
    void namesFollowTheConventions() {
        assertThat(Metric.counter("varve_things_total", "Things.", "kind").labels())
                .containsExactly("kind");
        for (String wrong : List.of("things_total", "varve_Things_total", "varve_things", "varve_things_count")) {
            assertThatThrownBy(() -> Metric.counter(wrong, "Things."))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(wrong);
        }
        assertThatThrownBy(() -> Metric.gauge("varve_things_total", "Things."))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Metric.gauge("varve_things", "Things.", "a kind"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void onlyHistogramsHaveBuckets() {
        assertThat(Metric.seconds("varve_force_seconds", "Forces.").buckets())
                .isSorted()
                .startsWith(0.0001);
        assertThat(Metric.gauge("varve_things", "Things.").buckets()).isEmpty();
        assertThatThrownBy(() -> new Metric("varve_things", Metric.Kind.GAUGE, "", List.of(), List.of(1.0)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Metric("varve_things", Metric.Kind.HISTOGRAM, "", List.of(), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

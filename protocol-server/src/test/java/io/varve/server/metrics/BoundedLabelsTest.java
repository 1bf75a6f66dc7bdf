// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Metric;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Tests that clients cannot make any number of series. */
class BoundedLabelsTest {
    private static final Metric IN = Metric.counter("varve_in_total", "Bytes.", "topic");
    private static final Metric HELD = Metric.gauge("varve_held", "Bytes.", "topic");
    private static final int MAX = BoundedLabels.MAX.get("topic");

    private final Map<String, Integer> topics = new TreeMap<>();
    private final PrometheusMetrics metrics = new PrometheusMetrics(Clock.system());

    private boolean broken;

    BoundedLabelsTest() {
        metrics.read(readings -> topics.forEach((topic, bytes) -> {
            if (broken) {
                throw new IllegalStateException("closed meanwhile");
            }
            readings.add(IN, bytes, topic);
            readings.add(HELD, bytes, topic);
        }));
        for (int i = 0; i < MAX + 3; i++) {
            topics.put("t%03d".formatted(i), 10);
        }
    }

    private String read() {
        return new String(metrics.write().orElseThrow(), StandardCharsets.UTF_8);
    }

    private static String last() {
        return "t%03d".formatted(MAX + 2);
    }

    @Test
    void topicsAboveTheBoundShareASeries() {
        assertThat(read())
                .contains("varve_in_total{topic=\"other\"} 30.0\n")
                .contains("varve_held{topic=\"other\"} 30.0\n")
                .contains("varve_in_total{topic=\"t%03d\"} 10.0\n".formatted(MAX - 1))
                .doesNotContain("topic=\"t%03d\"".formatted(MAX));
    }

    @Test
    void theSharedCounterNeverFalls() {
        read();
        topics.put(last(), 15);
        assertThat(read()).contains("varve_in_total{topic=\"other\"} 35.0\n");
        topics.remove(last());
        assertThat(read())
                .contains("varve_in_total{topic=\"other\"} 35.0\n")
                .contains("varve_held{topic=\"other\"} 20.0\n");
        topics.put(last(), 2);
        assertThat(read()).contains("varve_in_total{topic=\"other\"} 37.0\n");
    }

    @Test
    void aTopicThatIsGoneLeavesItsPlace() {
        read();
        topics.remove("t000");
        read();
        assertThat(read()).doesNotContain("t000").contains("varve_held{topic=\"t%03d\"} 10.0\n".formatted(MAX));
    }

    @Test
    void whatCannotBeReadOnceIsNotCountedTwiceAndKeepsItsPlace() {
        read();
        broken = true;
        assertThat(read()).doesNotContain("varve_in_total{");
        broken = false;
        topics.put("a-new-one", 5);
        assertThat(read())
                .contains("varve_in_total{topic=\"other\"} 35.0\n")
                .contains("varve_held{topic=\"t%03d\"} 10.0\n".formatted(MAX - 1));
    }

    @Test
    void aTopicThatIsNamedAsTheSharedSeriesIsPartOfIt() {
        topics.put(BoundedLabels.OTHER, 7);
        assertThat(read())
                .contains("varve_in_total{topic=\"other\"} 37.0\n")
                .contains("varve_held{topic=\"other\"} 37.0\n")
                .contains("varve_held{topic=\"t%03d\"} 10.0\n".formatted(MAX - 1));
    }
}

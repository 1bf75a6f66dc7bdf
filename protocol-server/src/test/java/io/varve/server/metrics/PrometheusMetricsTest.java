// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Metric;
import io.varve.core.runtime.Metrics.Counter;
import io.varve.server.http.HttpAnswer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PrometheusMetricsTest {
    private static final Metric THINGS = Metric.counter("varve_things_total", "Things that were done.", "kind");
    private static final Metric WAITING = Metric.gauge("varve_waiting", "Those who wait.", "where");

    private final PrometheusMetrics metrics = new PrometheusMetrics(Clock.system());

    private String text() {
        return new String(metrics.write().orElseThrow(), StandardCharsets.UTF_8);
    }

    @Test
    void aCounterIsOneForItsLabels() {
        Counter one = metrics.counter(THINGS, "odd");
        one.add(3);
        metrics.counter(THINGS, "odd").add(4);
        metrics.counter(THINGS, "even");
        assertThat(text())
                .contains("# HELP varve_things_total Things that were done.\n# TYPE varve_things_total counter\n")
                .contains("varve_things_total{kind=\"odd\"} 7.0\n")
                .contains("varve_things_total{kind=\"even\"} 0.0\n");
    }

    @Test
    void aDistributionHasTheBucketsOfItsMetric() {
        metrics.distribution(Metric.seconds("varve_force_seconds", "Time of a force."))
                .record(0.003);
        assertThat(text())
                .contains("varve_force_seconds_bucket{le=\"0.0025\"} 0\n")
                .contains("varve_force_seconds_bucket{le=\"0.005\"} 1\n")
                .contains("varve_force_seconds_count 1\n")
                .contains("varve_force_seconds_sum 0.003\n");
    }

    @Test
    void whatIsReadAddsUpByLabels() {
        metrics.read(readings -> readings.add(WAITING, 2, "here"));
        metrics.read(readings -> {
            readings.add(WAITING, 3, "here");
            readings.add(WAITING, 1, "say \"there\"\n");
            readings.add(THINGS, 5, "read");
        });
        assertThat(text())
                .contains("# TYPE varve_waiting gauge\n")
                .contains("varve_waiting{where=\"here\"} 5.0\n")
                .contains("varve_waiting{where=\"say \\\"there\\\"\\n\"} 1.0\n")
                .contains("varve_things_total{kind=\"read\"} 5.0\n");
    }

    @Test
    void aReaderThatFailsLeavesTheOthers() {
        metrics.read(readings -> {
            readings.add(WAITING, 2, "half");
            throw new IllegalStateException("closed meanwhile");
        });
        metrics.read(readings -> readings.add(WAITING, 3, "here"));
        assertThat(text()).contains("varve_waiting{where=\"here\"} 3.0\n").doesNotContain("half");
    }

    @Test
    void aReaderWithoutAllLabelsIsLeftOut() {
        metrics.read(readings -> readings.add(WAITING, 2));
        assertThat(text()).doesNotContain("varve_waiting");
        assertThatThrownBy(() -> metrics.counter(THINGS)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theRouteServesTheText() {
        metrics.counter(THINGS, "odd").add(1);
        HttpAnswer answer = new MetricsRoute(metrics).answer(null);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.contentType()).startsWith("text/plain; version=0.0.4");
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).isEqualTo(text());
    }

    /** A disk or a coordinator that hangs must not take all threads of the HTTP listener. */
    @Test
    @Timeout(180)
    void aSecondReaderDoesNotWaitForTheFirst() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        metrics.read(readings -> {
            begun.countDown();
            readings.add(WAITING, 1, "here");
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        CompletableFuture<String> first = CompletableFuture.supplyAsync(this::text);
        begun.await();
        MetricsRoute route = new MetricsRoute(metrics);
        assertThat(route.answer(null).status()).isEqualTo(503);
        end.countDown();
        assertThat(first.join()).contains("varve_waiting{where=\"here\"} 1.0\n");
        assertThat(route.answer(null).status()).isEqualTo(200);
    }
}

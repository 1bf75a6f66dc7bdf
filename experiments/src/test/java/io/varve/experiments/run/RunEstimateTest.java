// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.scenario.ScenarioFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds what is expected of a run to what it writes: small records let wrong batches show in bytes. */
class RunEstimateTest {
    private static final double HEADER = 61;

    @TempDir
    private Path directory;

    private static Scenario scenario(String producer) throws Exception {
        return ScenarioFile.parse("estimate", """
                name: estimate
                duration: 2h
                sample: 1h
                topics: [{name: clicks, partitions: 4}]
                producers:
                  - {topic: clicks, record-size: 20B, %s}
                policies: [{name: a-week, retention.ms: 7d}]
                """.formatted(producer));
    }

    private long written(Scenario scenario, String name) throws Exception {
        return Experiment.run(scenario, directory.resolve(name), 1, RunProgress.NONE)
                .policies()
                .get(0)
                .summary()
                .totals()
                .producedBytes();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rate: 20/s, batch: {linger: 5ms}",
                "rate: 20/s, batch: {linger: 500ms}",
                "rate: 200/s, batch: {linger: 10s, max: 400B}",
                "rate: 20/s, batch: {linger: 100ms}, rhythm: {pattern: {step: 10m, factors: [0, 1, 3]}}",
                "rate: 20/s, batch: {linger: 100ms}, keys: {cardinality: 50, skew: 1}"
            })
    void expectsTheBatchesThatAreWritten(String producer) throws Exception {
        Scenario scenario = scenario(producer);
        RunEstimate estimate = RunEstimate.of(scenario);
        assertThat((double) written(scenario, "run"))
                .isCloseTo(
                        estimate.work().bytes(), within(0.02 * estimate.work().bytes()));
        // Else the bytes would not show a wrong number of batches.
        assertThat(estimate.work().batches() * HEADER)
                .isGreaterThan(0.09 * estimate.work().bytes());
    }

    @Test
    void coarseBatchesLackAsManyHeadersAsIsSaid() throws Exception {
        Scenario fine = scenario("rate: 20/s, batch: {linger: 5ms}");
        Scenario coarse = CoarseBatches.of(fine, 10_000);
        RunEstimate before = RunEstimate.of(fine);
        RunEstimate after = RunEstimate.of(coarse);
        assertThat(after.work().batches()).isLessThan(before.work().batches() / 20);
        assertThat(after.seconds()).isLessThan(before.seconds() / 20);
        double missing = before.work().headersMissingIn(after.work());
        assertThat(missing).isBetween(0.5, 0.75);
        double written = written(fine, "fine");
        // The records of longer batches have deltas that are a byte longer.
        assertThat((double) written(coarse, "coarse")).isCloseTo(written * (1 - missing), within(0.05 * written));
    }

    @Test
    void coarseBatchesFitIntoSegments() throws Exception {
        Scenario small = ScenarioFile.parse("estimate", """
                name: estimate
                duration: 2h
                topics: [{name: clicks, config: {segment.bytes: 1MiB}}]
                producers: [{topic: clicks, rate: 5MB/s, batch: {linger: 5ms, max: 16KiB}}]
                policies: [{name: a-week, retention.ms: 7d}]
                """);
        assertThat(CoarseBatches.of(small, 60_000)
                        .traffic()
                        .producers()
                        .get(0)
                        .batches()
                        .maxBytes())
                .isEqualTo(64 << 10);
        assertThat(CoarseBatches.of(small, 1)
                        .traffic()
                        .producers()
                        .get(0)
                        .batches()
                        .lingerMs())
                .isEqualTo(5);
    }
}

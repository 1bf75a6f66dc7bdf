// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.varve.experiments.result.ExperimentResult;
import io.varve.experiments.result.Totals;
import io.varve.experiments.scenario.KeySpec;
import io.varve.experiments.scenario.ScenarioFile;
import io.varve.experiments.workload.ScaledKeys;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs compacted topics at full size and scaled down: compaction must keep and write about as much. */
class ScaledKeysRunTest {
    @TempDir
    private Path directory;

    private ExperimentResult run(String name, String scale, long keys, double skew) throws Exception {
        String scenario = """
                name: states
                duration: 12h
                sample: 5m
                scale: %s
                topics: [{name: devices, config: {cleanup.policy: compact, segment.bytes: 1MiB}}]
                producers:
                  - topic: devices
                    rate: 20/s
                    record-size: {uniform: {min: 200B, max: 600B}}
                    keys: {cardinality: %d, skew: %s}
                    batch: {linger: 10s, max: 64KiB}
                policies: [{name: half, min.cleanable.dirty.ratio: 0.5}]
                """.formatted(scale, keys, skew);
        return Experiment.run(ScenarioFile.parse(name, scenario), directory.resolve(name), 1, RunProgress.NONE);
    }

    private static Totals totals(ExperimentResult result) {
        return result.policies().get(0).summary().totals();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.8})
    void compactionKeepsAndWritesAsMuchAtATenthOfTheSize(double skew) throws Exception {
        ExperimentResult full = run("full", "1", 20_000, skew);
        ExperimentResult scaled = run("scaled", "1/10", 20_000, skew);
        assertClose(totals(full).maxLocalBytes(), totals(scaled).maxLocalBytes(), 0.08);
        assertClose(totals(full).compactionBytes(), totals(scaled).compactionBytes(), 0.15);
        assertThat(full.about().notes()).isEmpty();
        assertThat(scaled.about().notes())
                .containsExactly("devices: 2,000 keys stand for 20,000, each with as many records");
    }

    private static void assertClose(double expected, double actual, double share) {
        assertThat(actual).isCloseTo(expected, within(share * expected));
    }

    @Test
    void saysWhereKeysAreTooFewOrTooUnevenForTheScale() throws Exception {
        assertThat(run("few", "1/1000", 200, 1.2).about().notes())
                .singleElement()
                .asString()
                .startsWith("devices: 1 key stands for 200, each with as many records.")
                .contains("5.00 times what the scale allows", "With a skew of 1 or more");
    }

    @Test
    void everyPartitionThatHasKeysKeepsOne() {
        assertThat(ScaledKeys.of(new KeySpec(20_000, 0.5), 1, 10)).isEqualTo(new KeySpec(2_000, 0.5));
        assertThat(ScaledKeys.of(new KeySpec(20_000, 0.5), 1, 1)).isEqualTo(new KeySpec(20_000, 0.5));
        assertThat(ScaledKeys.of(KeySpec.NONE, 4, 10)).isEqualTo(KeySpec.NONE);
        assertThat(ScaledKeys.of(new KeySpec(20_000, 0), 16, 10_000).cardinality())
                .isBetween(16L, 200L);
        assertThat(ScaledKeys.of(new KeySpec(3, 0), 16, 10_000).cardinality()).isBetween(1L, 3L);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.varve.experiments.result.ExperimentResult;
import io.varve.experiments.result.Miss;
import io.varve.experiments.result.PolicyResult;
import io.varve.experiments.result.ReadSample;
import io.varve.experiments.result.Sample;
import io.varve.experiments.result.Totals;
import io.varve.experiments.scenario.ScenarioFile;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs small scenarios, each for one part of the workload. */
class WorkloadRunTest {
    private static final long HOUR = 3_600_000;

    @TempDir
    private Path directory;

    private PolicyResult run(String scenario) throws Exception {
        return Experiment.run(ScenarioFile.parse("scenario", scenario), directory, 1, RunProgress.NONE)
                .policies()
                .get(0);
    }

    private static long startMs(PolicyResult result, long sampleMs) {
        return result.samples().get(0).timeMs() - sampleMs;
    }

    @ParameterizedTest
    @ValueSource(strings = {"500B", "{uniform: {min: 450B, max: 550B}}", "1KiB"})
    void noBatchIsBeyondTheTopicsLimit(String size) throws Exception {
        PolicyResult result = run("""
                name: large-batches
                duration: 3h
                sample: 1h
                topics: [{name: clicks, partitions: 2}]
                producers: [{topic: clicks, rate: 200kB/s, record-size: %s, batch: {linger: 10s}}]
                policies: [{name: a-week, retention.ms: 7d}]
                """.formatted(size));
        assertThat(result.summary().totals().refusedRecords()).isZero();
        assertThat((double) result.summary().totals().producedBytes()).isCloseTo(2.16e9, within(0.05 * 2.16e9));
    }

    @Test
    void refusedRecordsAreNoted() throws Exception {
        ExperimentResult result = Experiment.run(ScenarioFile.parse("scenario", """
                name: too-large
                duration: 1h
                topics: [{name: clicks, config: {max.message.bytes: 1000}}]
                producers: [{topic: clicks, rate: 1/s, record-size: 2kB}]
                policies: [{name: a-week, retention.ms: 7d}]
                """), directory, 1, RunProgress.NONE);
        assertThat(result.about().notes())
                .singleElement()
                .asString()
                .matches("a-week: 3,\\d{3} records were refused, 100 % of all: producers keep or lose them");
    }

    @Test
    void aLaggingConsumerFollowsAtItsDistance() throws Exception {
        PolicyResult result = run("""
                name: lagging
                duration: 4d
                sample: 10m
                topics: [{name: orders, partitions: 2}]
                producers: [{topic: orders, rate: 2/s, batch: {linger: 30s}}]
                consumers: [{name: slow, topic: orders, kind: lagging, lag: {median: 1h, p99: 4h}, poll: 1m}]
                policies: [{name: a-week, retention.ms: 7d}]
                """);
        long start = startMs(result, HOUR / 6);
        List<Long> lags = result.reads().stream()
                .filter(read -> read.timeMs() - start > 6 * HOUR)
                .map(ReadSample::lagMs)
                .sorted()
                .toList();
        assertThat(lags).hasSizeGreaterThan(200);
        assertThat((double) lags.get(lags.size() / 2)).isBetween(0.6 * HOUR, 1.7 * HOUR);
        assertThat((double) lags.get(lags.size() * 99 / 100)).isBetween(1.5 * HOUR, 8.0 * HOUR);
        assertThat(result.misses()).isEmpty();
    }

    @Test
    void aReplayReadsAStretchOfThePastAgainAndAgain() throws Exception {
        PolicyResult result = run("""
                name: replay
                duration: 2d
                sample: 1h
                topics: [{name: orders}]
                producers: [{topic: orders, rate: 2/s, batch: {linger: 30s}}]
                consumers: [{name: audit, topic: orders, kind: replay, every: 6h, first: 13h, back: 3h}]
                policies: [{name: a-week, retention.ms: 7d}]
                """);
        Totals totals = result.summary().totals();
        // Replays begin at 13, 19, 25, 31, 37 and 43 hours: each reads three hours of forty-eight.
        double expected = totals.producedBytes() * 6 * 3 / 48.0;
        assertThat((double) totals.readBytes()).isCloseTo(expected, within(0.03 * expected));
    }

    @Test
    void aReplayMissesWhatIsDeletedBeforeIt() throws Exception {
        PolicyResult result = run("""
                name: replay
                duration: 1d
                sample: 1h
                topics: [{name: orders}]
                producers: [{topic: orders, rate: 2/s, batch: {linger: 30s}}]
                consumers: [{name: audit, topic: orders, kind: replay, every: 6h, first: 7h, back: 6h}]
                policies: [{name: hours, retention.ms: 2h, segment.ms: 10m}]
                """);
        // At 7, 13 and 19 hours nearly four hours of the six are gone.
        double expected = 3 * 4 * 3600 * 2.0;
        assertThat((double) result.summary().totals().missedRecords()).isBetween(0.9 * expected, 1.02 * expected);
        assertThat(result.misses()).hasSize(3).allMatch(miss -> miss.consumer().equals("audit"));
    }

    @Test
    void aConsumerThatIsTooSlowMissesAsMuchOfEachPartition() throws Exception {
        PolicyResult result = run("""
                name: too-slow
                duration: 1d
                sample: 1h
                topics: [{name: orders, partitions: 4}]
                producers: [{topic: orders, rate: 8/s, batch: {linger: 30s}}]
                consumers: [{name: slow, topic: orders, kind: tailing, max-rate: 4/s, poll: 1m}]
                policies: [{name: hours, retention.ms: 2h, segment.ms: 10m}]
                """);
        Map<Integer, Long> missed = result.misses().stream()
                .collect(Collectors.groupingBy(Miss::partition, Collectors.summingLong(Miss::records)));
        assertThat(missed).hasSize(4);
        assertThat((double) Collections.min(missed.values())).isGreaterThan(0.8 * Collections.max(missed.values()));
    }

    @Test
    void aBurstBringsAsMuchMoreAsItSays() throws Exception {
        PolicyResult result = run("""
                name: burst
                duration: 8h
                sample: 1h
                topics: [{name: orders}]
                producers:
                  - {topic: orders, rate: 2/s, batch: {linger: 10s}, bursts: [{every: 4h, length: 1h, factor: 10}]}
                policies: [{name: a-week, retention.ms: 7d}]
                """);
        List<Sample> samples = result.samples();
        double[] produced = new double[samples.size()];
        for (int i = 0; i < produced.length; i++) {
            produced[i] = samples.get(i).producedBytes()
                    - (i == 0 ? 0 : samples.get(i - 1).producedBytes());
        }
        double usual = (produced[0] + produced[1] + produced[2] + produced[4] + produced[5] + produced[6]) / 6;
        assertThat(produced[3] / usual).isCloseTo(10, within(0.5));
        assertThat(produced[7] / usual).isCloseTo(10, within(0.5));
    }

    @Test
    void compactionKeepsTheLatestOfEachKey() throws Exception {
        PolicyResult result = run("""
                name: compaction
                duration: 12h
                sample: 1h
                topics: [{name: states, config: {cleanup.policy: compact, segment.bytes: 1MiB}}]
                producers:
                  - topic: states
                    rate: 5/s
                    record-size: 500B
                    keys: {cardinality: 1000}
                    batch: {linger: 30s}
                policies: [{name: half, min.cleanable.dirty.ratio: 0.5}]
                """);
        Totals totals = result.summary().totals();
        assertThat(totals.producedBytes()).isGreaterThan(90_000_000);
        // Live records take half a MiB; what is dirty, as much again, and the active segment a MiB.
        assertThat(totals.endLocalBytes()).isBetween(500_000L, 4_000_000L);
        assertThat(totals.compactionBytes()).isPositive();
        assertThat(totals.writeAmplification())
                .isCloseTo(1 + totals.compactionBytes() / (double) totals.producedBytes(), within(1e-9));
        assertThat(totals.writeAmplification()).isBetween(1.2, 2.5);
    }
}

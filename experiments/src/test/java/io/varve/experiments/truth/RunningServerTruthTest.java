// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.truth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.varve.experiments.result.PolicyResult;
import io.varve.experiments.result.Sample;
import io.varve.experiments.result.SegmentLife;
import io.varve.experiments.result.Totals;
import io.varve.experiments.run.Experiment;
import io.varve.experiments.run.RunProgress;
import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.scenario.ScenarioFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares an experiment with a running server to which a Kafka client writes what the scenario says, minute
 * by minute of the server's own time: what is deleted, what stays on the disk and in the bucket, how far back
 * records reach.
 */
@Timeout(600)
class RunningServerTruthTest {
    private static final String SCENARIO = """
            name: truth
            duration: 6h
            sample: 5s
            backend: BACKEND
            topics: [{name: readings, partitions: 2}]
            producers:
              - topic: readings
                rate: 20/s
                record-size: {uniform: {min: 100B, max: 300B}}
                batch: {linger: 1m, max: 1MiB}
            policies: [{name: tried, segment.ms: 150s, POLICY}]
            """;
    /** An object goes between two checks, when neither looks. */
    private static final String TIERED =
            "{name: s3, hot: file, settings: {s3.compression.type: none, s3.delete.delay.ms: 540000}}";

    private static final long HOUR = 3_600_000;
    private static final long AFTER_CHECK_MS = 5_000;
    private static final double TWO_PERCENT = 0.02;

    @TempDir
    private Path directory;

    @Test
    void deletesByAgeWhatTheServerDeletes() throws Exception {
        Runs runs = play("file", "retention.ms: 2h");
        assertThat(runs.deletedShare()).isBetween(0.6, 0.7);
        runs.assertAlike();
    }

    @Test
    void deletesBySizeWhatTheServerDeletes() throws Exception {
        Runs runs = play("file", "retention.bytes: 12MB");
        assertThat(runs.deletedShare()).isBetween(0.65, 0.8);
        runs.assertAlike();
    }

    @Test
    void movesToTheBucketWhatTheServerMoves() throws Exception {
        Runs runs = play(TIERED, "retention.ms: 2h, local.retention.ms: 1h");
        assertThat(runs.deletedShare()).isBetween(0.6, 0.7);
        runs.assertAlike();
        runs.assertClose("mean bytes in the bucket", Sample::remoteBytes, ObservedServer.Seen::remoteBytes);
    }

    private Runs play(String backend, String policy) throws Exception {
        Scenario scenario = ScenarioFile.parse(
                "truth.yaml", SCENARIO.replace("BACKEND", backend).replace("POLICY", policy));
        PolicyResult run = Experiment.run(scenario, directory.resolve("run"), 1, RunProgress.NONE)
                .policies()
                .get(0);
        Path home = Files.createDirectory(directory.resolve("server"));
        try (ObservedServer server = new ObservedServer(scenario, home, backend.equals(TIERED))) {
            return new Runs(scenario, run, server.play());
        }
    }

    /** Holds what the experiment and the server did. */
    private record Runs(Scenario scenario, PolicyResult run, ObservedServer.Observed server) {
        double deletedShare() {
            Totals totals = run.summary().totals();
            return totals.deletedBytes() / (double) totals.producedBytes();
        }

        private double deletedShare(Sample sample) {
            long deleted = run.segments().stream()
                    .filter(life -> life.deletedMs() >= 0 && life.deletedMs() <= sample.timeMs())
                    .mapToLong(SegmentLife::bytes)
                    .sum();
            return deleted / (double) sample.producedBytes();
        }

        void assertAlike() {
            assertClose("records", run.summary().totals().producedRecords(), server.records());
            assertClose("mean share that was deleted", this::deletedShare, ObservedServer.Seen::deletedShare);
            assertClose("mean bytes on the disk", Sample::localBytes, ObservedServer.Seen::localBytes);
            assertClose("mean age of the oldest record", Sample::oldestRecordAgeMs, ObservedServer.Seen::oldestAgeMs);
        }

        /**
         * Both look after each check, which in the run is later by what the opening took. Where segments end
         * is a matter of chance: the means are not.
         */
        void assertClose(String what, ToDoubleFunction<Sample> ofRun, ToDoubleFunction<ObservedServer.Seen> ofServer) {
            List<Double> here = new ArrayList<>();
            List<Double> there = new ArrayList<>();
            for (Sample sample : run.samples()) {
                long elapsed = sample.timeMs() - scenario.timing().startMs() - AFTER_CHECK_MS;
                if (elapsed >= 3 * HOUR && server.samples().containsKey(elapsed)) {
                    here.add(ofRun.applyAsDouble(sample));
                    there.add(ofServer.applyAsDouble(server.samples().get(elapsed)));
                }
            }
            assertThat(here).hasSizeGreaterThan(20);
            assertClose(what, mean(here), mean(there));
        }

        private static double mean(List<Double> values) {
            return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        }

        private static void assertClose(String what, double run, double server) {
            assertThat(server).as(what).isPositive();
            assertThat(run)
                    .as("%s: run %s, server %s", what, run, server)
                    .isCloseTo(server, within(TWO_PERCENT * server));
        }
    }
}

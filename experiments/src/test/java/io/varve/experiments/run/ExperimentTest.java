// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.varve.experiments.result.ExperimentResult;
import io.varve.experiments.result.PolicyResult;
import io.varve.experiments.result.ResultFiles;
import io.varve.experiments.result.Sample;
import io.varve.experiments.result.SegmentLife;
import io.varve.experiments.result.Totals;
import io.varve.experiments.scenario.BackendSpec;
import io.varve.experiments.scenario.BatchSpec;
import io.varve.experiments.scenario.CompressionSpec;
import io.varve.experiments.scenario.Constraint;
import io.varve.experiments.scenario.ConsumerSpec;
import io.varve.experiments.scenario.Environment;
import io.varve.experiments.scenario.KeySpec;
import io.varve.experiments.scenario.PolicySpec;
import io.varve.experiments.scenario.ProducerSpec;
import io.varve.experiments.scenario.Rate;
import io.varve.experiments.scenario.RecordSize;
import io.varve.experiments.scenario.RecordSpec;
import io.varve.experiments.scenario.Rhythm;
import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.scenario.TimestampSpec;
import io.varve.experiments.scenario.Timing;
import io.varve.experiments.scenario.TopicSpec;
import io.varve.experiments.scenario.Traffic;
import io.varve.s3.price.PriceTable;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExperimentTest {
    private static final long START = 1_790_000_000_000L;
    private static final long HOUR = 3_600_000;
    private static final int RATE = 50_000;
    private static final double MEAN_RECORD = 500;

    @TempDir
    private Path directory;

    @Test
    void writesTheSameBytesHoweverManyPoliciesRunAtATime() throws Exception {
        Scenario scenario = scenario(BackendSpec.Kind.HEADERS, 10, List.of());
        ResultFiles.write(
                directory.resolve("a"), Experiment.run(scenario, directory.resolve("x"), 1, RunProgress.NONE));
        ResultFiles.write(
                directory.resolve("b"), Experiment.run(scenario, directory.resolve("y"), 2, RunProgress.NONE));
        for (String file :
                List.of("result.json", "samples.csv", "segments.csv", "requests.csv", "reads.csv", "misses.csv")) {
            assertThat(directory.resolve("a").resolve(file))
                    .hasSameBinaryContentAs(directory.resolve("b").resolve(file));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"HEADERS", "MEMORY"})
    void measuresWhatRetentionDoes(BackendSpec.Kind kind) throws Exception {
        ExperimentResult result =
                Experiment.run(scenario(kind, 100, List.of()), directory.resolve("data"), 1, RunProgress.NONE);
        PolicyResult hour = result.policies().get(0);
        Totals totals = hour.summary().totals();
        double records = 12.0 * 3600 * RATE / MEAN_RECORD;
        assertThat((double) totals.producedRecords()).isCloseTo(records, within(0.03 * records));
        assertThat(totals.segmentsDeleted()).isPositive();
        assertThat(totals.segmentsCreated()).isGreaterThan(totals.segmentsDeleted());
        assertThat(hour.segments()).filteredOn(life -> life.deletedMs() >= 0).allSatisfy(life -> {
            assertThat(life.reason()).isEqualTo("its newest record is older than retention.ms=3600000");
            assertThat(life.deletedMs() - life.sealedMs()).isBetween(HOUR - 60_000, HOUR + 360_000);
        });
        assertThat(hour.segments())
                .filteredOn(life -> life.deletedMs() < 0)
                .extracting(SegmentLife::reason)
                .allMatch(reason -> reason.startsWith("stays"));
        Sample last = hour.samples().get(hour.samples().size() - 1);
        long alive = hour.segments().stream()
                .filter(life -> life.deletedMs() < 0)
                .mapToLong(SegmentLife::bytes)
                .sum();
        assertThat(last.localBytes()).isEqualTo(alive);
        assertThat(last.writtenBytes()).isEqualTo(alive + totals.deletedBytes());
    }

    @Test
    void countsWhatAStoppedConsumerMissesAndRanksThePolicies() throws Exception {
        Constraint loses = new Constraint(
                "no consumer loses data", Constraint.Measure.LOST_RECORDS, Constraint.Comparison.AT_MOST, 0);
        ExperimentResult result =
                Experiment.run(scenario(BackendSpec.Kind.HEADERS, 10, List.of(loses)), directory, 1, RunProgress.NONE);
        PolicyResult hour = result.policies().get(0);
        PolicyResult day = result.policies().get(1);
        assertThat(hour.misses()).isNotEmpty().allMatch(miss -> miss.consumer().equals("stops"));
        assertThat(hour.summary().constraints().get(0).satisfied()).isFalse();
        assertThat(hour.summary().constraints().get(0).measured())
                .isEqualTo(hour.misses().stream()
                        .mapToDouble(miss -> miss.records())
                        .sum());
        assertThat(day.misses()).isEmpty();
        assertThat(day.summary().totals().readBytes())
                .isGreaterThan(day.summary().totals().producedBytes());
        assertThat(day.summary().rank()).isEqualTo(1);
        assertThat(hour.summary().rank()).isEqualTo(2);
        assertThat(hour.summary().costs().total())
                .isLessThan(day.summary().costs().total());
    }

    private static Scenario scenario(BackendSpec.Kind kind, int scale, List<Constraint> constraints) {
        RecordSpec records =
                new RecordSpec(new RecordSize.Uniform(100, 900), new KeySpec(10_000, 0.5), 0, TimestampSpec.EXACT);
        ProducerSpec producer = new ProducerSpec(
                "orders",
                new Rate(RATE, Rate.Unit.BYTES),
                records,
                new BatchSpec(1000, 1 << 18, CompressionSpec.NONE),
                Rhythm.STEADY);
        return new Scenario(
                "hours",
                "",
                new Timing(7, START, 12 * HOUR, HOUR / 2, scale),
                new Environment(new BackendSpec(kind, Optional.empty(), Map.of()), List.of(), PriceTable.listed()),
                new Traffic(
                        List.of(new TopicSpec("orders", 3, Map.of("segment.bytes", "16777216"))),
                        List.of(producer),
                        List.of(
                                new ConsumerSpec("tails", "orders", Optional.empty(), new ConsumerSpec.Tailing(5000)),
                                new ConsumerSpec(
                                        "stops",
                                        "orders",
                                        Optional.empty(),
                                        new ConsumerSpec.Stopping(5000, 2 * HOUR, 9 * HOUR)))),
                List.of(policy("hour", HOUR), policy("day", 24 * HOUR)),
                constraints);
    }

    private static PolicySpec policy(String name, long retentionMs) {
        return new PolicySpec(
                name, Map.of("retention.ms", Long.toString(retentionMs)), Map.of(), Map.of(), Optional.empty());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.varve.experiments.result.ExperimentResult;
import io.varve.experiments.result.PolicyResult;
import io.varve.experiments.result.ReadSample;
import io.varve.experiments.result.RequestSample;
import io.varve.experiments.result.ResultFiles;
import io.varve.experiments.result.Sample;
import io.varve.experiments.result.SegmentLife;
import io.varve.experiments.result.Totals;
import io.varve.experiments.scenario.ScenarioFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs scenarios whose segments move to a bucket. */
class TieredExperimentTest {
    private static final String SCENARIO = """
            name: tiered
            description: ''
            seed: 7
            start: 2026-06-01T00:00:00Z
            duration: DURATION
            sample: 30m
            scale: 1/100
            backend:
              name: s3
              hot: HOT
              settings: {s3.compression.type: none}
            topics:
              - {name: orders, partitions: 2, config: {segment.bytes: 32MiB, retention.ms: 6h, local.retention.ms: 30m}}
            producers:
              - topic: orders
                rate: 100kB/s
                record-size: {uniform: {min: 100, max: 900}}
                batch: {linger: LINGER, max: 256KiB}
            consumers:
              - {name: tails, topic: orders, kind: tailing, poll: 30s}
              - {name: replays, topic: orders, kind: replay, every: 4h, first: 5h, back: 3h}
            FAULTS
            policies: POLICIES
            """;
    private static final String TWO = "[{name: early, local.retention.ms: 30m}, {name: late, local.retention.ms: 3h}]";
    private static final long HOUR = 3_600_000;

    /** What was run already, by what it was run with: equal runs have equal results, which is tested here. */
    private static final Map<List<Object>, ExperimentResult> RUNS = new HashMap<>();

    @TempDir
    private static Path directory;

    /** After six hours the first segments go, and after five the first of them are read back. */
    @ParameterizedTest
    @CsvSource({"headers, 12h", "memory, 7h", "file, 7h"})
    void writesTheSameBytesHoweverManyPoliciesRunAtATime(String hot, String duration) throws Exception {
        Path one = directory.resolve(hot + "-1");
        Path two = directory.resolve(hot + "-2");
        ResultFiles.write(one, run(hot, duration, "60s", "", TWO, 1));
        ResultFiles.write(two, run(hot, duration, "60s", "", TWO, 2));
        List<String> files =
                List.of("result.json", "samples.csv", "segments.csv", "requests.csv", "reads.csv", "misses.csv");
        for (String file : files) {
            assertThat(one.resolve(file)).as(file).hasSameBinaryContentAs(two.resolve(file));
        }
    }

    @Test
    void movesSegmentsToTheBucketAndReadsThemBack() throws Exception {
        PolicyResult early = run("headers", "", TWO, 1).policies().get(0);
        Totals totals = early.summary().totals();
        Sample last = early.samples().get(early.samples().size() - 1);
        // The newest half an hour, and what the check of retention has not seen yet.
        assertThat(last.localBytes()).isBetween(150_000_000L, 400_000_000L);
        assertThat(last.remoteBytes()).isBetween(1_800_000_000L, 2_800_000_000L);
        assertThat(last.backlogBytes()).isLessThan(100_000_000);
        assertThat(totals.uploadedBytes()).isGreaterThan((long) (0.9 * totals.producedBytes()));
        assertThat(totals.missedRecords()).isZero();
        assertThat(early.segments())
                .filteredOn(life -> life.deletedMs() >= 0)
                .isNotEmpty()
                .allSatisfy(life -> {
                    assertThat(life.uploadedMs()).isGreaterThanOrEqualTo(life.sealedMs());
                    assertThat(life.localGoneMs()).isBetween(life.uploadedMs(), life.deletedMs());
                });
        List<ReadSample> replays = early.reads().stream()
                .filter(read -> read.consumer().equals("replays"))
                .toList();
        assertThat(replays).extracting(ReadSample::tier).contains("bucket", "memory");
        assertThat(replays)
                .filteredOn(read -> read.tier().equals("bucket"))
                .allSatisfy(read -> assertThat(read.p50Ms()).isBetween(5.0, 500.0));
        assertThat(early.reads())
                .filteredOn(read -> read.consumer().equals("tails"))
                .extracting(ReadSample::tier)
                .containsOnly("memory");
    }

    @Test
    void countsAndPricesEachRequest() throws Exception {
        ExperimentResult result = run("headers", "", TWO, 2);
        for (PolicyResult policy : result.policies()) {
            assertThat(policy.requests().stream()
                            .mapToLong(RequestSample::requests)
                            .sum())
                    .isEqualTo(policy.summary().totals().requests());
            assertThat(policy.requests()).extracting(RequestSample::kind).contains("PUT", "GET", "LIST", "DELETE");
            double requests =
                    policy.requests().stream().mapToDouble(RequestSample::cost).sum();
            double all = policy.summary().costs().putRequests()
                    + policy.summary().costs().getRequests()
                    + policy.summary().costs().listRequests();
            assertThat(requests).isPositive().isCloseTo(all, within(1e-9));
            Sample last = policy.samples().get(policy.samples().size() - 1);
            assertThat(last.cost()).isCloseTo(policy.summary().costs().total(), within(1e-9));
        }
        long early = gets(result.policies().get(0));
        long late = gets(result.policies().get(1));
        assertThat(early).as("what left the disk early is read from the bucket").isGreaterThan(late);
    }

    private static long gets(PolicyResult policy) {
        return policy.requests().stream()
                .filter(row -> row.kind().equals("GET"))
                .mapToLong(RequestSample::bytes)
                .sum();
    }

    @Test
    void anOutageShowsAsBacklogAndDrains() throws Exception {
        String outage = "faults: [{kind: s3-outage, from: 6h, to: 9h}]";
        PolicyResult result =
                run("headers", outage, "[{name: only}]", 1).policies().get(0);
        long start = result.samples().get(0).timeMs() - HOUR / 2;
        assertThat(result.samples())
                .filteredOn(s -> s.timeMs() <= start + 6 * HOUR)
                .allSatisfy(sample -> assertThat(sample.backlogBytes()).isLessThan(100_000_000));
        assertThat(result.samples())
                .filteredOn(s -> s.timeMs() == start + 9 * HOUR)
                .singleElement()
                .satisfies(sample -> {
                    assertThat(sample.backlogBytes()).isGreaterThan(900_000_000);
                    assertThat(sample.localBytes()).isGreaterThanOrEqualTo(sample.backlogBytes());
                });
        assertThat(result.samples())
                .filteredOn(s -> s.timeMs() >= start + 10 * HOUR)
                .allSatisfy(sample -> assertThat(sample.backlogBytes()).isLessThan(100_000_000));
        assertThat(result.segments())
                .extracting(SegmentLife::uploadedMs)
                .noneMatch(uploaded -> uploaded > start + 6 * HOUR + 310_000 && uploaded < start + 9 * HOUR);
        assertThat(result.summary().totals().refusedRecords()).isZero();
        assertThat(result.summary().totals().missedRecords()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"headers", "memory", "file", "lmdb"})
    void aFullDiskRefusesProducersOrGivesUpTheOldestRecords(String hot) throws Exception {
        String faults = "faults: [{kind: s3-outage, from: 2h, to: 9h}, {kind: disk, size: 1GB}]";
        String policies =
                "[{name: block, retention.ms: 1d, s3.on.backlog.full: block}, {name: drop, retention.ms: 1d, s3.on.backlog.full: drop-oldest}]";
        ExperimentResult result = run(hot, "12h", "240s", faults, policies, 1);
        PolicyResult block = result.policies().get(0);
        PolicyResult drop = result.policies().get(1);
        assertThat(block.summary().totals().refusedRecords()).isPositive();
        assertThat(block.summary().totals().missedRecords()).isZero();
        assertThat(drop.summary().totals().refusedRecords()).isZero();
        assertThat(drop.summary().totals().missedRecords()).isPositive();
        for (PolicyResult policy : result.policies()) {
            assertThat(policy.samples())
                    .allSatisfy(sample -> assertThat(sample.localBytes()).isLessThanOrEqualTo(1_000_000_000));
            Sample last = policy.samples().get(policy.samples().size() - 1);
            assertThat(last.backlogBytes()).as("it drains").isLessThan(100_000_000);
        }
    }

    @Test
    void aDiskThatLmdbCannotHaveIsRefused() {
        assertThatThrownBy(() -> run("lmdb", "faults: [{kind: disk, size: 50MB}]", TWO, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("500000 bytes at this scale")
                .hasMessageContaining("1048576");
    }

    private ExperimentResult run(String hot, String faults, String policies, int jobs) throws Exception {
        return run(hot, "12h", "60s", faults, policies, jobs);
    }

    private ExperimentResult run(String hot, String duration, String linger, String faults, String policies, int jobs)
            throws Exception {
        String text = SCENARIO.replace("HOT", hot)
                .replace("DURATION", duration)
                .replace("LINGER", linger)
                .replace("FAULTS", faults)
                .replace("POLICIES", policies);
        List<Object> key = List.of(text, jobs);
        ExperimentResult known = RUNS.get(key);
        if (known == null) {
            Path file = Files.writeString(Files.createTempFile(directory, "scenario", ".yaml"), text);
            Path storages = Files.createTempDirectory(directory, "storages");
            known = Experiment.run(ScenarioFile.read(file), storages, jobs, RunProgress.NONE);
            RUNS.put(key, known);
        }
        return known;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.varve.core.record.Codec;
import io.varve.s3.price.PriceTable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScenarioFileTest {
    private static final String SMALL = """
            name: small
            duration: 1d
            topics:
              - name: orders
            producers:
              - topic: orders
                rate: 5MB/s
            policies:
              - name: a-day
                retention.ms: 1d
            """;

    static String everything() throws IOException {
        try (InputStream in = ScenarioFileTest.class.getResourceAsStream("/everything.yaml")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void readsAllThereIs() throws Exception {
        Scenario scenario = ScenarioFile.parse("everything.yaml", everything());

        assertThat(scenario.name()).isEqualTo("everything");
        assertThat(scenario.timing()).isEqualTo(new Timing(42, 1_780_272_000_000L, 7 * 86_400_000L, 600_000, 1_000));
        assertThat(scenario.environment().backend())
                .isEqualTo(new BackendSpec(
                        BackendSpec.Kind.S3,
                        Optional.of(BackendSpec.Kind.LMDB),
                        Map.of("s3.chunk.size", Long.toString(8 << 20))));
        assertThat(scenario.environment().faults())
                .containsExactly(
                        new FaultSpec.S3Outage(30 * 3_600_000L, 33 * 3_600_000L),
                        new FaultSpec.LimitedDisk(20_000_000_000L));
        assertThat(scenario.environment().prices())
                .isEqualTo(PriceTable.listed().with(Map.of("local.gib.month", 0.1, "received.gib", 0.01)));
        assertThat(scenario.traffic().topics())
                .containsExactly(
                        new TopicSpec("orders", 4, Map.of("retention.ms", "259200000", "segment.bytes", "67108864")),
                        new TopicSpec("prices", 1, Map.of("cleanup.policy", "compact,delete", "retention.ms", "-1")));
        assertThat(scenario.constraints())
                .extracting(Constraint::measure, Constraint::comparison, Constraint::limit)
                .startsWith(
                        tuple(Constraint.Measure.LOST_RECORDS, Constraint.Comparison.AT_MOST, 0.0),
                        tuple(Constraint.Measure.FIRST_BYTE, Constraint.Comparison.BELOW, 1_000.0),
                        tuple(Constraint.Measure.OLDEST_RECORD, Constraint.Comparison.AT_LEAST, 259_200_000.0),
                        tuple(Constraint.Measure.COST, Constraint.Comparison.BELOW, 10.0),
                        tuple(Constraint.Measure.LOCAL_BYTES, Constraint.Comparison.AT_MOST, 20e9))
                .hasSize(8);
    }

    @Test
    void readsWhatProducersAndConsumersDo() throws Exception {
        Traffic traffic = ScenarioFile.parse("everything.yaml", everything()).traffic();

        ProducerSpec orders = traffic.producers().get(0);
        assertThat(orders.rate()).isEqualTo(new Rate(5_000_000, Rate.Unit.BYTES));
        assertThat(orders.records().size()).isEqualTo(new RecordSize.LogNormal(1_024, 20_480, 1 << 20));
        assertThat(orders.records().keys()).isEqualTo(KeySpec.NONE);
        assertThat(orders.records().timestamps())
                .isEqualTo(new TimestampSpec(
                        new TimestampSpec.Shift(0.01, 7_200_000), new TimestampSpec.Shift(0.001, 3_600_000)));
        assertThat(orders.batches()).isEqualTo(new BatchSpec(5, 64 << 10, new CompressionSpec(Codec.ZSTD, 3)));
        assertThat(orders.rhythm().daily()).hasSize(24);
        assertThat(orders.rhythm().bursts()).containsExactly(new Rhythm.Burst(86_400_000, 600_000, 5));
        ProducerSpec prices = traffic.producers().get(1);
        assertThat(prices.rate()).isEqualTo(new Rate(2_000, Rate.Unit.RECORDS));
        assertThat(prices.records().keys()).isEqualTo(new KeySpec(100_000, 1.1));
        assertThat(prices.records().tombstones()).isEqualTo(0.01);
        assertThat(traffic.producers().get(2).rate()).isEqualTo(new Rate(1, Rate.Unit.RECORDS));
        assertThat(traffic.consumers())
                .extracting(ConsumerSpec::reading)
                .containsExactly(
                        new ConsumerSpec.Tailing(1_000),
                        new ConsumerSpec.Lagging(60_000, 7_200_000, 36_000_000),
                        new ConsumerSpec.Replay(86_400_000, 10_800_000, Optional.of(86_400_000L)),
                        new ConsumerSpec.Stopping(10_000, 4 * 86_400_000L + 64_800_000, 6 * 86_400_000L + 79_200_000));
        assertThat(traffic.consumers().get(0).maxRate()).contains(new Rate(20_000_000, Rate.Unit.BYTES));
    }

    @Test
    void aGridIsEveryCombinationOnTopOfItsBase() throws Exception {
        List<PolicySpec> policies =
                ScenarioFile.parse("everything.yaml", everything()).policies();

        assertThat(policies).hasSize(2 * 3 * 2);
        assertThat(policies).extracting(PolicySpec::name).doesNotHaveDuplicates();
        PolicySpec last = policies.get(policies.size() - 1);
        assertThat(last.settings())
                .containsOnly(
                        Map.entry("segment.ms", "3600000"),
                        Map.entry("retention.ms", "259200000"),
                        Map.entry("local.retention.ms", "14400000"));
        assertThat(last.backend()).containsOnly(Map.entry("s3.chunk.size", "8388608"));
        assertThat(last.byTopic()).containsOnlyKeys("prices");
        assertThat(last.compression()).contains(new CompressionSpec(Codec.GZIP, 4));
        assertThat(last.name()).contains("retention.ms=3d", "local.retention.ms=4h", "compression=gzip-4");
    }

    @Test
    void whatIsNotGivenHasItsDefault() throws Exception {
        Scenario scenario = ScenarioFile.parse("small.yaml", SMALL);

        assertThat(scenario.timing().scale()).isEqualTo(1);
        assertThat(scenario.environment().backend().kind()).isEqualTo(BackendSpec.Kind.HEADERS);
        assertThat(scenario.environment().prices()).isEqualTo(PriceTable.listed());
        assertThat(scenario.traffic().consumers()).isEmpty();
        assertThat(scenario.traffic().producers().get(0).rhythm()).isEqualTo(Rhythm.STEADY);
    }

    @Test
    void everyErrorOfAFileIsNamedAtOnceWithItsPlace() {
        String wrong = SMALL.replace("name: small\n", "nane: small\n")
                .replace("1d\ntopics", "7 days\ntopics")
                .replace("rate: 5MB/s", "rate: 5MB")
                .replace("topic: orders", "topic: ordres")
                .replace("retention.ms: 1d", "retention.mz: 1d");

        assertThatThrownBy(() -> ScenarioFile.parse("s.yaml", wrong))
                .isInstanceOfSatisfying(
                        ScenarioException.class,
                        e -> assertThat(e.problems())
                                .extracting(Problem::toString)
                                .containsExactly(
                                        "s.yaml:1:1: name: is missing: give a short name",
                                        "s.yaml:1:1: nane: is not a key here: did you mean name?",
                                        "s.yaml:2:11: duration: 7 days: must be " + Quantities.DURATION,
                                        "s.yaml:6:12: producers[0].topic: ordres: is none of the topics: did you mean orders?",
                                        "s.yaml:7:11: producers[0].rate: 5MB: must be above 0 and " + Quantities.RATE,
                                        "s.yaml:10:5: policies[0].retention.mz: is no setting of a topic or of the storage:"
                                                + " did you mean retention.ms?"));
    }

    @Test
    void valuesBeyondTheirRangeSayWhatWouldBeRight() {
        refuses(SMALL + "scale: 1/0\n", "scale: 1/0: must be 1, or 1/N with N from 1 to 1000000, as 1/1000");
        refuses(SMALL + "sample: 2d\n", "sample: 2d: must be from 1s to 1d");
        refuses(SMALL + "start: yesterday\n", "start: yesterday: must be a time in UTC");
        refuses(SMALL.replace("1d\ntopics", "1ms\ntopics"), "duration: 1ms: must be from 1s to 3660d");
        refuses(SMALL.replace("retention.ms: 1d", "retention.ms: -7"), "policies[0].retention.ms: -7: value must be");
        refuses(SMALL.replace("rate: 5MB/s", "rate: 0/s"), "producers[0].rate: 0/s: must be above 0");
        refuses(SMALL.replace("rate: 5MB/s", "rate: 5MB/s\n    tombstones: 0.5"), "tombstones: 0.5: needs keys");
        refuses(SMALL.replace("rate: 5MB/s", "rate: 1/s\n    rhythm: {daily: [1, 2]}"), "has 2 factors: must have 24");
        refuses(SMALL + "constraints: [cost < 10]\n", "constraints[0]: cost < 10: must be a constraint, as");
        refuses(SMALL + "backend: {name: file, hot: lmdb}\n", "backend.hot: lmdb: is for s3 only");
        refuses(
                SMALL + "backend: flie\n",
                "backend: flie: must be one of headers, memory, file, lmdb, s3; did you mean");
        refuses(SMALL + "faults: [{kind: s3-outage, from: 3h, to: 1h}]\n", "faults[0].kind: s3-outage: needs a bucket");
        refuses(SMALL + "faults: [{kind: s3-outage, from: 3h, to: 1h}]\n", "faults[0].to: 1h: must be after from");
    }

    @Test
    void aFirstTryIsToldWhatWouldBeRight() {
        String wrong = SMALL.replace("- name: orders", "- name: orders\n    retention.ms: 3d")
                        .replace("rate: 5MB/s", "rate: 5MB/s\n    size: 500B\n    keys: 1000")
                + "consumers: [{name: etl, topic: orders, kind: stopped, from: 1h, to: 2h}]\n";
        assertThatThrownBy(() -> ScenarioFile.parse("s.yaml", wrong))
                .isInstanceOfSatisfying(
                        ScenarioException.class,
                        e -> assertThat(e.problems())
                                .extracting(problem -> problem.toString().replaceFirst("^s.yaml:[0-9:]* ", ""))
                                .containsExactly(
                                        "topics[0].retention.ms: is not a key here: it is a setting, which belongs into"
                                                + " config: {retention.ms: ...}",
                                        "producers[0].size: is not a key here: did you mean record-size?",
                                        "producers[0].keys: 1000: must be a block of keys, as"
                                                + " {cardinality: 1000, skew: 0.8}",
                                        "consumers[0].kind: stopped: must be one of tailing, lagging, replay, stopping"));
    }

    @Test
    void whatDoesNotFitTogetherIsRefused() {
        refuses(
                SMALL.replace("retention.ms: 1d", "cleanup.policy: compact"),
                "producers[0]: writes records without keys to orders, which policy a-day compacts");
        refuses(
                SMALL.replace("retention.ms: 1d", "retention.ms: 1d\n    local.retention.ms: 2d") + "backend: s3\n",
                "policies[0]:");
        refuses(
                SMALL + "  - name: a-day\n    retention.ms: 2d\n",
                "policies[1].name: a-day: there is a policy of this");
        refuses(
                SMALL.replace("- name: orders", "- name: orders\n  - name: orders"),
                "topics[1].name: orders: there is");
        refuses(SMALL + "name: again\n", "name: stands here twice");
    }

    @Test
    void whatIsNoScenarioIsRefusedWithItsPlace() {
        refuses("", "s.yaml:1:1: is empty");
        refuses("name: [", "s.yaml:1:8: is not YAML: ");
        refuses("- a\n", "s.yaml:1:1: a list: must be a block of keys");
        refuses(SMALL.replace("name: small", "name:"), "s.yaml:1:6: name: has no value: give a short name");
        refuses(
                SMALL.replace("  - name: orders", "  name: orders"),
                "topics: a block of keys: must be a list of topics");
        refuses(SMALL.replace("producers:\n", "producers:\n  - 7\n"), "producers[0]: 7: must be a block of keys");
        refuses(
                SMALL.substring(0, SMALL.indexOf("policies")) + "policies: []\n",
                "policies: a list: must have a policy");
    }

    @Test
    void aGridThatExplodesIsRefusedBeforeItIsMade() {
        StringBuilder grid = new StringBuilder(SMALL.substring(0, SMALL.indexOf("policies")) + "policies:\n  grid:\n");
        for (String key : List.of("retention.ms", "segment.ms", "retention.bytes", "segment.bytes", "flush.ms")) {
            grid.append("    ").append(key).append(": [2000000");
            for (int value = 1; value < 40; value++) {
                grid.append(", ").append(2_000_000 + value);
            }
            grid.append("]\n");
        }
        refuses(grid.toString(), "must be at most 1000");
    }

    private static void refuses(String text, String message) {
        assertThatThrownBy(() -> ScenarioFile.parse("s.yaml", text))
                .isInstanceOf(ScenarioException.class)
                .hasMessageContaining(message);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.truth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.varve.experiments.result.PolicyResult;
import io.varve.experiments.result.Sample;
import io.varve.experiments.result.Totals;
import io.varve.experiments.run.Experiment;
import io.varve.experiments.run.RunProgress;
import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.scenario.ScenarioFile;
import io.varve.experiments.scenario.TopicSpec;
import io.varve.experiments.server.LoopbackServer;
import io.varve.server.clock.ClockClient;
import io.varve.server.command.ClientAnswer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares an experiment with a running server to which a Kafka client writes what the scenario says, minute
 * by minute of the server's own time.
 */
@Timeout(300)
class RunningServerTruthTest {
    private static final String SCENARIO = """
            name: truth
            duration: 6h
            sample: 7m
            backend: file
            topics: [{name: readings, partitions: 2}]
            producers:
              - topic: readings
                rate: 20/s
                record-size: {uniform: {min: 100B, max: 300B}}
                batch: {linger: 1m, max: 1MiB}
            policies: [{name: two-hours, retention.ms: 2h, segment.ms: 3m}]
            """;
    private static final int RECORDS_PER_SECOND = 20;
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final double TWO_PERCENT = 0.02;

    @TempDir
    private Path directory;

    /** What the server showed at each sample, and what it had deleted in the end. */
    private record Observed(Map<Long, Long> bytes, double deletedShare, long records) {}

    @Test
    void deletesAsMuchAndKeepsAsManyBytesAsTheServer() throws Exception {
        Scenario scenario = ScenarioFile.parse("truth.yaml", SCENARIO);
        PolicyResult run = Experiment.run(scenario, directory.resolve("run"), 1, RunProgress.NONE)
                .policies()
                .get(0);
        Observed server = observe(scenario);

        Totals totals = run.summary().totals();
        assertClose("records", totals.producedRecords(), server.records());
        double deletedShare = totals.deletedBytes() / (double) totals.producedBytes();
        assertThat(deletedShare).as("share that was deleted").isBetween(0.6, 0.7);
        assertClose("share that was deleted", deletedShare, server.deletedShare());
        // Deletions come every five minutes: the mean of many samples does not depend on which came first.
        double runBytes = 0;
        double serverBytes = 0;
        int samples = 0;
        for (Sample sample : run.samples()) {
            long elapsed = sample.timeMs() - scenario.timing().startMs();
            if (elapsed >= 3 * HOUR && server.bytes().containsKey(elapsed)) {
                runBytes += sample.localBytes();
                serverBytes += server.bytes().get(elapsed);
                samples++;
            }
        }
        assertThat(samples).isGreaterThan(20);
        assertClose("mean bytes on the disk", runBytes / samples, serverBytes / samples);
    }

    private static void assertClose(String what, double run, double server) {
        assertThat(run).as("%s: run %s, server %s", what, run, server).isCloseTo(server, within(TWO_PERCENT * server));
    }

    private Observed observe(Scenario scenario) throws Exception {
        TopicSpec topic = scenario.traffic().topics().get(0);
        Path home = Files.createDirectory(directory.resolve("server"));
        try (LoopbackServer server = new LoopbackServer(home, "clock=virtual");
                Admin admin = Admin.create(server.client());
                KafkaProducer<byte[], byte[]> producer = producer(server)) {
            ClockClient clock = new ClockClient(admin);
            server.createTopic(
                    topic.name(), topic.partitions(), scenario.policies().get(0).settingsOf(topic));
            long start = clock.read().ms();
            Map<Long, Long> bytes = new HashMap<>();
            long samplePeriod = scenario.timing().sampleMs();
            for (long done = 0; done < scenario.timing().durationMs(); done += MINUTE) {
                write(producer, topic, start + done);
                clock.advance(Math.max(0, start + done + MINUTE - clock.read().ms()));
                if ((done + MINUTE) % samplePeriod == 0) {
                    bytes.put(done + MINUTE, bytes(admin));
                }
            }
            long deleted = offsets(admin, topic, OffsetSpec.earliest());
            long written = offsets(admin, topic, OffsetSpec.latest());
            return new Observed(bytes, deleted / (double) written, written);
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(LoopbackServer server) {
        Properties settings = server.client();
        // A batch is sent when it is flushed, not before.
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 60_000);
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 1 << 20);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Writes what a minute brings, evenly over partitions and sizes. */
    private static void write(KafkaProducer<byte[], byte[]> producer, TopicSpec topic, long fromMs) {
        int count = (int) (RECORDS_PER_SECOND * MINUTE / 1000);
        for (int i = 0; i < count; i++) {
            long time = fromMs + i * MINUTE / count;
            byte[] value = new byte[100 + (i * 68) % 201];
            producer.send(new ProducerRecord<>(topic.name(), i % topic.partitions(), time, null, value));
        }
        producer.flush();
    }

    private static long bytes(Admin admin) {
        int broker = ClientAnswer.await(admin.describeCluster().controller()).id();
        long bytes = 0;
        for (LogDirDescription directory :
                ClientAnswer.await(admin.describeLogDirs(List.of(broker)).allDescriptions()).values().stream()
                        .flatMap(each -> each.values().stream())
                        .toList()) {
            for (Map.Entry<TopicPartition, ReplicaInfo> replica :
                    directory.replicaInfos().entrySet()) {
                bytes += replica.getKey().topic().equals("readings")
                        ? replica.getValue().size()
                        : 0;
            }
        }
        return bytes;
    }

    private static long offsets(Admin admin, TopicSpec topic, OffsetSpec which) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        for (int i = 0; i < topic.partitions(); i++) {
            wanted.put(new TopicPartition(topic.name(), i), which);
        }
        List<Long> offsets = new ArrayList<>();
        ClientAnswer.await(admin.listOffsets(wanted).all()).values().forEach(info -> offsets.add(info.offset()));
        return offsets.stream().mapToLong(Long::longValue).sum();
    }
}

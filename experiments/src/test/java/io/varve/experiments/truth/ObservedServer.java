// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.truth;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.core.retention.RetentionConfig;
import io.varve.core.retention.RetentionExplanation;
import io.varve.core.retention.SegmentFate;
import io.varve.core.spi.Segment;
import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.scenario.TopicSpec;
import io.varve.experiments.server.LoopbackServer;
import io.varve.s3server.EmbeddedS3;
import io.varve.server.clock.ClockClient;
import io.varve.server.command.ClientAnswer;
import io.varve.server.explanation.RetentionClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * Runs a server with a clock of its own, has a Kafka client write a scenario's traffic to its only topic, and
 * notes what the server shows. The clock jumps from one check of retention to the next, for each jump ends
 * with a check.
 */
final class ObservedServer implements AutoCloseable {
    static final int RECORDS_PER_SECOND = 20;
    private static final long MINUTE = 60_000;
    private static final long STEP = RetentionConfig.DEFAULT.checkIntervalMs();

    private final TopicSpec topic;
    private final Map<String, String> settings;
    private final Scenario scenario;
    private final Optional<EmbeddedS3> bucket;
    private final LoopbackServer server;
    private final Admin admin;
    private final RetentionClient retention;
    private final KafkaProducer<byte[], byte[]> producer;

    /**
     * Holds what a server showed at a moment.
     *
     * @param localBytes bytes on this machine
     * @param remoteBytes bytes of all objects
     * @param oldestAgeMs age of the oldest readable record
     * @param deletedShare share of the records written so far that were deleted
     */
    record Seen(long localBytes, long remoteBytes, long oldestAgeMs, double deletedShare) {}

    /**
     * Holds what a server showed in a run.
     *
     * @param samples by the time since the begin in ms
     * @param records that were written
     */
    record Observed(Map<Long, Seen> samples, long records) {}

    /** @param home an empty directory */
    ObservedServer(Scenario scenario, Path home, boolean tiered) throws IOException {
        this.scenario = scenario;
        topic = scenario.traffic().topics().get(0);
        settings = scenario.policies().get(0).settingsOf(topic);
        bucket = tiered ? Optional.of(EmbeddedS3.inMemory()) : Optional.empty();
        List<String> properties = new ArrayList<>(List.of("clock=virtual"));
        bucket.ifPresent(s3 -> properties.addAll(List.of(
                "storage.backend=s3",
                "s3.hot.backend=file",
                "s3.compression.type=none",
                "s3.delete.delay.ms=540000",
                "s3.endpoint=" + s3.endpoint(),
                "s3.bucket=" + s3.bucket(),
                "s3.access.key.id=" + s3.accessKey(),
                "s3.secret.access.key=" + s3.secretKey())));
        server = new LoopbackServer(home, properties.toArray(String[]::new));
        admin = Admin.create(server.client());
        retention = new RetentionClient(admin);
        producer = producer(server);
    }

    private static KafkaProducer<byte[], byte[]> producer(LoopbackServer server) {
        Properties settings = server.client();
        // A batch is sent when it is flushed, not before.
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 60_000);
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 1 << 20);
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Plays the scenario. */
    Observed play() {
        ClockClient clock = new ClockClient(admin);
        server.createTopic(topic.name(), topic.partitions(), settings);
        long start = clock.read().ms();
        Map<Long, Seen> samples = new HashMap<>();
        for (long done = STEP; done <= scenario.timing().durationMs(); done += STEP) {
            for (long before = STEP; before > 0; before -= MINUTE) {
                write(start + done - before);
            }
            clock.advance(Math.max(0, start + done - clock.read().ms()));
            if (bucket.isPresent()) {
                awaitUploads();
            }
            samples.put(done, look(start + done));
        }
        return new Observed(samples, offsets(OffsetSpec.latest()));
    }

    /** Writes what a minute brings, evenly over partitions and sizes. */
    private void write(long fromMs) {
        int count = (int) (RECORDS_PER_SECOND * MINUTE / 1000);
        for (int i = 0; i < count; i++) {
            long time = fromMs + i * MINUTE / count;
            byte[] value = new byte[100 + (i * 68) % 201];
            producer.send(new ProducerRecord<>(topic.name(), i % topic.partitions(), time, null, value));
        }
        producer.flush();
    }

    private List<Segment> segments() {
        return retention.explain(topic.name()).stream()
                .flatMap(partition -> partition.plan().fates().stream())
                .map(SegmentFate::segment)
                .toList();
    }

    /** The server's clock has jumped, but uploads take real time. */
    private void awaitUploads() {
        Await.until(
                "all sealed segments are uploaded",
                () -> segments().stream().noneMatch(segment -> segment.sealed() && !segment.isRemote()));
    }

    private Seen look(long nowMs) {
        long oldest = Long.MAX_VALUE;
        long local = 0;
        for (RetentionExplanation partition : retention.explain(topic.name())) {
            oldest = Math.min(oldest, nowMs - partition.firstTimestamps().get(0));
            local += partition.plan().fates().stream()
                    .map(SegmentFate::segment)
                    .filter(Segment::isLocal)
                    .mapToLong(Segment::bytes)
                    .sum();
        }
        assertThat(local).as("what any Kafka client sees").isEqualTo(logDirBytes());
        double deleted = offsets(OffsetSpec.earliest()) / (double) offsets(OffsetSpec.latest());
        return new Seen(local, bucket.map(ObservedServer::storedBytes).orElse(0L), oldest, deleted);
    }

    private static long storedBytes(EmbeddedS3 s3) {
        return s3.keys("").stream().mapToLong(key -> bytes(s3, key)).sum();
    }

    private static long bytes(EmbeddedS3 s3, String key) {
        try {
            return s3.read(key).length;
        } catch (NoSuchKeyException e) {
            return 0; // it went since it was listed
        }
    }

    private long logDirBytes() {
        int broker = ClientAnswer.await(admin.describeCluster().controller()).id();
        Map<String, LogDirDescription> directories = ClientAnswer.await(
                        admin.describeLogDirs(List.of(broker)).allDescriptions())
                .get(broker);
        long bytes = 0;
        for (LogDirDescription directory : directories.values()) {
            for (Map.Entry<TopicPartition, ReplicaInfo> replica :
                    directory.replicaInfos().entrySet()) {
                bytes += replica.getKey().topic().equals(topic.name())
                        ? replica.getValue().size()
                        : 0;
            }
        }
        return bytes;
    }

    private long offsets(OffsetSpec which) {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        for (int i = 0; i < topic.partitions(); i++) {
            wanted.put(new TopicPartition(topic.name(), i), which);
        }
        return ClientAnswer.await(admin.listOffsets(wanted).all()).values().stream()
                .mapToLong(info -> info.offset())
                .sum();
    }

    @Override
    public void close() throws IOException {
        producer.close();
        admin.close();
        server.close();
        if (bucket.isPresent()) {
            bucket.get().close();
        }
    }
}

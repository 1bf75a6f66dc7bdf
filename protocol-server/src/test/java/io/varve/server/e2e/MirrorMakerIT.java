// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mirrors a topic of a Kafka by MirrorMaker, with a group's offsets: the group then goes on here. */
@OnlyOnFiles(because = "a worker is a client: it produces, fetches and commits as others do on every backend")
class MirrorMakerIT {
    private static final String TOPIC = "orders";
    private static final String MIRRORED = "kafka.orders";
    private static final String GROUP = "readers";
    private static final int PARTITIONS = 2;
    private static final int READ_THERE = 120;
    private static final int READ_HERE = 40;

    @TempDir
    Path directory;

    @Test
    void aGroupGoesOnHereWhereItEndedInKafka() throws Exception {
        Path own = Files.createDirectory(directory.resolve("own"));
        Path theirs = Files.createDirectory(directory.resolve("kafka"));
        try (Broker kafka = KafkaBroker.format(theirs).start();
                Broker server = Server.start(own, "offsets.topic.num.partitions=4")) {
            create(kafka);
            List<String> sent = new ArrayList<>();
            send(kafka, READ_THERE, sent);
            assertThat(read(kafka, TOPIC, READ_THERE)).containsExactlyInAnyOrderElementsOf(sent);
            try (ChildProcess mirror = start(kafka, server)) {
                Await.until("translated offsets", () -> committed(server) == READ_THERE);
                send(kafka, READ_HERE, sent);
                Await.until("all records", () -> mirrored(server) == sent.size());
                mirror.process().destroy();
                mirror.exitWithin(Duration.ofSeconds(60));
            }
            // The topic came with its settings, and the records in their partitions, in order.
            assertThat(contents(server, MIRRORED)).isEqualTo(contents(kafka, TOPIC));
            assertThat(retentionMs(server)).isEqualTo("777000000");
            assertThat(read(server, MIRRORED, READ_HERE))
                    .containsExactlyInAnyOrderElementsOf(sent.subList(READ_THERE, sent.size()));
        }
    }

    private ChildProcess start(Broker kafka, Broker server) throws Exception {
        Path config = Files.writeString(directory.resolve("mm2.properties"), """
                clusters=kafka, varve
                kafka.bootstrap.servers=%s
                varve.bootstrap.servers=%s
                kafka->varve.enabled=true
                kafka->varve.topics=%s
                kafka->varve.groups=%s
                kafka->varve.sync.group.offsets.enabled=true
                varve->kafka.enabled=false
                emit.heartbeats.enabled=false
                replication.factor=1
                checkpoints.topic.replication.factor=1
                heartbeats.topic.replication.factor=1
                offset-syncs.topic.replication.factor=1
                offset.storage.replication.factor=1
                status.storage.replication.factor=1
                config.storage.replication.factor=1
                # Each record's offset is translated exactly, and all is looked for often.
                offset.lag.max=0
                emit.checkpoints.interval.seconds=1
                sync.group.offsets.interval.seconds=1
                refresh.groups.interval.seconds=1
                refresh.topics.interval.seconds=5
                sync.topic.configs.interval.seconds=5
                offset.storage.partitions=1
                status.storage.partitions=1
                varve.offset.flush.interval.ms=500
                varve.plugin.discovery=service_load
                """.formatted(
                        kafka.bootstrap(), server.bootstrap(), TOPIC, GROUP));
        return ChildProcess.start("bin/connect-mirror-maker.sh", config.toString());
    }

    private static void create(Broker kafka) throws Exception {
        try (Admin admin = JavaClientsIT.admin(kafka)) {
            NewTopic topic = new NewTopic(TOPIC, PARTITIONS, (short) 1).configs(Map.of("retention.ms", "777000000"));
            admin.createTopics(List.of(topic)).all().get();
        }
    }

    private static void send(Broker kafka, int records, List<String> sent) {
        try (Producer<String, String> producer = JavaClientsIT.producer(kafka, Map.of())) {
            for (int i = 0; i < records; i++) {
                String value = "order " + sent.size();
                producer.send(new ProducerRecord<>(TOPIC, i % PARTITIONS, null, value));
                sent.add(value);
            }
        }
    }

    /** Reads in the group, and commits what was read. */
    private static List<String> read(Broker broker, String topic, int records) {
        List<String> read = new ArrayList<>();
        try (Consumer<String, String> consumer = consumer(broker)) {
            consumer.subscribe(List.of(topic));
            Await.until(records + " records of " + topic, () -> {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                    read.add(record.value());
                }
                return read.size() >= records;
            });
            consumer.commitSync();
        }
        return read;
    }

    private static Consumer<String, String> consumer(Broker broker) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrap(),
                        "group.id",
                        GROUP,
                        "enable.auto.commit",
                        "false",
                        "auto.offset.reset",
                        "earliest"),
                new StringDeserializer(),
                new StringDeserializer());
    }

    private static Map<Integer, List<String>> contents(Broker broker, String topic) {
        Map<Integer, List<String>> contents = new HashMap<>();
        try (Consumer<String, String> consumer = consumer(broker)) {
            List<TopicPartition> partitions = partitions(topic);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
                    contents.computeIfAbsent(record.partition(), each -> new ArrayList<>())
                            .add(record.value());
                }
            }
        }
        return contents;
    }

    private static List<TopicPartition> partitions(String topic) {
        return List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
    }

    /** @return the sum of the group's offsets that MirrorMaker has committed here */
    private static long committed(Broker server) {
        try (Admin admin = JavaClientsIT.admin(server)) {
            return admin.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata().get().values().stream()
                    .mapToLong(OffsetAndMetadata::offset)
                    .sum();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long mirrored(Broker server) {
        try (Consumer<String, String> consumer = consumer(server)) {
            return consumer.endOffsets(partitions(MIRRORED)).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    private static String retentionMs(Broker server) throws Exception {
        try (Admin admin = JavaClientsIT.admin(server)) {
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, MIRRORED);
            return admin.describeConfigs(List.of(resource))
                    .all()
                    .get()
                    .get(resource)
                    .get("retention.ms")
                    .value();
        }
    }
}

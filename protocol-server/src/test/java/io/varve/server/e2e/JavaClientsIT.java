// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the Java clients of Kafka 4.3: producer, consumer with both group protocols, admin. */
@ExtendWith(SharedServer.class)
class JavaClientsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void anIdempotentProducersRecordsComeBackInOrder(String codec, Server server) throws Exception {
        String topic = "java-" + codec;
        List<String> values = values(2_000);
        try (Producer<String, String> producer =
                producer(server, Map.of("compression.type", codec, "enable.idempotence", true, "linger.ms", 2))) {
            assertThat(send(producer, topic, values)).isEqualTo(offsets(2_000));
        }
        try (Consumer<String, String> consumer = consumer(server, Map.of())) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            consumer.seekToBeginning(consumer.assignment());
            assertThat(consume(consumer, values.size())).isEqualTo(values);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "all"})
    void everyAcksSettingDelivers(String acks, Server server) throws Exception {
        String topic = "java-acks-" + acks;
        List<String> values = values(100);
        try (Producer<String, String> producer = producer(server, Map.of("acks", acks, "enable.idempotence", false))) {
            send(producer, topic, values);
        }
        try (Consumer<String, String> consumer = consumer(server, Map.of())) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            consumer.seekToBeginning(consumer.assignment());
            assertThat(consume(consumer, values.size())).isEqualTo(values);
        }
    }

    /** Whoever was answered can read what was written, also another client. */
    @ParameterizedTest
    @ValueSource(strings = {"1", "all"})
    void whatWasAcknowledgedIsSeenAtOnce(String acks, Server server) throws Exception {
        TopicPartition partition = new TopicPartition("java-seen-" + acks, 0);
        try (Producer<String, String> producer = producer(server, Map.of("acks", acks, "enable.idempotence", false));
                Consumer<String, String> consumer = consumer(server, Map.of())) {
            consumer.assign(List.of(partition));
            for (int i = 0; i < 500; i++) {
                Future<RecordMetadata> last = null;
                for (int record = 0; record <= i % 3; record++) {
                    last = producer.send(new ProducerRecord<>(partition.topic(), 0, null, "v"));
                }
                long acknowledged = last.get().offset();
                assertThat(consumer.endOffsets(List.of(partition)).get(partition))
                        .isGreaterThan(acknowledged);
                if (i % 50 == 0) {
                    consumer.seek(partition, acknowledged);
                    assertThat(consumer.poll(PATIENCE).iterator().next().offset())
                            .isEqualTo(acknowledged);
                }
            }
        }
    }

    /**
     * The consumer goes on asking for the deleted one; if that ended the wait for the other it would ask
     * thousands of times a second.
     */
    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void aDeletedTopicDoesNotMakeItsConsumerSpin(String protocol, Server server) throws Exception {
        TopicPartition gone = new TopicPartition("java-gone-" + protocol, 0);
        TopicPartition kept = new TopicPartition("java-kept-" + protocol, 0);
        Map<String, Object> settings = Map.of("group.protocol", protocol, "allow.auto.create.topics", false);
        try (Admin admin = admin(server);
                Producer<String, String> producer = producer(server, Map.of());
                Consumer<String, String> consumer = consumer(server, settings)) {
            producer.send(new ProducerRecord<>(gone.topic(), 0, null, "one")).get();
            producer.send(new ProducerRecord<>(kept.topic(), 0, null, "two")).get();
            consumer.assign(List.of(gone, kept));
            consumer.seekToBeginning(consumer.assignment());
            assertThat(consume(consumer, 2)).containsExactlyInAnyOrder("one", "two");
            admin.deleteTopics(List.of(gone.topic())).all().get();

            double before = fetches(consumer);
            long begun = System.nanoTime();
            long end = begun + Duration.ofSeconds(2).toNanos();
            long deadline = begun + PATIENCE.toNanos();
            while (System.nanoTime() < end || fetches(consumer) - before < 2 && System.nanoTime() < deadline) {
                assertThat(consumer.poll(Duration.ofMillis(200))).isEmpty();
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            assertThat(fetches(consumer) - before).isBetween(2.0, 30 * seconds);
            producer.send(new ProducerRecord<>(kept.topic(), 0, null, "three")).get();
            assertThat(consume(consumer, 1)).containsExactly("three");
        }
    }

    private static double fetches(Consumer<String, String> consumer) {
        return consumer.metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals("fetch-total"))
                .mapToDouble(metric -> (Double) metric.metricValue())
                .sum();
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void aGroupSharesPartitionsAndGoesOnWhereItCommitted(String protocol, Server server) throws Exception {
        String topic = "java-group-" + protocol;
        String group = "java-" + protocol;
        Map<String, Object> settings = Map.of("group.id", group, "group.protocol", protocol);
        try (Admin admin = admin(server);
                Producer<String, String> producer = producer(server, Map.of())) {
            admin.createTopics(List.of(new NewTopic(topic, 4, (short) 1))).all().get();
            for (int i = 0; i < 400; i++) {
                producer.send(new ProducerRecord<>(topic, i % 4, null, "v" + i));
            }
            producer.flush();
            try (Consumer<String, String> one = consumer(server, settings);
                    Consumer<String, String> two = consumer(server, settings)) {
                one.subscribe(List.of(topic));
                two.subscribe(List.of(topic));
                awaitBothAssigned(one, two);
                one.commitSync(Map.of());
            }
            try (Consumer<String, String> consumer = consumer(server, settings)) {
                consumer.subscribe(List.of(topic));
                assertThat(consume(consumer, 400)).hasSize(400).doesNotHaveDuplicates();
                consumer.commitSync();
            }
            producer.send(new ProducerRecord<>(topic, 2, null, "late")).get();
            try (Consumer<String, String> consumer = consumer(server, settings)) {
                consumer.subscribe(List.of(topic));
                assertThat(consume(consumer, 1)).containsExactly("late");
            }
            assertThat(admin.listConsumerGroupOffsets(group)
                            .partitionsToOffsetAndMetadata()
                            .get())
                    .hasSize(4)
                    .allSatisfy(
                            (partition, offset) -> assertThat(offset.offset()).isEqualTo(100));
            assertThat(admin.describeConsumerGroups(List.of(group))
                            .all()
                            .get()
                            .get(group)
                            .groupState())
                    .isEqualTo(GroupState.EMPTY);
            admin.deleteConsumerGroups(List.of(group)).all().get();
        }
    }

    @Test
    void aConsumerWaitsForRecordsThatComeLater(Server server) throws Exception {
        String topic = "java-later";
        try (Producer<String, String> producer = producer(server, Map.of());
                Consumer<String, String> consumer =
                        consumer(server, Map.of("fetch.max.wait.ms", 120_000, "request.timeout.ms", 150_000))) {
            send(producer, topic, List.of("first"));
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            consumer.seekToBeginning(consumer.assignment());
            assertThat(consume(consumer, 1)).containsExactly("first");
            assertThat(consumer.poll(Duration.ofMillis(100))).isEmpty();
            long before = System.nanoTime();
            send(producer, topic, List.of("second"));
            assertThat(consume(consumer, 1)).containsExactly("second");
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(100));
            // The fetch that waits for more would hold up the consumer's end.
            send(producer, topic, List.of("third"));
        }
    }

    @Test
    void adminManagesTopics(Server server) throws Exception {
        String topic = "java-admin";
        try (Admin admin = admin(server)) {
            NewTopic wanted = new NewTopic(topic, 2, (short) 1).configs(Map.of("max.message.bytes", "5000"));
            admin.createTopics(List.of(wanted)).all().get();
            assertThatThrownBy(() -> admin.createTopics(List.of(wanted)).all().get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TopicExistsException.class);
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(5)))
                    .all()
                    .get();
            assertThat(admin.describeTopics(List.of(topic))
                            .allTopicNames()
                            .get()
                            .get(topic)
                            .partitions())
                    .hasSize(5)
                    .allSatisfy(partition -> assertThat(partition.leader().id()).isEqualTo(1));
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            admin.incrementalAlterConfigs(Map.of(
                            resource,
                            List.of(new AlterConfigOp(
                                    new ConfigEntry("retention.ms", "60000"), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
            var configs = admin.describeConfigs(List.of(resource)).all().get().get(resource);
            assertThat(configs.get("retention.ms").value()).isEqualTo("60000");
            assertThat(configs.get("max.message.bytes").value()).isEqualTo("5000");
            assertThat(admin.listOffsets(Map.of(new TopicPartition(topic, 4), OffsetSpec.latest()))
                            .partitionResult(new TopicPartition(topic, 4))
                            .get()
                            .offset())
                    .isZero();
            assertThat(admin.describeCluster().nodes().get()).singleElement().satisfies(node -> {
                assertThat(node.id()).isEqualTo(1);
                assertThat(node.port()).isEqualTo(server.port());
            });
            admin.deleteTopics(List.of(topic)).all().get();
            assertThat(admin.listTopics().names().get()).doesNotContain(topic);
        }
    }

    /** Both poll until each has partitions and between them they have all four. */
    private static void awaitBothAssigned(Consumer<String, String> one, Consumer<String, String> two) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Set<TopicPartition> all = new HashSet<>();
        while (one.assignment().size() != 2 || two.assignment().size() != 2 || all.size() != 4) {
            assertThat(System.nanoTime()).as("time").isLessThan(deadline);
            one.poll(Duration.ofMillis(50));
            two.poll(Duration.ofMillis(50));
            all.clear();
            all.addAll(one.assignment());
            all.addAll(two.assignment());
        }
    }

    static Admin admin(Broker server) {
        return Admin.create(Map.of("bootstrap.servers", server.bootstrap()));
    }

    static Producer<String, String> producer(Broker server, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("bootstrap.servers", server.bootstrap());
        return new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
    }

    static Consumer<String, String> consumer(Broker server, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>();
        all.put("auto.offset.reset", "earliest");
        all.put("enable.auto.commit", false);
        all.putAll(settings);
        all.put("bootstrap.servers", server.bootstrap());
        return new KafkaConsumer<>(all, new StringDeserializer(), new StringDeserializer());
    }

    static List<Long> send(Producer<String, String> producer, String topic, List<String> values) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        values.forEach(value -> sent.add(producer.send(new ProducerRecord<>(topic, value))));
        producer.flush();
        List<Long> offsets = new ArrayList<>();
        for (Future<RecordMetadata> future : sent) {
            offsets.add(future.get().offset());
        }
        return offsets;
    }

    static List<String> consume(Consumer<String, String> consumer, int count) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        List<String> values = new ArrayList<>();
        while (values.size() < count) {
            assertThat(System.nanoTime())
                    .as("time, with %s of %s records", values.size(), count)
                    .isLessThan(deadline);
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(500))) {
                values.add(record.value());
            }
        }
        return values;
    }

    static List<String> values(int count) {
        return IntStream.range(0, count).mapToObj(i -> "value-" + i).toList();
    }

    private static List<Long> offsets(int count) {
        return IntStream.range(0, count).mapToObj(i -> (long) i).toList();
    }
}

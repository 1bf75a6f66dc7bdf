// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.api.ServedBroker;
import io.varve.server.group.GroupsFixture;
import io.varve.server.net.NetServer;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs Kafka's own consumer and admin client in groups of either protocol, over a socket. */
class GroupClientsTest {
    private static final int PARTITIONS = 4;

    private final GroupsFixture broker = new GroupsFixture();
    private NetServer server;
    private Map<String, Object> client;
    private Admin admin;

    @BeforeEach
    void start() {
        server = ServedBroker.on(broker);
        client = Map.of("bootstrap.servers", "127.0.0.1:" + ServedBroker.port(server), "retry.backoff.ms", 10);
        admin = Admin.create(client);
        broker.topic("t", PARTITIONS);
    }

    @AfterEach
    void close() {
        admin.close();
        server.close();
        broker.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void consumersShareATopicAndTheNextGoesOnWhereTheyLeft(String protocol) throws Exception {
        produce(100);
        try (KafkaConsumer<String, String> first = consumer(protocol)) {
            first.subscribe(List.of("t"));
            Set<String> read = poll(first, 100);
            assertThat(read).hasSize(100);
            first.commitSync();
            try (KafkaConsumer<String, String> second = consumer(protocol)) {
                second.subscribe(List.of("t"));
                TestClient.until(
                        sizes -> sizes.equals(List.of(PARTITIONS / 2, PARTITIONS / 2)), () -> owned(first, second));
                ConsumerGroupDescription described =
                        admin.describeConsumerGroups(List.of("g")).all().get().get("g");
                assertThat(described.groupState()).isEqualTo(GroupState.STABLE);
                assertThat(described.members()).hasSize(2);
            }
        }
        produce(10);
        try (KafkaConsumer<String, String> next = consumer(protocol)) {
            next.subscribe(List.of("t"));
            assertThat(poll(next, 10)).hasSize(10);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void adminsListChangeAndDeleteGroups(String protocol) throws Exception {
        produce(20);
        try (KafkaConsumer<String, String> consumer = consumer(protocol)) {
            consumer.subscribe(List.of("t"));
            poll(consumer, 20);
            consumer.commitSync();
        }
        assertThat(admin.listGroups().all().get())
                .extracting(group -> group.groupId())
                .containsExactly("g");
        TopicPartition partition = new TopicPartition("t", 0);
        admin.alterConsumerGroupOffsets("g", Map.of(partition, new OffsetAndMetadata(3)))
                .all()
                .get();
        assertThat(offsets().get(partition).offset()).isEqualTo(3);
        admin.deleteConsumerGroupOffsets("g", Set.of(partition)).all().get();
        assertThat(offsets()).doesNotContainKey(partition).hasSize(PARTITIONS - 1);
        admin.deleteConsumerGroups(List.of("g")).all().get();
        assertThat(admin.listGroups().all().get()).isEmpty();
    }

    private Map<TopicPartition, OffsetAndMetadata> offsets() throws ExecutionException, InterruptedException {
        return admin.listConsumerGroupOffsets("g")
                .partitionsToOffsetAndMetadata()
                .get();
    }

    private void produce(int records) {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(client, new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>("t", i % PARTITIONS, null, "v" + i));
            }
        }
    }

    private KafkaConsumer<String, String> consumer(String protocol) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("group.id", "g");
        settings.put("group.protocol", protocol);
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", false);
        if (protocol.equals("classic")) {
            settings.put("heartbeat.interval.ms", 100);
        }
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    private static List<Integer> owned(KafkaConsumer<?, ?> first, KafkaConsumer<?, ?> second) {
        first.poll(Duration.ofMillis(20));
        second.poll(Duration.ofMillis(20));
        return List.of(first.assignment().size(), second.assignment().size());
    }

    private static Set<String> poll(KafkaConsumer<String, String> consumer, int wanted) {
        Set<String> read = new HashSet<>();
        TestClient.until(count -> count >= wanted, () -> {
            consumer.poll(Duration.ofMillis(100)).forEach(record -> read.add(record.value()));
            return read.size();
        });
        return read;
    }
}

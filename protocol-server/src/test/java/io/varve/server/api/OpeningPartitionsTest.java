// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.server.api.group.TestClient;
import io.varve.server.group.GroupsFixture;
import io.varve.server.metadata.SlowOpeningStorage;
import io.varve.server.net.NetServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Runs Kafka's own clients against a server that still opens partitions. */
class OpeningPartitionsTest {
    private static final String TOPIC = "orders";
    private static final int PARTITIONS = 3;

    private final SlowOpeningStorage.Gate gate = new SlowOpeningStorage.Gate();
    private final GroupsFixture broker = new GroupsFixture(gate, Map.of());
    private NetServer server = ServedBroker.on(broker);

    @AfterEach
    void close() {
        gate.release();
        server.close();
        broker.close();
    }

    private Map<String, Object> client(Map<String, Object> more) {
        Map<String, Object> settings = new java.util.HashMap<>(more);
        settings.put("bootstrap.servers", "127.0.0.1:" + ServedBroker.port(server));
        settings.put("request.timeout.ms", 10_000);
        return settings;
    }

    private KafkaProducer<String, String> producer() {
        return new KafkaProducer<>(client(Map.of("linger.ms", 0)), new StringSerializer(), new StringSerializer());
    }

    private KafkaConsumer<String, String> consumer() {
        return new KafkaConsumer<>(
                client(Map.of("auto.offset.reset", "earliest", "group.id", "g", "enable.auto.commit", false)),
                new StringDeserializer(),
                new StringDeserializer());
    }

    private static Future<RecordMetadata> send(KafkaProducer<String, String> producer, int partition, String value) {
        return producer.send(new ProducerRecord<>(TOPIC, partition, null, value));
    }

    private void fill() throws Exception {
        broker.topic(TOPIC, PARTITIONS);
        try (KafkaProducer<String, String> producer = producer();
                KafkaConsumer<String, String> consumer = consumer()) {
            for (int p = 0; p < PARTITIONS; p++) {
                send(producer, p, "before-" + p).get();
            }
            consumer.commitSync(Map.of(new TopicPartition(TOPIC, 0), new OffsetAndMetadata(1)));
        }
    }

    private void restartHolding(String topic, int partition) {
        gate.hold(id -> id.topic().equals(topic) && id.partition() == partition);
        server.close();
        broker.restart();
        server = ServedBroker.on(broker);
    }

    @Test
    void clientsUseOpenPartitionsAndWaitForTheOthers() throws Exception {
        fill();
        restartHolding(TOPIC, 1);
        List<String> read = new ArrayList<>();
        try (KafkaProducer<String, String> producer = producer();
                KafkaConsumer<String, String> consumer = consumer();
                Admin admin = Admin.create(client(Map.of()))) {
            assertThat(admin.describeTopics(List.of(TOPIC))
                            .allTopicNames()
                            .get()
                            .get(TOPIC)
                            .partitions())
                    .extracting(partition ->
                            partition.leader() == null || partition.leader().isEmpty())
                    .containsExactly(false, true, false);
            List<TopicPartition> all = IntStream.range(0, PARTITIONS)
                    .mapToObj(p -> new TopicPartition(TOPIC, p))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Future<RecordMetadata> waiting = send(producer, 1, "after-1");
            send(producer, 0, "after-0").get(60, TimeUnit.SECONDS);
            send(producer, 2, "after-2").get(60, TimeUnit.SECONDS);
            poll(consumer, read, 4);
            assertThat(read).containsExactlyInAnyOrder("before-0", "after-0", "before-2", "after-2");
            assertThat(waiting.isDone()).isFalse();
            gate.release();
            assertThat(waiting.get(60, TimeUnit.SECONDS).offset()).isEqualTo(1);
            poll(consumer, read, 6);
            assertThat(read).contains("before-1", "after-1");
        }
    }

    @Test
    void groupsWaitUntilTheirTopicIsOpen() throws Exception {
        fill();
        restartHolding("__consumer_offsets", 2);
        try (KafkaConsumer<String, String> consumer = consumer()) {
            assertThat(broker.groups.find("g")).isCompletedExceptionally();
            TopicPartition first = new TopicPartition(TOPIC, 0);
            consumer.assign(List.of(first));
            gate.release();
            assertThat(consumer.committed(java.util.Set.of(first), Await.PATIENCE))
                    .containsEntry(first, new OffsetAndMetadata(1));
        }
    }

    private static void poll(KafkaConsumer<String, String> consumer, List<String> read, int wanted) {
        TestClient.until(count -> count >= wanted, () -> {
            consumer.poll(Duration.ofMillis(100)).forEach(record -> read.add(record.value()));
            return read.size();
        });
    }
}

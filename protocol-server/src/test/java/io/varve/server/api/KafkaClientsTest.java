// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.server.group.GroupsFixture;
import io.varve.server.net.NetServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs Kafka's own producer, consumer and admin client against the log APIs, over a socket. */
class KafkaClientsTest {
    private final GroupsFixture broker = new GroupsFixture();
    private NetServer server;
    private Map<String, Object> client;
    private Admin admin;

    @BeforeEach
    void start() {
        server = ServedBroker.on(broker);
        int port = ServedBroker.port(server);
        client = Map.of("bootstrap.servers", "127.0.0.1:" + port, "request.timeout.ms", 10_000);
        admin = Admin.create(client);
    }

    @AfterEach
    void close() {
        admin.close();
        server.close();
        broker.close();
    }

    @Test
    void oneSessionReadsHundredsOfPartitionsWhileTheyGrow() throws Exception {
        int partitions = 300;
        create(new NewTopic("wide", partitions, (short) 1));
        try (KafkaProducer<String, String> producer = producer(Map.of());
                KafkaConsumer<String, String> consumer = consumer(Map.of("fetch.max.wait.ms", 2_000))) {
            List<TopicPartition> all = new ArrayList<>();
            for (int i = 0; i < partitions; i++) {
                all.add(new TopicPartition("wide", i));
            }
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<Integer, List<String>> expected = new TreeMap<>();
            Map<Integer, List<String>> read = new TreeMap<>();
            for (int round = 0; round < 3; round++) {
                for (int i = round; i < partitions; i += 1 + round) {
                    producer.send(new ProducerRecord<>("wide", i, null, "r" + round));
                    expected.computeIfAbsent(i, key -> new ArrayList<>()).add("r" + round);
                }
                producer.flush();
                int wanted = expected.values().stream().mapToInt(List::size).sum();
                for (ConsumerRecord<String, String> record : take(consumer, wanted - size(read))) {
                    read.computeIfAbsent(record.partition(), key -> new ArrayList<>())
                            .add(record.value());
                }
            }
            assertThat(read).isEqualTo(expected);
        }
    }

    @Test
    void tooSmallLimitsStillLetAConsumerGetOn() throws Exception {
        create(new NewTopic("t", 2, (short) 1));
        try (KafkaProducer<String, String> producer = producer(Map.of("batch.size", 0));
                KafkaConsumer<String, String> consumer =
                        consumer(Map.of("max.partition.fetch.bytes", 1, "fetch.max.bytes", 1))) {
            for (int i = 0; i < 20; i++) {
                producer.send(new ProducerRecord<>("t", i % 2, null, "x".repeat(1000)));
            }
            producer.flush();
            List<TopicPartition> both = List.of(new TopicPartition("t", 0), new TopicPartition("t", 1));
            consumer.assign(both);
            consumer.seekToBeginning(both);
            assertThat(take(consumer, 20)).hasSize(20);
        }
    }

    @Test
    void anIdempotentProducerKeepsItsOrderOverManyBatchesInFlight() throws Exception {
        create(new NewTopic("t", 1, (short) 1));
        TopicPartition partition = new TopicPartition("t", 0);
        try (KafkaProducer<String, String> producer = producer(Map.of("batch.size", 200, "compression.type", "lz4"));
                KafkaConsumer<String, String> consumer = consumer(Map.of("isolation.level", "read_committed"))) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                sent.add(producer.send(new ProducerRecord<>("t", 0, null, "v" + i)));
            }
            for (int i = 0; i < sent.size(); i++) {
                assertThat(sent.get(i).get().offset()).isEqualTo(i);
            }
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            List<ConsumerRecord<String, String>> read = take(consumer, 2000);
            for (int i = 0; i < read.size(); i++) {
                assertThat(read.get(i).value()).isEqualTo("v" + i);
            }
        }
    }

    @Test
    void aRecordTooLargeForItsTopicIsSaidToBe() throws Exception {
        create(new NewTopic("t", 1, (short) 1).configs(Map.of("max.message.bytes", "500")));
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            Future<RecordMetadata> sent = producer.send(new ProducerRecord<>("t", "x".repeat(1000)));
            assertThatThrownBy(sent::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(RecordTooLargeException.class);
        }
    }

    @Test
    void adminFindsOffsetsBySpec() throws Exception {
        create(new NewTopic("t", 1, (short) 1));
        try (KafkaProducer<String, String> producer = producer(Map.of("batch.size", 0))) {
            long[] times = {1_000, 3_000, 2_000};
            for (long time : times) {
                producer.send(new ProducerRecord<>("t", 0, time, null, "v")).get();
            }
        }
        assertThat(offset(OffsetSpec.earliest())).isZero();
        assertThat(offset(OffsetSpec.latest())).isEqualTo(3);
        assertThat(offset(OffsetSpec.forTimestamp(1_500))).isEqualTo(1);
        assertThat(offset(OffsetSpec.forTimestamp(4_000))).isEqualTo(-1);
        assertThat(offset(OffsetSpec.maxTimestamp())).isEqualTo(1);
        assertThat(offset(OffsetSpec.earliestLocal())).isZero();
        assertThat(offset(OffsetSpec.latestTiered())).isEqualTo(-1);
    }

    private long offset(OffsetSpec spec) throws Exception {
        TopicPartition partition = new TopicPartition("t", 0);
        return admin.listOffsets(Map.of(partition, spec))
                .partitionResult(partition)
                .get()
                .offset();
    }

    private void create(NewTopic topic) throws Exception {
        admin.createTopics(List.of(topic)).all().get();
    }

    private static int size(Map<Integer, List<String>> read) {
        return read.values().stream().mapToInt(List::size).sum();
    }

    /** Polls until enough records came; fails after 30 polls without any. */
    private static List<ConsumerRecord<String, String>> take(KafkaConsumer<String, String> consumer, int count) {
        List<ConsumerRecord<String, String>> taken = new ArrayList<>();
        for (int empty = 0; taken.size() < count && empty < 30; empty++) {
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
                taken.add(record);
                empty = 0;
            }
        }
        assertThat(taken).hasSize(count);
        return taken;
    }

    private KafkaProducer<String, String> producer(Map<String, Object> settings) {
        return new KafkaProducer<>(with(settings), new StringSerializer(), new StringSerializer());
    }

    private KafkaConsumer<String, String> consumer(Map<String, Object> settings) {
        return new KafkaConsumer<>(with(settings), new StringDeserializer(), new StringDeserializer());
    }

    private Map<String, Object> with(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(client);
        all.putAll(settings);
        return all;
    }
}

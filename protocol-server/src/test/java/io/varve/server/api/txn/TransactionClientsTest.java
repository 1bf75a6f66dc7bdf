// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.txn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.server.api.ServedBroker;
import io.varve.server.api.group.TestClient;
import io.varve.server.group.GroupsFixture;
import io.varve.server.metadata.MetadataFixture;
import io.varve.server.net.NetServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs Kafka's own transactional producer and admin client over a socket. */
class TransactionClientsTest {
    private static final TopicPartition FIRST = new TopicPartition("t", 0);

    private final GroupsFixture broker = new GroupsFixture();
    private NetServer server;
    private Map<String, Object> client;
    private Admin admin;

    @BeforeEach
    void start() {
        server = ServedBroker.on(broker);
        client = Map.of("bootstrap.servers", "127.0.0.1:" + ServedBroker.port(server), "retry.backoff.ms", 10);
        admin = Admin.create(client);
        broker.topic("t", 3);
    }

    @AfterEach
    void close() {
        admin.close();
        server.close();
        broker.close();
    }

    private KafkaProducer<String, String> producer(String transactionalId, Map<String, Object> overrides) {
        Map<String, Object> config = new HashMap<>(client);
        config.put("transactional.id", transactionalId);
        config.put("max.block.ms", 10_000);
        config.putAll(overrides);
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    private KafkaProducer<String, String> producer(String transactionalId) {
        return producer(transactionalId, Map.of());
    }

    private static void send(KafkaProducer<String, String> producer, int partition, String... values) {
        for (String value : values) {
            producer.send(new ProducerRecord<>("t", partition, null, value));
        }
    }

    /**
     * Flushes before it commits. The producer's thread first checks for unsent records, and then takes the
     * next request. Without the flush it may end the transaction before it has sent records that were added
     * between these two steps.
     */
    private static void commit(KafkaProducer<String, String> producer) {
        producer.flush();
        producer.commitTransaction();
    }

    private String state(String transactionalId) {
        return await(admin.describeTransactions(List.of(transactionalId)).description(transactionalId))
                .state()
                .toString();
    }

    @Test
    void commitsAndAbortsOneTransactionAfterTheOther() {
        try (KafkaProducer<String, String> producer = producer("tx")) {
            producer.initTransactions();
            for (int round = 0; round < 20; round++) {
                producer.beginTransaction();
                for (int partition = 0; partition < 3; partition++) {
                    send(producer, partition, "a" + round, "b" + round);
                }
                if (round % 3 == 0) {
                    producer.abortTransaction();
                } else {
                    commit(producer);
                }
            }
        }
        List<String> expected = new ArrayList<>();
        for (int round = 0; round < 20; round++) {
            if (round % 3 != 0) {
                expected.addAll(List.of("a" + round, "b" + round));
            }
        }
        assertThat(readCommitted(FIRST, expected.size())).isEqualTo(expected);
    }

    private List<String> readCommitted(TopicPartition partition, int count) {
        Map<String, Object> config = new HashMap<>(client);
        config.put("isolation.level", "read_committed");
        config.put("auto.offset.reset", "earliest");
        List<String> read = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(partition));
            TestClient.until(enough -> enough, () -> {
                consumer.poll(Duration.ofMillis(50)).forEach(record -> read.add(record.value()));
                return read.size() >= count;
            });
            consumer.poll(Duration.ofMillis(50)).forEach(record -> read.add(record.value()));
        }
        return read;
    }

    @Test
    void fencesWhoHadTheTransactionalIdBefore() {
        try (KafkaProducer<String, String> old = producer("tx");
                KafkaProducer<String, String> young = producer("tx")) {
            old.initTransactions();
            old.beginTransaction();
            send(old, 0, "a");
            old.flush();
            young.initTransactions();
            young.beginTransaction();
            send(young, 0, "b");
            commit(young);
            assertThatThrownBy(old::commitTransaction)
                    .isInstanceOfAny(ProducerFencedException.class, InvalidProducerEpochException.class);
        }
    }

    @Test
    void commitsOffsetsWithTheTransactionAndNotBefore() {
        try (KafkaProducer<String, String> producer = producer("tx")) {
            producer.initTransactions();
            for (int round = 1; round <= 5; round++) {
                producer.beginTransaction();
                send(producer, 1, "a");
                producer.sendOffsetsToTransaction(Map.of(FIRST, new OffsetAndMetadata(10L * round)), group());
                if (round == 4) {
                    producer.abortTransaction();
                } else {
                    commit(producer);
                }
            }
            TestClient.until(Long.valueOf(50)::equals, this::committed);
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(Map.of(FIRST, new OffsetAndMetadata(99)), group());
            producer.abortTransaction();
            TestClient.until("CompleteAbort"::equals, () -> state("tx"));
            assertThat(committed()).isEqualTo(50);
        }
    }

    private static <T> T await(KafkaFuture<T> future) {
        return MetadataFixture.await(future.toCompletionStage().toCompletableFuture());
    }

    private ConsumerGroupMetadata group() {
        Map<String, Object> config = new HashMap<>(client);
        config.put("group.id", "g");
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            return consumer.groupMetadata();
        }
    }

    private Long committed() {
        Map<TopicPartition, OffsetAndMetadata> offsets =
                await(admin.listConsumerGroupOffsets("g").partitionsToOffsetAndMetadata());
        return offsets.get(FIRST) == null ? null : offsets.get(FIRST).offset();
    }

    @Test
    void showsTransactionsToTheAdminClient() {
        try (KafkaProducer<String, String> producer = producer("shown")) {
            producer.initTransactions();
            producer.beginTransaction();
            send(producer, 2, "a");
            producer.flush();
            assertThat(await(admin.describeTransactions(List.of("shown")).description("shown")))
                    .satisfies(shown -> {
                        assertThat(shown.state()).isEqualTo(TransactionState.ONGOING);
                        assertThat(shown.topicPartitions()).isEqualTo(Set.of(new TopicPartition("t", 2)));
                    });
            assertThat(await(admin.listTransactions().all()))
                    .extracting(TransactionListing::transactionalId)
                    .containsExactly("shown");
            producer.commitTransaction();
        }
    }
}

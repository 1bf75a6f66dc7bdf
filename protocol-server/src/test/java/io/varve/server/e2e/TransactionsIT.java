// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.build.watch.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests transactions of the Java client in both protocols: visibility to consumers, and fencing. */
@ExtendWith(SharedServer.class)
class TransactionsIT {
    /** What a producer is told, by one protocol or the other, whose transaction was aborted. */
    private static final Class<?>[] ABORTED = {
        InvalidProducerEpochException.class,
        ProducerFencedException.class,
        InvalidTxnStateException.class,
        TransactionAbortableException.class,
        TransactionAbortedException.class
    };

    private static final Duration PATIENCE = Await.PATIENCE;
    private static final int PARTITIONS = 3;

    @ParameterizedTest
    @EnumSource
    void consumersOfCommittedRecordsSeeWholeTransactionsOnly(TransactionProtocol protocol, Broker broker)
            throws Exception {
        String topic = topic("whole", protocol, broker);
        try (Producer<String, String> producer = protocol.producer(broker, topic, Map.of())) {
            producer.initTransactions();
            for (int round = 0; round < 6; round++) {
                producer.beginTransaction();
                for (int i = 0; i < 30; i++) {
                    producer.send(new ProducerRecord<>(topic, i % PARTITIONS, null, round + ":" + i));
                }
                // Kafka's producer may else end a transaction whose records it has not sent.
                producer.flush();
                if (round % 2 == 0) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
        }
        awaitNoOpenTransaction(broker, topic);
        Map<TopicPartition, List<String>> committed = read(broker, topic, "read_committed");
        Map<TopicPartition, List<String>> all = read(broker, topic, "read_uncommitted");
        for (int partition = 0; partition < PARTITIONS; partition++) {
            TopicPartition at = new TopicPartition(topic, partition);
            assertThat(committed.get(at)).isEqualTo(values(partition, 2));
            assertThat(all.get(at)).isEqualTo(values(partition, 1));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anOpenTransactionHoldsBackWhatCameAfterIt(TransactionProtocol protocol, Broker broker) throws Exception {
        String topic = topic("held-back", protocol, broker);
        TopicPartition at = new TopicPartition(topic, 0);
        try (Producer<String, String> open = protocol.producer(broker, topic, Map.of());
                Producer<String, String> plain = JavaClientsIT.producer(broker, Map.of());
                Consumer<String, String> consumer = consumer(broker, "read_committed")) {
            plain.send(new ProducerRecord<>(topic, 0, null, "before")).get();
            open.initTransactions();
            open.beginTransaction();
            open.send(new ProducerRecord<>(topic, 0, null, "inside")).get();
            plain.send(new ProducerRecord<>(topic, 0, null, "after")).get();

            consumer.assign(List.of(at));
            assertThat(consumer.endOffsets(List.of(at))).containsEntry(at, 1L);
            assertThat(JavaClientsIT.consume(consumer, 1)).containsExactly("before");
            assertThat(consumer.poll(Duration.ofMillis(300))).isEmpty();
            try (Consumer<String, String> everything = consumer(broker, "read_uncommitted")) {
                assertThat(everything.endOffsets(List.of(at))).containsEntry(at, 3L);
            }
            open.commitTransaction();
            assertThat(JavaClientsIT.consume(consumer, 2)).containsExactly("inside", "after");
            assertThat(consumer.endOffsets(List.of(at))).containsEntry(at, 4L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSecondProducerOfTheSameNameFencesTheFirstAndAbortsWhatItBegan(TransactionProtocol protocol, Broker broker)
            throws Exception {
        String topic = topic("fenced", protocol, broker);
        try (Producer<String, String> first = protocol.producer(broker, topic, Map.of());
                Producer<String, String> second = protocol.producer(broker, topic, Map.of())) {
            first.initTransactions();
            first.beginTransaction();
            first.send(new ProducerRecord<>(topic, 0, null, "first")).get();
            second.initTransactions();
            // What the first began is decided, before the second begins.
            awaitNoOpenTransaction(broker, topic);
            second.beginTransaction();
            second.send(new ProducerRecord<>(topic, 0, null, "second")).get();
            assertThatThrownBy(() -> first.send(new ProducerRecord<>(topic, 0, null, "late"))
                            .get())
                    .hasCauseInstanceOf(InvalidProducerEpochException.class);
            assertThatThrownBy(first::commitTransaction).isInstanceOf(KafkaException.class);
            second.commitTransaction();
        }
        awaitNoOpenTransaction(broker, topic);
        assertThat(read(broker, topic, "read_committed").get(new TopicPartition(topic, 0)))
                .containsExactly("second");
    }

    @ParameterizedTest
    @EnumSource
    void aFencedProducerIsToldSoWhenItCommits(TransactionProtocol protocol, Broker broker) throws Exception {
        String topic = topic("fenced-commit", protocol, broker);
        try (Producer<String, String> first = protocol.producer(broker, topic, Map.of());
                Producer<String, String> second = protocol.producer(broker, topic, Map.of())) {
            first.initTransactions();
            first.beginTransaction();
            first.send(new ProducerRecord<>(topic, 0, null, "first")).get();
            second.initTransactions();
            assertThatThrownBy(first::commitTransaction).isInstanceOf(ProducerFencedException.class);
        }
        awaitNoOpenTransaction(broker, topic);
        assertThat(read(broker, topic, "read_committed").get(new TopicPartition(topic, 0)))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aTransactionThatTakesTooLongIsAborted(TransactionProtocol protocol, Broker broker) throws Exception {
        String topic = topic("too-long", protocol, broker);
        try (Producer<String, String> producer =
                protocol.producer(broker, topic, Map.of("transaction.timeout.ms", 300))) {
            producer.initTransactions();
            producer.beginTransaction();
            sendUnlessAborted(producer, new ProducerRecord<>(topic, 0, null, "slow"));
            sendUnlessAborted(producer, new ProducerRecord<>(topic, 2, null, "slow"));
            awaitNoOpenTransaction(broker, topic);
            assertThatThrownBy(producer::commitTransaction).isInstanceOf(KafkaException.class);
        }
        assertThat(read(broker, topic, "read_committed").values())
                .allSatisfy(values -> assertThat(values).isEmpty());
        // The name is free for the next one.
        try (Producer<String, String> next = protocol.producer(broker, topic, Map.of())) {
            next.initTransactions();
            next.beginTransaction();
            next.send(new ProducerRecord<>(topic, 0, null, "quick")).get();
            next.commitTransaction();
        }
        awaitNoOpenTransaction(broker, topic);
        assertThat(read(broker, topic, "read_committed").get(new TopicPartition(topic, 0)))
                .containsExactly("quick");
    }

    /** On a busy machine the time may be over before the record comes. */
    private static void sendUnlessAborted(Producer<String, String> producer, ProducerRecord<String, String> sent)
            throws InterruptedException {
        try {
            producer.send(sent).get();
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOfAny(ABORTED);
        } catch (KafkaException e) {
            assertThat(e.getCause()).isInstanceOfAny(ABORTED); // the producer knows it from the record before
        }
    }

    @Test
    void refusesATimeoutLongerThanTheServers(Broker broker) {
        try (Producer<String, String> producer = TransactionProtocol.KIP_890.producer(
                broker, "long-timeout", Map.of("transaction.timeout.ms", 16 * 60_000))) {
            // The client has no exception for it, but the broker's words.
            assertThatThrownBy(producer::initTransactions).hasMessageContaining("transaction.max.timeout.ms");
        }
    }

    /** Makes a topic whose name is free, also as a transactional id. */
    static String topic(String name, TransactionProtocol protocol, Broker broker) throws Exception {
        String topic = "transactions-" + name + "-" + protocol;
        try (Admin admin = JavaClientsIT.admin(broker)) {
            admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1)))
                    .all()
                    .get();
        }
        return topic;
    }

    /**
     * Waits until nothing in a topic is undecided: a commit or an abort is answered before its markers are
     * written.
     */
    static void awaitNoOpenTransaction(Broker broker, String topic) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (Consumer<String, String> committed = consumer(broker, "read_committed");
                Consumer<String, String> everything = consumer(broker, "read_uncommitted")) {
            List<TopicPartition> partitions = partitions(committed, topic);
            while (!committed.endOffsets(partitions).equals(everything.endOffsets(partitions))) {
                assertThat(System.nanoTime())
                        .as(() -> "time, with " + producers(broker, partitions))
                        .isLessThan(deadline);
                Thread.onSpinWait();
            }
        }
    }

    private static String producers(Broker broker, List<TopicPartition> partitions) {
        try (Admin admin = JavaClientsIT.admin(broker)) {
            return admin.describeProducers(partitions).all().get().toString();
        } catch (ExecutionException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** All values of a topic that a consumer of this isolation level is shown, in order. */
    static Map<TopicPartition, List<String>> read(Broker broker, String topic, String isolation) {
        Map<TopicPartition, List<String>> values = new TreeMap<>((a, b) -> a.partition() - b.partition());
        try (Consumer<String, String> consumer = consumer(broker, isolation)) {
            List<TopicPartition> partitions = partitions(consumer, topic);
            partitions.forEach(at -> values.put(at, new ArrayList<>()));
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                assertThat(System.nanoTime()).as("time").isLessThan(deadline);
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(200))) {
                    values.get(new TopicPartition(topic, record.partition())).add(record.value());
                }
            }
        }
        return values;
    }

    static Consumer<String, String> consumer(Broker broker, String isolation) {
        // A consumer that is closed waits for what it has asked for last.
        return JavaClientsIT.consumer(broker, Map.of("isolation.level", isolation, "fetch.max.wait.ms", 20));
    }

    static List<TopicPartition> partitions(Consumer<String, String> consumer, String topic) {
        return consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }

    private static List<String> values(int partition, int everyNthRound) {
        List<String> values = new ArrayList<>();
        for (int round = 0; round < 6; round += everyNthRound) {
            for (int i = partition; i < 30; i += PARTITIONS) {
                values.add(round + ":" + i);
            }
        }
        return values;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.build.watch.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests offsets committed in transactions: the offsets and the output become visible together. */
@ExtendWith(SharedServer.class)
class TransactionOffsetsIT {
    private static final Duration PATIENCE = Await.PATIENCE;
    private static final int INPUTS = 200;

    static Stream<Arguments> protocols() {
        return Stream.of(TransactionProtocol.values())
                .flatMap(protocol -> Stream.of("classic", "consumer").map(group -> Arguments.of(protocol, group)));
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void anApplicationThatIsKilledAndStartedAgainTransformsEachInputOnce(
            TransactionProtocol protocol, String groupProtocol, Broker broker) throws Exception {
        String input = TransactionsIT.topic("input-" + groupProtocol, protocol, broker);
        String output = TransactionsIT.topic("output-" + groupProtocol, protocol, broker);
        List<String> inputs = IntStream.range(0, INPUTS).mapToObj(i -> "" + i).toList();
        try (Producer<String, String> producer = JavaClientsIT.producer(broker, Map.of())) {
            for (String value : inputs) {
                producer.send(new ProducerRecord<>(input, Integer.parseInt(value) % 3, null, value));
            }
        }
        Application application = new Application(protocol, groupProtocol, broker, input, output);
        // Dies with a transaction open, in which it has sent and committed offsets; and dies between
        // transactions.
        application.run(INPUTS / 4, true);
        application.run(INPUTS / 4, false);
        application.run(INPUTS, false);

        TransactionsIT.awaitNoOpenTransaction(broker, output);
        assertThat(TransactionsIT.read(broker, output, "read_committed").values().stream()
                        .flatMap(List::stream))
                .containsExactlyInAnyOrderElementsOf(inputs);
        assertThat(TransactionsIT.read(broker, output, "read_uncommitted").values().stream()
                        .mapToInt(List::size)
                        .sum())
                .isGreaterThan(INPUTS);
    }

    @ParameterizedTest
    @EnumSource
    void offsetsAreCommittedWithTheTransactionAndOnlyThen(TransactionProtocol protocol, Broker broker)
            throws Exception {
        String topic = TransactionsIT.topic("offsets", protocol, broker);
        TopicPartition at = new TopicPartition(topic, 1);
        ConsumerGroupMetadata group = noMember(broker, topic);
        try (Producer<String, String> producer = protocol.producer(broker, topic, Map.of())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.sendOffsetsToTransaction(Map.of(at, new OffsetAndMetadata(5, "kept")), group);
            assertThat(committedNow(broker, topic, at)).isNull();
            producer.commitTransaction();
            assertThat(committed(broker, topic, at)).isEqualTo(new OffsetAndMetadata(5, "kept"));

            producer.beginTransaction();
            producer.sendOffsetsToTransaction(Map.of(at, new OffsetAndMetadata(9)), group);
            producer.send(new ProducerRecord<>(topic, 1, null, "aborted")).get();
            assertThat(committedNow(broker, topic, at)).isEqualTo(new OffsetAndMetadata(5, "kept"));
            producer.abortTransaction();
            assertThat(committed(broker, topic, at)).isEqualTo(new OffsetAndMetadata(5, "kept"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMemberTheGroupHasForgottenCommitsNothing(TransactionProtocol protocol, Broker broker) throws Exception {
        String topic = TransactionsIT.topic("forgotten", protocol, broker);
        ConsumerGroupMetadata before = joinAndLeave(broker, topic);
        try (Producer<String, String> producer = protocol.producer(broker, topic, Map.of())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, 0, null, "aborted")).get();
            assertThatThrownBy(() -> {
                        producer.sendOffsetsToTransaction(
                                Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(1)), before);
                        producer.commitTransaction();
                    })
                    .isInstanceOfAny(CommitFailedException.class, KafkaException.class)
                    .hasStackTraceContaining(CommitFailedException.class.getName());
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, 0, null, "goes on")).get();
            producer.commitTransaction();
        }
        TransactionsIT.awaitNoOpenTransaction(broker, topic);
        assertThat(TransactionsIT.read(broker, topic, "read_committed").get(new TopicPartition(topic, 0)))
                .containsExactly("goes on");
        assertThat(committed(broker, topic, new TopicPartition(topic, 0))).isNull();
    }

    /** Who commits to a group without being in it. */
    static ConsumerGroupMetadata noMember(Broker broker, String group) {
        try (Consumer<String, String> consumer = JavaClientsIT.consumer(broker, Map.of("group.id", group))) {
            return consumer.groupMetadata();
        }
    }

    private static ConsumerGroupMetadata joinAndLeave(Broker broker, String topic) {
        try (Consumer<String, String> member = JavaClientsIT.consumer(broker, Map.of("group.id", topic))) {
            member.subscribe(List.of(topic));
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (member.assignment().isEmpty()) {
                assertThat(System.nanoTime()).as("time").isLessThan(deadline);
                member.poll(Duration.ofMillis(50));
            }
            return member.groupMetadata();
        }
    }

    /** What a group has committed by now, whatever open transactions say. */
    private static OffsetAndMetadata committedNow(Broker broker, String group, TopicPartition at) throws Exception {
        try (Admin admin = JavaClientsIT.admin(broker)) {
            return withoutEpoch(admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(at));
        }
    }

    /** What a group has committed once no transaction is about to change it. */
    private static OffsetAndMetadata committed(Broker broker, String group, TopicPartition at) {
        try (Consumer<String, String> consumer = JavaClientsIT.consumer(broker, Map.of("group.id", group))) {
            return withoutEpoch(consumer.committed(Set.of(at), PATIENCE).get(at));
        }
    }

    private static OffsetAndMetadata withoutEpoch(OffsetAndMetadata offset) {
        return offset == null ? null : new OffsetAndMetadata(offset.offset(), offset.metadata());
    }

    /** Copies a topic to another one, and commits offsets and copies together. */
    private record Application(
            TransactionProtocol protocol, String groupProtocol, Broker broker, String input, String output) {
        /**
         * Runs until it has transformed so many inputs, or nothing is left.
         *
         * @param dies true to end in the middle of a transaction, without a word to the server
         */
        void run(int count, boolean dies) {
            Map<String, Object> settings = Map.of(
                    "group.id",
                    input,
                    "group.protocol",
                    groupProtocol,
                    "isolation.level",
                    "read_committed",
                    "max.poll.records",
                    7);
            Producer<String, String> producer = protocol.producer(broker, input, Map.of());
            try (Consumer<String, String> consumer = JavaClientsIT.consumer(broker, settings)) {
                producer.initTransactions();
                consumer.subscribe(List.of(input));
                long deadline = System.nanoTime() + PATIENCE.toNanos();
                int transformed = 0;
                while (transformed < count && !isAtTheEnd(consumer)) {
                    assertThat(System.nanoTime()).as("time").isLessThan(deadline);
                    ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
                    if (!records.isEmpty()) {
                        transformed += records.count();
                        transform(producer, consumer, records, dies && transformed >= count);
                    }
                }
            } finally {
                producer.close(Duration.ZERO);
            }
        }

        private void transform(
                Producer<String, String> producer,
                Consumer<String, String> consumer,
                ConsumerRecords<String, String> records,
                boolean dies) {
            producer.beginTransaction();
            for (ConsumerRecord<String, String> record : records) {
                producer.send(new ProducerRecord<>(output, record.partition(), null, record.value()));
            }
            producer.sendOffsetsToTransaction(records.nextOffsets(), consumer.groupMetadata());
            producer.flush();
            if (!dies) {
                producer.commitTransaction();
            }
        }

        private boolean isAtTheEnd(Consumer<String, String> consumer) {
            return consumer.assignment().size() == 3
                    && consumer.endOffsets(consumer.assignment()).entrySet().stream()
                            .allMatch(end -> consumer.position(end.getKey()) == end.getValue());
        }
    }
}

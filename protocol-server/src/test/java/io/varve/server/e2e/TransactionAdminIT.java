// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.build.watch.Await;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests how the admin client describes transactions and aborts them. */
@ExtendWith(SharedServer.class)
@OnlyOnFiles(because = "what is told of transactions is known to the coordinator and the log, above any storage")
class TransactionAdminIT {
    private static final Duration PATIENCE = Await.PATIENCE;

    @ParameterizedTest
    @EnumSource
    void tellsOfAnOpenTransactionAndOfADecidedOne(TransactionProtocol protocol, Broker broker) throws Exception {
        String topic = TransactionsIT.topic("described", protocol, broker);
        TopicPartition at = new TopicPartition(topic, 2);
        try (Admin admin = JavaClientsIT.admin(broker);
                Producer<String, String> producer =
                        protocol.producer(broker, topic, Map.of("transaction.timeout.ms", 50_000))) {
            producer.initTransactions();
            assertThat(describe(admin, topic).state()).isEqualTo(TransactionState.EMPTY);
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, 2, null, "a")).get();
            producer.send(new ProducerRecord<>(topic, 2, null, "b")).get();
            TransactionDescription open = describe(admin, topic);
            assertThat(open.state()).isEqualTo(TransactionState.ONGOING);
            assertThat(open.topicPartitions()).containsExactly(at);
            assertThat(open.transactionTimeoutMs()).isEqualTo(50_000);
            assertThat(open.producerEpoch()).isZero();
            assertThat(open.coordinatorId()).isNotNegative();
            assertThat(open.transactionStartTimeMs()).isPresent();
            assertThat(producerOf(admin, at)).satisfies(state -> {
                assertThat(state.producerId()).isEqualTo(open.producerId());
                assertThat(state.producerEpoch()).isZero();
                assertThat(state.lastSequence()).isEqualTo(1);
                assertThat(state.currentTransactionStartOffset()).hasValue(0);
                assertThat(state.coordinatorEpoch()).isEmpty();
            });
            assertThat(list(admin, new ListTransactionsOptions().filterStates(Set.of(TransactionState.ONGOING)), topic))
                    .singleElement()
                    .satisfies(listing -> {
                        assertThat(listing.producerId()).isEqualTo(open.producerId());
                        assertThat(listing.state()).isEqualTo(TransactionState.ONGOING);
                    });

            producer.commitTransaction();
            awaitState(admin, topic, TransactionState.COMPLETE_COMMIT);
            TransactionDescription decided = describe(admin, topic);
            assertThat(decided.topicPartitions()).isEmpty();
            assertThat(decided.transactionStartTimeMs()).isEqualTo(open.transactionStartTimeMs());
            // With the newer protocol each transaction has an epoch of its own; the marker carries the next
            // one's.
            int next = protocol == TransactionProtocol.KIP_890 ? 1 : 0;
            assertThat(decided.producerEpoch()).isEqualTo(next);
            assertThat(producerOf(admin, at)).satisfies(state -> {
                assertThat(state.producerEpoch()).isEqualTo(next);
                assertThat(state.currentTransactionStartOffset()).isEmpty();
                assertThat(state.coordinatorEpoch()).hasValue(0);
            });
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, 0, null, "c")).get();
            assertThat(describe(admin, topic).topicPartitions()).containsExactly(new TopicPartition(topic, 0));
            producer.abortTransaction();
            awaitState(admin, topic, TransactionState.COMPLETE_ABORT);
        }
    }

    @Test
    void listsByStateProducerDurationAndPattern(Broker broker) throws Exception {
        TransactionProtocol protocol = TransactionProtocol.KIP_890;
        String topic = TransactionsIT.topic("listed", protocol, broker);
        try (Admin admin = JavaClientsIT.admin(broker);
                Producer<String, String> open = protocol.producer(broker, topic + "-open", Map.of());
                Producer<String, String> idle = protocol.producer(broker, topic + "-idle", Map.of())) {
            open.initTransactions();
            idle.initTransactions();
            open.beginTransaction();
            open.send(new ProducerRecord<>(topic, 0, null, "a")).get();
            long producerId = describe(admin, topic + "-open").producerId();
            assertThat(list(admin, new ListTransactionsOptions(), topic)).hasSize(2);
            assertThat(list(admin, new ListTransactionsOptions().filterProducerIds(Set.of(producerId)), topic))
                    .singleElement()
                    .satisfies(listing -> assertThat(listing.transactionalId()).isEqualTo(topic + "-open"));
            assertThat(list(admin, new ListTransactionsOptions().filterStates(Set.of(TransactionState.EMPTY)), topic))
                    .singleElement()
                    .satisfies(listing -> assertThat(listing.transactionalId()).isEqualTo(topic + "-idle"));
            // Kafka takes one that never began for an old one.
            assertThat(list(admin, new ListTransactionsOptions().filterOnDuration(3_600_000), topic))
                    .singleElement()
                    .satisfies(listing -> assertThat(listing.transactionalId()).isEqualTo(topic + "-idle"));
            assertThat(list(
                            admin,
                            new ListTransactionsOptions().filterOnTransactionalIdPattern(".*listed.*-idle"),
                            topic))
                    .hasSize(1);
            open.abortTransaction();
        }
        try (Admin admin = JavaClientsIT.admin(broker)) {
            assertThatThrownBy(() -> describe(admin, "none-such"))
                    .hasCauseInstanceOf(TransactionalIdNotFoundException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void fencesProducersAndAbortsWhatTheyBegan(TransactionProtocol protocol, Broker broker) throws Exception {
        String topic = TransactionsIT.topic("fenced-by-admin", protocol, broker);
        try (Admin admin = JavaClientsIT.admin(broker);
                Producer<String, String> producer = protocol.producer(broker, topic, Map.of())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, 0, null, "fenced")).get();
            long producerId = describe(admin, topic).producerId();
            var fenced = admin.fenceProducers(List.of(topic));
            fenced.all().get();
            assertThat(fenced.producerId(topic).get()).isEqualTo(producerId);
            assertThat(fenced.epochId(topic).get()).isPositive();
            TransactionsIT.awaitNoOpenTransaction(broker, topic);
            assertThatThrownBy(producer::commitTransaction).isInstanceOf(KafkaException.class);
        }
        assertThat(TransactionsIT.read(broker, topic, "read_committed").get(new TopicPartition(topic, 0)))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void abortsATransactionInAPartition(TransactionProtocol protocol, Broker broker) throws Exception {
        String topic = TransactionsIT.topic("aborted-by-admin", protocol, broker);
        TopicPartition at = new TopicPartition(topic, 0);
        try (Admin admin = JavaClientsIT.admin(broker);
                Producer<String, String> producer = protocol.producer(broker, topic, Map.of())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic, 0, null, "hanging")).get();
            ProducerState state = producerOf(admin, at);
            AbortTransactionSpec spec = new AbortTransactionSpec(
                    at,
                    state.producerId(),
                    (short) state.producerEpoch(),
                    state.coordinatorEpoch().orElse(0));
            admin.abortTransaction(spec).all().get();
            TransactionsIT.awaitNoOpenTransaction(broker, topic);
            assertThat(producerOf(admin, at).currentTransactionStartOffset()).isEmpty();
            assertThat(TransactionsIT.read(broker, topic, "read_committed").get(at))
                    .isEmpty();
        }
    }

    private static TransactionDescription describe(Admin admin, String transactionalId) throws Exception {
        return admin.describeTransactions(List.of(transactionalId)).all().get().get(transactionalId);
    }

    private static ProducerState producerOf(Admin admin, TopicPartition at) throws Exception {
        List<ProducerState> producers =
                admin.describeProducers(List.of(at)).all().get().get(at).activeProducers();
        assertThat(producers).hasSize(1);
        return producers.get(0);
    }

    private static List<TransactionListing> list(Admin admin, ListTransactionsOptions options, String prefix)
            throws Exception {
        return admin.listTransactions(options).all().get().stream()
                .filter(listing -> listing.transactionalId().startsWith(prefix))
                .toList();
    }

    private static void awaitState(Admin admin, String transactionalId, TransactionState state) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (describe(admin, transactionalId).state() != state) {
            assertThat(System.nanoTime()).as("time").isLessThan(deadline);
        }
    }
}

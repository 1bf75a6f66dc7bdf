// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.transaction.VerificationGuard;
import io.varve.server.api.group.TestClient;
import io.varve.server.coordinator.TransactionVerifier.Admission;
import io.varve.server.group.GroupsFixture;
import io.varve.server.group.HeldStorage;
import io.varve.server.metadata.MetadataFixture;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/** Tests the coordinator on a real engine over memory: durability, markers, restarts. */
class TransactionsTest {
    private static final TopicPartition FIRST = new TopicPartition("t", 0);
    private static final TopicPartition SECOND = new TopicPartition("t", 1);

    private static <T> T await(CompletableFuture<T> future) {
        return MetadataFixture.await(future);
    }

    private static GroupsFixture broker(Map<String, String> overrides) {
        GroupsFixture broker = new GroupsFixture(UnaryOperator.identity(), overrides);
        broker.topic("t", 2);
        await(broker.transactions.find("tx"));
        return broker;
    }

    /**
     * Retries while the coordinator loads in the background, and while a decision is carried out.
     */
    private static ProducerEpoch init(GroupsFixture broker) {
        return TestClient.until(
                        granted -> granted.error() == Errors.NONE,
                        () -> await(broker.transactions.initProducer("tx", 60_000, ProducerEpoch.NONE)))
                .producer();
    }

    private static PartitionLog log(GroupsFixture broker, TopicPartition partition) {
        return broker.broker.metadata.byName(partition.topic()).partition(partition.partition());
    }

    /** Admits and appends a batch per partition, as a producer's first batch of a transaction. */
    private static void write(GroupsFixture broker, ProducerEpoch producer, TopicPartition... partitions) {
        for (TopicPartition partition : partitions) {
            PartitionLog log = log(broker, partition);
            VerificationGuard guard = log.producers().startVerification(producer.id(), producer.epoch(), 0, true);
            Map<TopicPartition, Errors> admitted = TestClient.until(
                    errors -> errors.get(partition) != Errors.CONCURRENT_TRANSACTIONS,
                    () -> await(broker.transactions.admit(
                            "tx", producer.id(), producer.epoch(), List.of(partition), Admission.ADD)));
            assertThat(admitted).containsEntry(partition, Errors.NONE);
            MemoryRecords batch = MemoryRecords.withTransactionalRecords(
                    Compression.NONE,
                    producer.id(),
                    producer.epoch(),
                    0,
                    new SimpleRecord(System.currentTimeMillis(), null, "v".getBytes()));
            log.appender().append(batch.buffer(), AppendOrigin.CLIENT, guard);
        }
    }

    private static String state(GroupsFixture broker) {
        return await(broker.transactions.describe("tx")).transactionState();
    }

    private static boolean isOpen(GroupsFixture broker, ProducerEpoch producer, TopicPartition partition) {
        return log(broker, partition).producers().hasOpenTransaction(producer.id(), producer.epoch());
    }

    @Test
    void everyPartitionGetsItsMarkerAndThenTheTransactionIsComplete() {
        try (GroupsFixture broker = broker(Map.of())) {
            ProducerEpoch producer = init(broker);
            write(broker, producer, FIRST, SECOND);
            assertThat(isOpen(broker, producer, FIRST)).isTrue();
            ProducerEpochResult granted = await(broker.transactions.end("tx", producer, true, Transactions.BUMPING));
            assertThat(granted).isEqualTo(new ProducerEpochResult(Errors.NONE, new ProducerEpoch(producer.id(), (short)
                    (producer.epoch() + 1))));
            TestClient.until("CompleteCommit"::equals, () -> state(broker));
            for (TopicPartition partition : List.of(FIRST, SECOND)) {
                assertThat(isOpen(broker, producer, partition)).isFalse();
                assertThat(log(broker, partition).lastStableOffset()).isEqualTo(2);
            }
        }
    }

    @Test
    void nothingIsAnsweredBeforeItIsDurable() {
        List<HeldStorage> held = new ArrayList<>();
        try (GroupsFixture broker = new GroupsFixture(
                storage -> {
                    held.add(new HeldStorage(storage));
                    return held.get(0);
                },
                Map.of())) {
            broker.topic("t", 2);
            await(broker.transactions.find("tx"));
            ProducerEpoch producer = init(broker);
            write(broker, producer, FIRST);
            held.get(0).hold();
            CompletableFuture<ProducerEpochResult> end =
                    broker.transactions.end("tx", producer, true, Transactions.BUMPING);
            CompletableFuture<Errors> add =
                    broker.transactions.addPartitions("tx", producer, Set.of(SECOND), Transactions.BUMPING);
            // Other clients see durable state only.
            assertThat(state(broker)).isEqualTo("Ongoing");
            assertThat(end).isNotDone();
            assertThat(add).isNotDone();
            assertThat(isOpen(broker, producer, FIRST)).isTrue();
            held.get(0).release();
            assertThat(await(end).error()).isEqualTo(Errors.NONE);
            assertThat(await(add)).isEqualTo(Errors.PRODUCER_FENCED);
            TestClient.until("CompleteCommit"::equals, () -> state(broker));
        }
    }

    @Test
    void aStartCompletesDecidedTransactions() {
        try (GroupsFixture broker = broker(Map.of())) {
            ProducerEpoch producer = init(broker);
            write(broker, producer, FIRST, SECOND);
            CompletableFuture<Void> decided = new CompletableFuture<>();
            broker.failPoints.arm(TransactionFailPoints.BEFORE_MARKERS, () -> {
                decided.complete(null);
                throw new IllegalStateException("dies here");
            });
            await(broker.transactions.end("tx", producer, true, Transactions.BUMPING));
            await(decided);
            assertThat(isOpen(broker, producer, FIRST)).isTrue();
            broker.failPoints.disarm(TransactionFailPoints.BEFORE_MARKERS);
            broker.crash();
            TestClient.until("CompleteCommit"::equals, () -> state(broker));
            assertThat(isOpen(broker, producer, FIRST)).isFalse();
            assertThat(isOpen(broker, producer, SECOND)).isFalse();
        }
    }

    @Test
    void markersWrittenTwiceDoNoHarm() {
        try (GroupsFixture broker = broker(Map.of())) {
            ProducerEpoch producer = init(broker);
            write(broker, producer, FIRST, SECOND);
            CompletableFuture<Void> written = new CompletableFuture<>();
            broker.failPoints.arm(TransactionFailPoints.MARKERS_WRITTEN, () -> {
                written.complete(null);
                throw new IllegalStateException("dies here");
            });
            await(broker.transactions.end("tx", producer, false, Transactions.BUMPING));
            await(written);
            broker.failPoints.disarm(TransactionFailPoints.MARKERS_WRITTEN);
            broker.crash();
            TestClient.until("CompleteAbort"::equals, () -> state(broker));
            ProducerEpoch next = new ProducerEpoch(producer.id(), (short) (producer.epoch() + 1));
            write(broker, next, FIRST);
            assertThat(isOpen(broker, next, FIRST)).isTrue();
        }
    }

    @Test
    void aRetryIsRecognizedAfterACrash() {
        try (GroupsFixture broker = broker(Map.of())) {
            ProducerEpoch producer = init(broker);
            ProducerEpoch next = await(broker.transactions.initProducer("tx", 60_000, producer))
                    .producer();
            broker.crash();
            ProducerEpoch again = TestClient.until(
                            granted -> granted.error() != Errors.COORDINATOR_LOAD_IN_PROGRESS,
                            () -> await(broker.transactions.initProducer("tx", 60_000, producer)))
                    .producer();
            assertThat(again).isEqualTo(next);
        }
    }

    @Test
    void partitionsOfADeletedTopicAreSkipped() {
        try (GroupsFixture broker = broker(Map.of())) {
            ProducerEpoch producer = init(broker);
            broker.topic("gone", 1);
            write(broker, producer, FIRST, new TopicPartition("gone", 0));
            broker.deleteTopic("gone");
            await(broker.transactions.end("tx", producer, true, Transactions.BUMPING));
            TestClient.until("CompleteCommit"::equals, () -> state(broker));
        }
    }

    @Test
    void aTransactionOpenForTooLongIsAborted() {
        try (GroupsFixture broker =
                broker(Map.of("transaction.abort.timed.out.transaction.cleanup.interval.ms", "10"))) {
            ProducerEpoch producer = await(broker.transactions.initProducer("tx", 1, ProducerEpoch.NONE))
                    .producer();
            assertThat(await(broker.transactions.addPartitions("tx", producer, Set.of(FIRST), Transactions.PLAIN)))
                    .isEqualTo(Errors.NONE);
            TestClient.until("CompleteAbort"::equals, () -> state(broker));
            assertThat(await(broker.transactions.addPartitions("tx", producer, Set.of(FIRST), Transactions.PLAIN)))
                    .isEqualTo(Errors.PRODUCER_FENCED);
        }
    }

    @Test
    void anUnusedTransactionalIdIsForgottenAlsoByTheNextStart() {
        try (GroupsFixture broker = broker(Map.of(
                "transactional.id.expiration.ms", "1",
                "transaction.remove.expired.transaction.cleanup.interval.ms", "10"))) {
            init(broker);
            TestClient.until(
                    error -> error == Errors.TRANSACTIONAL_ID_NOT_FOUND.code(),
                    () -> await(broker.transactions.describe("tx")).errorCode());
            broker.crash();
            TestClient.until(
                    error -> error == Errors.TRANSACTIONAL_ID_NOT_FOUND.code(),
                    () -> await(broker.transactions.describe("tx")).errorCode());
        }
    }

    @Test
    void verifiesWithoutAddingAndAnswersOldClientsWithErrorsTheyKnow() {
        try (GroupsFixture broker = broker(Map.of())) {
            ProducerEpoch producer = init(broker);
            await(broker.transactions.addPartitions("tx", producer, Set.of(FIRST), Transactions.PLAIN));
            Map<Admission, Errors> expected = new HashMap<>();
            expected.put(Admission.VERIFY, Errors.TRANSACTION_ABORTABLE);
            expected.put(Admission.VERIFY_FOR_OLD_CLIENT, Errors.INVALID_TXN_STATE);
            expected.forEach((admission, error) -> assertThat(await(broker.transactions.admit(
                            "tx", producer.id(), producer.epoch(), List.of(FIRST, SECOND), admission)))
                    .isEqualTo(Map.of(FIRST, Errors.NONE, SECOND, error)));
            assertThat(await(broker.transactions.admit(
                            "tx", producer.id(), (short) 9, List.of(FIRST), Admission.VERIFY)))
                    .isEqualTo(Map.of(FIRST, Errors.INVALID_PRODUCER_EPOCH));
        }
    }

    @Test
    void refusesWhatItCannotServe() {
        try (GroupsFixture broker = broker(Map.of("transaction.max.timeout.ms", "1000"))) {
            for (int timeout : new int[] {0, -1, 1001}) {
                assertThat(await(broker.transactions.initProducer("tx", timeout, ProducerEpoch.NONE))
                                .error())
                        .isEqualTo(Errors.INVALID_TRANSACTION_TIMEOUT);
            }
            assertThat(await(broker.transactions.initProducer("", 1, ProducerEpoch.NONE))
                            .error())
                    .isEqualTo(Errors.INVALID_REQUEST);
        }
    }

    @Test
    void listsByStateProducerDurationAndName() {
        try (GroupsFixture broker = broker(Map.of())) {
            ProducerEpoch producer = init(broker);
            await(broker.transactions.addPartitions("tx", producer, Set.of(FIRST), Transactions.PLAIN));
            await(broker.transactions.initProducer("other", 60_000, ProducerEpoch.NONE));
            assertThat(list(broker, new ListTransactionsRequestData())).containsExactlyInAnyOrder("tx", "other");
            assertThat(list(broker, new ListTransactionsRequestData().setStateFilters(List.of("Ongoing"))))
                    .containsExactly("tx");
            assertThat(list(broker, new ListTransactionsRequestData().setProducerIdFilters(List.of(producer.id()))))
                    .containsExactly("tx");
            assertThat(list(broker, new ListTransactionsRequestData().setTransactionalIdPattern("o.*")))
                    .containsExactly("other");
            assertThatThrownBy(() -> list(
                            broker,
                            new ListTransactionsRequestData().setTransactionalIdPattern("((a{1000}){1000}){1000}")))
                    .isInstanceOf(InvalidRegularExpression.class);
            assertThat(list(
                            broker,
                            new ListTransactionsRequestData()
                                    .setDurationFilter(3_600_000)
                                    .setStateFilters(List.of("Ongoing"))))
                    .isEmpty();
            assertThat(await(broker.transactions.list(
                                    new ListTransactionsRequestData().setStateFilters(List.of("Lost"))))
                            .unknownStateFilters())
                    .containsExactly("Lost");
        }
    }

    private static List<String> list(GroupsFixture broker, ListTransactionsRequestData request) {
        return await(broker.transactions.list(request)).transactionStates().stream()
                .map(shown -> shown.transactionalId())
                .toList();
    }

    @Test
    void everyFailPointIsHitInATransaction() {
        try (GroupsFixture broker = broker(Map.of())) {
            Map<String, AtomicInteger> hits = new HashMap<>();
            TransactionFailPoints.ALL.forEach(name -> hits.put(name, new AtomicInteger()));
            broker.failPoints.watch(name -> {
                if (hits.containsKey(name)) {
                    hits.get(name).incrementAndGet();
                }
            });
            ProducerEpoch producer = init(broker);
            write(broker, producer, FIRST, SECOND);
            await(broker.transactions.end("tx", producer, true, Transactions.BUMPING));
            TestClient.until(
                    count -> count > 0,
                    () -> hits.get(TransactionFailPoints.COMPLETED).get());
            assertThat(hits.values())
                    .allSatisfy(count -> assertThat(count.get()).isPositive());
            assertThat(hits.get(TransactionFailPoints.MARKER_WRITTEN)).hasValue(2);
        }
    }
}

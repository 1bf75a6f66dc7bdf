// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.transaction.TransactionMarker;
import io.varve.server.api.LogFixture;
import io.varve.server.coordinator.TransactionVerifier.Admission;
import io.varve.server.coordinator.TransactionVerifier.RetryPolicy;
import io.varve.server.metadata.topic.Topic;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks when transactional batches wait for the coordinator, and which errors their producers get. */
class TransactionalProduceTest {
    private static final long PRODUCER = 5;
    private static final int LATEST = ApiKeys.PRODUCE.latestVersion();

    /** A call to the coordinator, which the test completes. */
    private record Asked(
            List<TopicPartition> partitions,
            Admission admission,
            CompletableFuture<Map<TopicPartition, Errors>> answer) {
        void answer(Errors error) {
            Map<TopicPartition, Errors> errors = new HashMap<>();
            partitions.forEach(partition -> errors.put(partition, error));
            answer.complete(errors);
        }
    }

    private final LogFixture logs = new LogFixture();
    private final Topic topic = logs.create("t", 2);
    private final List<Asked> asked = new ArrayList<>();

    @BeforeEach
    void ask() {
        logs.transactions = (id, producer, epoch, partitions, admission) -> {
            Asked next = new Asked(partitions, admission, new CompletableFuture<>());
            asked.add(next);
            return next.answer;
        };
    }

    private static MemoryRecords batch(long producer, int sequence, String value) {
        return MemoryRecords.withTransactionalRecords(
                Compression.NONE,
                producer,
                (short) 0,
                sequence,
                new SimpleRecord(1_700_000_000_000L, null, value.getBytes()));
    }

    private CompletableFuture<ApiMessage> send(int version, String transactionalId, MemoryRecords... byPartition) {
        TopicProduceData data = new TopicProduceData().setName("t").setTopicId(topic.id());
        for (int i = 0; i < byPartition.length; i++) {
            data.partitionData().add(new PartitionProduceData().setIndex(i).setRecords(byPartition[i]));
        }
        ProduceRequestData request = new ProduceRequestData()
                .setTransactionalId(transactionalId)
                .setAcks((short) 1)
                .setTimeoutMs(1000);
        request.topicData().add(data);
        return logs.send(ApiKeys.PRODUCE, version, request);
    }

    private List<PartitionProduceResponse> answers(CompletableFuture<ApiMessage> response) {
        logs.connection.runLoop();
        logs.commit();
        logs.connection.runLoop();
        assertThat(response).isDone();
        return ((ProduceResponseData) response.join())
                .responses()
                .iterator()
                .next()
                .partitionResponses();
    }

    private Errors error(CompletableFuture<ApiMessage> response) {
        return Errors.forCode(answers(response).get(0).errorCode());
    }

    @Test
    void theFirstBatchWaitsForTheCoordinatorAndTheNextDoesNot() {
        CompletableFuture<ApiMessage> first = send(LATEST, "tx", batch(PRODUCER, 0, "a"));
        logs.connection.runLoop();
        assertThat(first).isNotDone();
        assertThat(topic.partition(0).logEndOffset()).isZero();
        asked.get(0).answer(Errors.NONE);
        assertThat(answers(first).get(0).baseOffset()).isZero();

        CompletableFuture<ApiMessage> second = send(LATEST, "tx", batch(PRODUCER, 1, "b"));
        assertThat(topic.partition(0).logEndOffset()).isEqualTo(2);
        assertThat(answers(second).get(0).baseOffset()).isEqualTo(1);
        assertThat(asked).hasSize(1);
        assertThat(logs.store(topic, 0).appendedDirect()).isTrue();
    }

    @Test
    void theCoordinatorIsAskedOnceForAllPartitionsOfARequest() {
        CompletableFuture<ApiMessage> response = send(LATEST, "tx", batch(PRODUCER, 0, "a"), batch(PRODUCER, 0, "b"));
        assertThat(asked).hasSize(1);
        assertThat(asked.get(0).partitions).containsExactly(new TopicPartition("t", 0), new TopicPartition("t", 1));
        asked.get(0).answer(Errors.NONE);
        assertThat(answers(response))
                .extracting(PartitionProduceResponse::errorCode)
                .containsOnly(Errors.NONE.code());
    }

    @Test
    void batchesBehindOneThatWaitsKeepTheirOrder() {
        CompletableFuture<ApiMessage> first = send(LATEST, "tx", batch(PRODUCER, 0, "a"));
        CompletableFuture<ApiMessage> second = send(LATEST, "tx", batch(PRODUCER, 1, "b"));
        CompletableFuture<ApiMessage> third = send(LATEST, "tx", batch(PRODUCER, 2, "c"));
        logs.connection.runLoop();
        assertThat(asked).hasSize(1);
        asked.get(0).answer(Errors.NONE);
        logs.connection.runLoop();
        assertThat(answers(first).get(0).baseOffset()).isZero();
        assertThat(answers(second).get(0).baseOffset()).isEqualTo(1);
        assertThat(answers(third).get(0).baseOffset()).isEqualTo(2);
        assertThat(asked).hasSize(1);
    }

    @Test
    void aRefusedBatchDoesNotHoldUpThoseBehindIt() {
        CompletableFuture<ApiMessage> first = send(LATEST, "tx", batch(PRODUCER, 0, "a"));
        CompletableFuture<ApiMessage> again = send(LATEST, "tx", batch(PRODUCER, 0, "a"));
        asked.get(0).answer(Errors.COORDINATOR_NOT_AVAILABLE);
        logs.connection.runLoop();
        assertThat(error(first)).isEqualTo(Errors.NOT_ENOUGH_REPLICAS);
        assertThat(asked).hasSize(2);
        asked.get(1).answer(Errors.NONE);
        assertThat(error(again)).isEqualTo(Errors.NONE);
    }

    @Test
    void whileTheTransactionBeforeIsBeingCompletedTheCoordinatorIsAskedAgainForAWhile() {
        CompletableFuture<ApiMessage> patient = send(LATEST, "tx", batch(PRODUCER, 0, "a"));
        for (int i = 0; i < RetryPolicy.DEFAULT.attempts(); i++) {
            asked.get(i).answer(Errors.CONCURRENT_TRANSACTIONS);
            logs.connection.runLoop();
            assertThat(asked).hasSize(i + 1);
            logs.time.advance(RetryPolicy.DEFAULT.backoffMs());
            logs.connection.runLoop();
            assertThat(asked).hasSize(i + 2);
        }
        asked.get(RetryPolicy.DEFAULT.attempts()).answer(Errors.CONCURRENT_TRANSACTIONS);
        assertThat(error(patient)).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
    }

    @Test
    void aMarkerThatComesBetweenVerificationAndAppendMakesItVerifyAgain() {
        CompletableFuture<ApiMessage> response = send(LATEST, "tx", batch(PRODUCER, 0, "a"));
        // The marker of the transaction before, which revokes the guard.
        topic.partition(0).appender().endTransaction(new TransactionMarker(PRODUCER, (short) 0, 0, true, false));
        asked.get(0).answer(Errors.NONE);
        logs.connection.runLoop();
        assertThat(asked).hasSize(2);
        asked.get(1).answer(Errors.NONE);
        assertThat(answers(response).get(0).baseOffset()).isEqualTo(1);
    }

    @Test
    void otherProducersDoNotWait() {
        send(LATEST, "tx", batch(PRODUCER, 0, "a"));
        CompletableFuture<ApiMessage> other = send(LATEST, null, logs.batch("b"));
        assertThat(error(other)).isEqualTo(Errors.NONE);
        assertThat(topic.partition(0).logEndOffset()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "3, VERIFY_FOR_OLD_CLIENT",
        "10, VERIFY_FOR_OLD_CLIENT",
        "11, VERIFY",
        "12, ADD",
        "13, ADD",
    })
    void newerClientsLeaveItToTheBrokerToAddPartitions(int version, Admission admission) {
        send(version, "tx", batch(PRODUCER, 0, "a"));
        assertThat(asked.get(0).admission).isEqualTo(admission);
    }

    @ParameterizedTest
    @CsvSource({
        "11, CONCURRENT_TRANSACTIONS, NOT_ENOUGH_REPLICAS",
        "13, COORDINATOR_LOAD_IN_PROGRESS, NOT_ENOUGH_REPLICAS",
        "9, NOT_COORDINATOR, NOT_ENOUGH_REPLICAS",
        "13, TRANSACTION_ABORTABLE, TRANSACTION_ABORTABLE",
        "10, INVALID_TXN_STATE, INVALID_TXN_STATE",
        "13, INVALID_PRODUCER_EPOCH, INVALID_PRODUCER_EPOCH",
        "13, INVALID_PRODUCER_ID_MAPPING, INVALID_PRODUCER_ID_MAPPING",
    })
    void producersGetErrorsThatTheyCanActOn(int version, Errors said, Errors expected) {
        CompletableFuture<ApiMessage> response = send(version, "tx", batch(PRODUCER, 0, "a"));
        asked.get(0).answer(said);
        assertThat(error(response)).isEqualTo(expected);
        assertThat(topic.partition(0).logEndOffset()).isZero();
    }

    @Test
    void theTransactionOfABatchMustBeNamed() {
        assertThatThrownBy(() -> send(LATEST, null, logs.batch("fine"), batch(PRODUCER, 0, "a")))
                .isInstanceOf(TransactionalIdAuthorizationException.class);
        assertThat(topic.partition(0).logEndOffset()).isZero();
    }

    @Test
    void aTransactionIsOfOneProducer() {
        assertThatThrownBy(() -> send(LATEST, "tx", batch(PRODUCER, 0, "a"), batch(6, 0, "b")))
                .isInstanceOf(InvalidPidMappingException.class);
        assertThat(topic.partition(0).logEndOffset()).isZero();
    }

    @Test
    void batchesOutsideTheTransactionOfARequestAreJustAppended() {
        assertThat(error(send(LATEST, "tx", logs.batch("plain")))).isEqualTo(Errors.NONE);
        assertThat(asked).isEmpty();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.txn;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.memory.ReadableAt;
import io.varve.core.transaction.TransactionMarker;
import io.varve.core.transaction.VerificationGuard;
import io.varve.server.api.LogFixture;
import io.varve.server.api.fetch.FetchConfig;
import io.varve.server.metadata.topic.Topic;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.NotCoordinatorException;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.apache.kafka.common.requests.WriteTxnMarkersResponse;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks which records of transactions clients see. */
class TransactionVisibilityTest {
    private static final byte COMMITTED = 1;
    private static final long A = 7;
    private static final long B = 8;

    private LogFixture logs = new LogFixture(new FetchConfig(10_000, 10));
    private Topic topic = logs.create("t", 2);

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(logs.openSlices).hasValue(0);
        assertThat(logs.connection.leftovers()).isZero();
    }

    private void send(PartitionLog log, long producer, int sequence, String value) {
        MemoryRecords batch = MemoryRecords.withTransactionalRecords(
                Compression.NONE,
                producer,
                (short) 0,
                sequence,
                new SimpleRecord(logs.time.millis(), null, value.getBytes(StandardCharsets.UTF_8)));
        VerificationGuard guard = log.producers().startVerification(producer, (short) 0, false);
        log.appender().append(batch.buffer(), AppendOrigin.CLIENT, guard);
    }

    private void end(PartitionLog log, long producer, boolean commit) {
        log.appender().endTransaction(new TransactionMarker(producer, (short) 0, 0, commit, false));
    }

    @ParameterizedTest
    @EnumSource(ReadableAt.class)
    void aFetchOfCommittedRecordsEndsAtTheLastStableOffset(ReadableAt readable) {
        logs = new LogFixture(new FetchConfig(10_000, 10), readable);
        topic = logs.create("t", 1);
        PartitionLog log = topic.partition(0);
        send(log, A, 0, "a");
        end(log, A, false);
        send(log, B, 0, "open");
        logs.commit();
        PartitionData answer = fetch(0, 0, 0);
        assertThat(answer.highWatermark()).isEqualTo(3);
        assertThat(answer.lastStableOffset()).isEqualTo(2);
        assertThat(values(answer)).containsExactly("a", "(marker)");
        assertThat(answer.abortedTransactions())
                .containsExactly(new AbortedTransaction().setProducerId(A).setFirstOffset(0));
        PartitionData atTheEnd = fetch(0, 2, 0);
        assertThat(values(atTheEnd)).isEmpty();
        assertThat(atTheEnd.abortedTransactions()).isEmpty();
    }

    @Test
    void aFetchNamesOnlyAbortedTransactionsOfWhatItReturns() {
        PartitionLog log = topic.partition(0);
        for (int i = 0; i < 3; i++) {
            send(log, A, i, "a" + i);
            end(log, A, false);
        }
        logs.commit();
        FetchRequestData oneBatch = request(0, 2, 0);
        oneBatch.topics().get(0).partitions().get(0).setPartitionMaxBytes(1);
        PartitionData answer = only(logs.ask(ApiKeys.FETCH, 12, oneBatch));
        assertThat(values(answer)).containsExactly("a1");
        assertThat(answer.abortedTransactions())
                .containsExactly(new AbortedTransaction().setProducerId(A).setFirstOffset(2));
    }

    @Test
    void aFetchFromARemoteTierNamesTheAbortedTransactionsOfWhatItReturns() {
        PartitionLog log = topic.partition(0);
        for (int i = 0; i < 3; i++) {
            send(log, A, i, "a" + i);
            end(log, A, false);
        }
        logs.commit();
        logs.store(topic, 0).dropBelow(6);
        FetchRequestData oneBatch = request(0, 2, 0).setMaxWaitMs(100).setMinBytes(1);
        oneBatch.topics().get(0).partitions().get(0).setPartitionMaxBytes(1);
        CompletableFuture<ApiMessage> waiting = logs.send(ApiKeys.FETCH, 12, oneBatch);
        assertThat(waiting).isNotDone();
        logs.store(topic, 0).endRemoteReads();
        logs.connection.runLoop();
        PartitionData answer = only((FetchResponseData) waiting.join());
        assertThat(values(answer)).containsExactly("a1");
        assertThat(answer.abortedTransactions())
                .containsExactly(new AbortedTransaction().setProducerId(A).setFirstOffset(2));
    }

    @Test
    void aFetchOfAnythingIsToldOfNoTransaction() {
        send(topic.partition(0), A, 0, "a");
        end(topic.partition(0), A, false);
        logs.commit();
        FetchRequestData any = request(0, 0, 0).setIsolationLevel((byte) 0);
        assertThat(only(logs.ask(ApiKeys.FETCH, 12, any)).abortedTransactions()).isNull();
    }

    @Test
    void aWaitingFetchWakesWhenTheLastStableOffsetRises() {
        PartitionLog log = topic.partition(0);
        send(log, A, 0, "a");
        logs.commit();
        CompletableFuture<ApiMessage> waiting = logs.send(ApiKeys.FETCH, 12, request(0, 0, 60_000));
        send(log, A, 1, "b");
        logs.commit();
        logs.connection.runLoop();
        assertThat(waiting).isNotDone();
        end(log, A, true);
        logs.connection.runLoop();
        assertThat(waiting).isNotDone();
        logs.commit();
        logs.connection.runLoop();
        assertThat(values(only((FetchResponseData) waiting.join()))).containsExactly("a", "b", "(marker)");
    }

    @Test
    void offsetsOfCommittedRecordsEndAtTheLastStableOffset() {
        PartitionLog log = topic.partition(0);
        logs.fill(log, "plain");
        logs.time.advance(10);
        send(log, A, 0, "a");
        logs.commit();
        assertThat(offset(ListOffsetsRequest.LATEST_TIMESTAMP)).isEqualTo(1);
        assertThat(offset(ListOffsetsRequest.MAX_TIMESTAMP)).isZero();
        assertThat(offset(logs.time.millis())).isEqualTo(-1);
        end(log, A, true);
        logs.commit();
        assertThat(offset(ListOffsetsRequest.LATEST_TIMESTAMP)).isEqualTo(3);
        assertThat(offset(logs.time.millis())).isEqualTo(1);
    }

    private long offset(long timestamp) {
        ListOffsetsResponseData found = logs.ask(
                ApiKeys.LIST_OFFSETS,
                ApiKeys.LIST_OFFSETS.latestVersion(),
                new ListOffsetsRequestData()
                        .setReplicaId(-1)
                        .setIsolationLevel(COMMITTED)
                        .setTopics(List.of(new ListOffsetsTopic()
                                .setName("t")
                                .setPartitions(List.of(new ListOffsetsPartition().setTimestamp(timestamp))))));
        return found.topics().get(0).partitions().get(0).offset();
    }

    @Test
    void describesTheProducersOfAPartition() {
        send(topic.partition(1), A, 0, "a");
        DescribeProducersResponseData answer = logs.ask(
                ApiKeys.DESCRIBE_PRODUCERS,
                0,
                new DescribeProducersRequestData()
                        .setTopics(List.of(
                                new TopicRequest().setName("t").setPartitionIndexes(List.of(0, 1, 2)),
                                new TopicRequest().setName("none").setPartitionIndexes(List.of(0)))));
        List<PartitionResponse> partitions = answer.topics().get(0).partitions();
        assertThat(partitions.get(0).activeProducers()).isEmpty();
        assertThat(partitions.get(1).activeProducers())
                .containsExactly(new ProducerState()
                        .setProducerId(A)
                        .setProducerEpoch(0)
                        .setLastSequence(0)
                        .setLastTimestamp(logs.time.millis())
                        .setCoordinatorEpoch(-1)
                        .setCurrentTxnStartOffset(0));
        assertThat(partitions.get(2).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(answer.topics().get(1).partitions().get(0).errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void writesMarkersAndAnswersWhenTheyAreDurable(int version) {
        send(topic.partition(0), A, 0, "a");
        logs.commit();
        CompletableFuture<ApiMessage> answer =
                logs.send(ApiKeys.WRITE_TXN_MARKERS, version, markers(marker(A, 0, "t", 0, 1), marker(B, 0, "t", 5)));
        assertThat(answer).isNotDone();
        logs.commit();
        assertThat(errors(answer))
                .isEqualTo(Map.of(
                        A, Map.of(new TopicPartition("t", 0), Errors.NONE, new TopicPartition("t", 1), Errors.NONE),
                        B, Map.of(new TopicPartition("t", 5), Errors.UNKNOWN_TOPIC_OR_PARTITION)));
        assertThat(topic.partition(0).producers().abortedTransactions(0, 10)).hasSize(1);
        assertThat(topic.partition(0).lastStableOffset()).isEqualTo(2);
    }

    @Test
    void aPartitionNamedTwiceGetsOneMarkerAndIsShownOnce() {
        send(topic.partition(0), A, 0, "a");
        CompletableFuture<ApiMessage> answer =
                logs.send(ApiKeys.WRITE_TXN_MARKERS, 2, markers(marker(A, 0, "t", 0, 0, 0)));
        logs.commit();
        assertThat(errors(answer)).isEqualTo(Map.of(A, Map.of(new TopicPartition("t", 0), Errors.NONE)));
        assertThat(topic.partition(0).logEndOffset()).isEqualTo(2);

        DescribeProducersResponseData shown = logs.ask(
                ApiKeys.DESCRIBE_PRODUCERS,
                0,
                new DescribeProducersRequestData()
                        .setTopics(List.of(new TopicRequest().setName("t").setPartitionIndexes(List.of(0, 1, 0)))));
        assertThat(shown.topics().get(0).partitions())
                .extracting(PartitionResponse::partitionIndex)
                .containsExactly(0, 1);
    }

    @Test
    void refusesMarkersPartitionByPartition() {
        send(topic.partition(0), A, 0, "a");
        topic.partition(0).appender().endTransaction(new TransactionMarker(A, (short) 3, 9, true, false));
        logs.commit();
        Map<Long, Map<TopicPartition, Errors>> errors = errors(logs.send(
                ApiKeys.WRITE_TXN_MARKERS,
                2,
                markers(marker(A, 2, "t", 0).setCoordinatorEpoch(9), marker(-1, 0, "t", 1))));
        assertThat(errors.get(A)).containsEntry(new TopicPartition("t", 0), Errors.INVALID_PRODUCER_EPOCH);
        assertThat(errors.get(-1L)).containsEntry(new TopicPartition("t", 1), Errors.INVALID_REQUEST);
        errors = errors(logs.send(
                ApiKeys.WRITE_TXN_MARKERS, 2, markers(marker(A, 3, "t", 0).setCoordinatorEpoch(8))));
        assertThat(errors.get(A)).containsEntry(new TopicPartition("t", 0), Errors.TRANSACTION_COORDINATOR_FENCED);
    }

    @Test
    void leavesTheMarkersOfOffsetsToTheirCoordinator() {
        logs.create("__consumer_offsets", 2, PartitionConfig.DEFAULT, true);
        List<String> ended = new ArrayList<>();
        CompletableFuture<Void> durable = new CompletableFuture<>();
        logs.offsetsMarkers = (partition, marker) -> {
            ended.add(partition + ": " + marker);
            return partition == 0 ? durable : CompletableFuture.failedFuture(new NotCoordinatorException("moved"));
        };
        CompletableFuture<ApiMessage> answer = logs.send(
                ApiKeys.WRITE_TXN_MARKERS,
                2,
                markers(marker(A, 4, "__consumer_offsets", 0, 1).setTransactionVersion((byte) 2)));
        assertThat(answer).isNotDone();
        durable.complete(null);
        assertThat(errors(answer).get(A))
                .isEqualTo(Map.of(
                        new TopicPartition("__consumer_offsets", 0), Errors.NONE,
                        new TopicPartition("__consumer_offsets", 1), Errors.NOT_COORDINATOR));
        assertThat(ended).startsWith("0: " + new TransactionMarker(A, (short) 4, 0, false, true));
    }

    private static WritableTxnMarker marker(long producer, int epoch, String topic, Integer... partitions) {
        return new WritableTxnMarker()
                .setProducerId(producer)
                .setProducerEpoch((short) epoch)
                .setTransactionResult(false)
                .setTopics(
                        List.of(new WritableTxnMarkerTopic().setName(topic).setPartitionIndexes(List.of(partitions))));
    }

    private static WriteTxnMarkersRequestData markers(WritableTxnMarker... markers) {
        return new WriteTxnMarkersRequestData().setMarkers(List.of(markers));
    }

    private static Map<Long, Map<TopicPartition, Errors>> errors(CompletableFuture<ApiMessage> answer) {
        assertThat(answer).isDone();
        return new WriteTxnMarkersResponse((WriteTxnMarkersResponseData) answer.join()).errorsByProducerId();
    }

    private FetchRequestData request(int partition, long offset, int maxWaitMs) {
        return new FetchRequestData()
                .setMaxWaitMs(maxWaitMs)
                .setMinBytes(1)
                .setMaxBytes(1 << 20)
                .setIsolationLevel(COMMITTED)
                .setSessionEpoch(-1)
                .setTopics(List.of(new FetchTopic()
                        .setTopic("t")
                        .setPartitions(List.of(new FetchPartition()
                                .setPartition(partition)
                                .setFetchOffset(offset)
                                .setPartitionMaxBytes(1 << 20)))));
    }

    private PartitionData fetch(int partition, long offset, int maxWaitMs) {
        return only(logs.ask(ApiKeys.FETCH, 12, request(partition, offset, maxWaitMs)));
    }

    private static PartitionData only(FetchResponseData response) {
        return response.responses().get(0).partitions().get(0);
    }

    private static List<String> values(PartitionData partition) {
        List<String> values = new ArrayList<>();
        ((MemoryRecords) partition.records()).batches().forEach(batch -> {
            for (Record record : batch) {
                values.add(batch.isControlBatch() ? "(marker)" : Utils.utf8(record.value(), record.valueSize()));
            }
        });
        return values;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.spi.StorageException;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.LogFixture;
import io.varve.server.metadata.topic.Topic;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.kafka.common.compress.Compression;
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

/** Tests the answers to requests whose batches wait until their commit begins. */
class GatheredProduceTest {
    private static final int LATEST = ApiKeys.PRODUCE.latestVersion();
    private static final short ALL = -1;

    private final LogFixture logs = new LogFixture();
    private final Topic topic = logs.create("t", 2);

    @BeforeEach
    void commitTwoAppends() {
        logs.connection.commitOnLoop();
        send(ALL, 0, logs.batch("a"));
        send(ALL, 0, logs.batch("b"));
        commit();
    }

    private void commit() {
        logs.commit();
        logs.connection.runLoop();
    }

    private CompletableFuture<ApiMessage> send(short acks, int partition, MemoryRecords records) {
        ProduceRequestData request =
                new ProduceRequestData().setAcks(acks).setTimeoutMs(1000).setTransactionalId(null);
        request.topicData()
                .add(new TopicProduceData()
                        .setName("t")
                        .setTopicId(topic.id())
                        .setPartitionData(List.of(
                                new PartitionProduceData().setIndex(partition).setRecords(records))));
        return logs.send(ApiKeys.PRODUCE, LATEST, request);
    }

    private static PartitionProduceResponse only(CompletableFuture<ApiMessage> answer) {
        assertThat(answer).isDone();
        return ((ProduceResponseData) answer.join())
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0);
    }

    private static Errors error(CompletableFuture<ApiMessage> answer) {
        return Errors.forCode(only(answer).errorCode());
    }

    private static MemoryRecords idempotent(int sequence) {
        SimpleRecord one = new SimpleRecord(1_700_000_000_000L, null, "x".getBytes());
        return MemoryRecords.withIdempotentRecords(Compression.NONE, 5, (short) 0, sequence, one);
    }

    @Test
    void eachRequestIsAnsweredWithItsOffsets() {
        CompletableFuture<ApiMessage> one = send(ALL, 0, logs.batch("c", "d"));
        CompletableFuture<ApiMessage> two = send(ALL, 0, logs.batch("e"));
        logs.connection.runLoop();
        assertThat(topic.partition(0).logEndOffset()).isEqualTo(2);
        assertThat(one).isNotDone();
        commit();
        assertThat(only(one).baseOffset()).isEqualTo(2);
        assertThat(only(two).baseOffset()).isEqualTo(4);
        assertThat(only(two).logStartOffset()).isZero();
        assertThat(logs.connection.leftovers()).isZero();
    }

    @Test
    void eachRequestOfAFailedWriteIsRefused() {
        CompletableFuture<ApiMessage> one = send(ALL, 0, logs.batch("c"));
        CompletableFuture<ApiMessage> two = send((short) 1, 0, logs.batch("d"));
        CompletableFuture<ApiMessage> silent = send((short) 0, 0, logs.batch("e"));
        logs.store(topic, 0).refuseAppends(new StorageException(StorageException.Kind.FULL, "no space"));
        commit();
        assertThat(error(one)).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(only(one).errorMessage()).contains("no space");
        assertThat(only(one).baseOffset()).isEqualTo(-1);
        assertThat(error(two)).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(silent.handle((answer, failure) -> failure).join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(CloseConnectionException.class);
        assertThat(topic.partition(0).logEndOffset()).isEqualTo(2);
        assertThat(logs.connection.leftovers()).isZero();
    }

    @Test
    void aGapIsRefusedAndWhatIsBesideItAppended() {
        CompletableFuture<ApiMessage> first = send(ALL, 0, idempotent(0));
        CompletableFuture<ApiMessage> gap = send(ALL, 0, idempotent(7));
        CompletableFuture<ApiMessage> again = send(ALL, 0, idempotent(0));
        commit();
        assertThat(error(first)).isEqualTo(Errors.NONE);
        assertThat(error(gap)).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(only(again).baseOffset()).isEqualTo(only(first).baseOffset());
    }

    @Test
    void whatIsNotStoredInTimeIsAnsweredOnceAndMayBeStoredLater() {
        CompletableFuture<ApiMessage> late = send(ALL, 0, logs.batch("c"));
        logs.connection.runLoop();
        logs.time.advance(PendingProduceResponse.COMMIT_MS);
        assertThat(error(late)).isEqualTo(Errors.REQUEST_TIMED_OUT);
        commit();
        assertThat(topic.partition(0).logEndOffset()).isEqualTo(3);
        assertThat(only(late).baseOffset()).isEqualTo(-1);
        assertThat(logs.connection.leftovers()).isZero();
    }

    @Test
    void aDeletedTopicsRequestsAreRefused() {
        CompletableFuture<ApiMessage> waiting = send(ALL, 0, logs.batch("c"));
        logs.delete("t");
        logs.connection.runLoop();
        assertThat(error(waiting)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void countsWhatWasStored() {
        send(ALL, 0, logs.batch("c"));
        commit();
        long[] records = new long[1];
        logs.traffic.read((metric, value, labels) -> {
            if (metric.name().equals("varve_topic_received_records_total")) {
                records[0] = (long) value;
            }
        });
        assertThat(records[0]).isEqualTo(3);
    }
}

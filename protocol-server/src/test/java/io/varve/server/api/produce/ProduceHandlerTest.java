// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.compaction.CompactionLimits;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.memory.ReadableAt;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.HeavyRequestException;
import io.varve.server.api.LogFixture;
import io.varve.server.api.fetch.FetchConfig;
import io.varve.server.metadata.topic.Topic;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProduceHandlerTest {
    private static final int LATEST = ApiKeys.PRODUCE.latestVersion();
    private static final short ALL = -1;

    private LogFixture logs = new LogFixture();
    private Topic topic = logs.create("t", 2);

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13})
    void appendsTheBytesAsTheyCameAndTellsTheOffset(int version) {
        assertThat(produce(version, 1, logs.batch("a", "b")).baseOffset()).isZero();
        PartitionProduceResponse second = produce(version, 1, logs.batch("c"));

        assertThat(error(second)).isEqualTo(Errors.NONE);
        assertThat(second.baseOffset()).isEqualTo(2);
        assertThat(topic.partition(0).logEndOffset()).isEqualTo(3);
        assertThat(logs.store(topic, 0).appendedDirect()).isTrue();
    }

    @Test
    void leavesToAnotherThreadWhatWouldWaitForTheDevice() {
        logs.store(topic, 0).letAppendsWait(true);
        assertThatThrownBy(() -> send(LATEST, request(ALL, logs.batch("a")))).isInstanceOf(HeavyRequestException.class);
        assertThat(topic.partition(0).logEndOffset()).isZero();
        ProduceRequestData waiting = request(ALL, logs.batch("a"));
        CompletableFuture<CompletableFuture<ApiMessage>> served =
                CompletableFuture.supplyAsync(() -> logs.sendInBackground(ApiKeys.PRODUCE, LATEST, waiting));
        while (!served.isDone()) {
            logs.connection.runLoop(); // which appends, once the storage has space
            Thread.onSpinWait();
        }
        CompletableFuture<ApiMessage> answer = served.join();
        assertThat(topic.partition(0).logEndOffset()).isEqualTo(1);
        assertThat(logs.store(topic, 0).appendWaits(1)).isFalse();
        logs.connection.runLoop();
        logs.commit();
        logs.connection.runLoop();
        assertThat(error(only(answer.join()))).isEqualTo(Errors.NONE);
    }

    /**
     * Holds also when the storage shows appends before they are durable: consumers read only up to the high
     * watermark.
     */
    @ParameterizedTest
    @ValueSource(shorts = {1, ALL})
    void isAnsweredWhenConsumersSeeTheRecords(short acks) {
        for (ReadableAt readable : ReadableAt.values()) {
            logs = new LogFixture(FetchConfig.DEFAULT, readable);
            topic = logs.create("t", 2);
            isAnsweredWithTheCommit(acks);
        }
    }

    private void isAnsweredWithTheCommit(short acks) {
        CompletableFuture<ApiMessage> answer = send(LATEST, request(acks, logs.batch("a")));
        logs.connection.runLoop();
        assertThat(answer).isNotDone();

        logs.commit();
        logs.connection.runLoop();

        PartitionProduceResponse partition = only(answer.join());
        assertThat(error(partition)).isEqualTo(Errors.NONE);
        assertThat(partition.baseOffset()).isZero();
        assertThat(logs.connection.leftovers()).isZero();
    }

    @Test
    void whatDecompressesToMuchIsNotForTheLoopAndHasNoEffectThere() {
        MemoryRecords zeros =
                MemoryRecords.withRecords(Compression.gzip().build(), new SimpleRecord(1, null, new byte[2 << 20]));

        assertThatThrownBy(() -> send(LATEST, request(ALL, zeros))).isInstanceOf(HeavyRequestException.class);

        assertThat(topic.partition(0).logEndOffset()).isZero();
    }

    @Test
    void ofAPeerThatLeftOnlyWhatIsSoonDoneIsDone() throws Exception {
        logs.connection.close();
        assertThatThrownBy(() -> logs.sendInBackground(ApiKeys.PRODUCE, LATEST, request((short) 0, zeros(3, 30 << 20))))
                .isInstanceOf(CloseConnectionException.class);
        assertThat(topic.partition(0).logEndOffset()).isZero();

        CompletableFuture<?> sent = CompletableFuture.runAsync(() ->
                logs.sendInBackground(ApiKeys.PRODUCE, LATEST, request((short) 0, zeros(1, 30 << 20))));
        while (!sent.isDone()) {
            logs.connection.runLoop();
        }
        sent.get();
        assertThat(topic.partition(0).logEndOffset()).isEqualTo(1);
    }

    private static MemoryRecords zeros(int records, int size) {
        SimpleRecord[] all = new SimpleRecord[records];
        java.util.Arrays.fill(all, new SimpleRecord(1_700_000_000_000L, null, new byte[size]));
        return MemoryRecords.withRecords(Compression.gzip().build(), all);
    }

    @Test
    void namedTwiceATopicIsAnsweredOnceAndWhatIsSaidLastOfAPartitionCounts() {
        ProduceRequestData request = request((short) 1, logs.batch("dropped", "dropped"));
        for (int partition : new int[] {1, 0}) {
            request.topicData()
                    .mustAdd(new TopicProduceData()
                            .setName("t")
                            .setTopicId(topic.id())
                            .setPartitionData(List.of(new PartitionProduceData()
                                    .setIndex(partition)
                                    .setRecords(logs.batch("kept " + partition)))));
        }
        CompletableFuture<ApiMessage> answer = send(LATEST, request);
        logs.commit();
        logs.connection.runLoop();

        ProduceResponseData response = (ProduceResponseData) answer.join();
        assertThat(response.responses()).hasSize(1);
        assertThat(response.responses().iterator().next().partitionResponses())
                .allMatch(partition -> partition.errorCode() == 0 && partition.baseOffset() == 0)
                .extracting(PartitionProduceResponse::index)
                .containsExactlyInAnyOrder(0, 1);
        assertThat(topic.partition(0).logEndOffset()).isEqualTo(1);
        assertThat(topic.partition(1).logEndOffset()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1, 100})
    void aShortTimeOutDoesNotRaceTheCommit(int timeoutMs) {
        CompletableFuture<ApiMessage> answer =
                send(LATEST, request(ALL, logs.batch("a")).setTimeoutMs(timeoutMs));
        logs.connection.runLoop(); // asks for the commit
        logs.time.advance(PendingProduceResponse.COMMIT_MS - 1);
        assertThat(answer).isNotDone();

        logs.commit();
        logs.connection.runLoop();
        assertThat(error(only(answer.join()))).isEqualTo(Errors.NONE);
        assertThat(logs.connection.leftovers()).isZero();
    }

    @Test
    void aCommitThatStandsStillTimesOutAndLetsGo() {
        CompletableFuture<ApiMessage> answer =
                send(LATEST, request(ALL, logs.batch("a")).setTimeoutMs(PendingProduceResponse.COMMIT_MS + 100));
        logs.connection.runLoop(); // asks for the commit
        logs.time.advance(PendingProduceResponse.COMMIT_MS + 99);
        assertThat(answer).isNotDone();
        logs.time.advance(1);
        PartitionProduceResponse partition = only(answer.join());
        assertThat(error(partition)).isEqualTo(Errors.REQUEST_TIMED_OUT);
        assertThat(partition.baseOffset()).isZero();
        assertThat(partition.logStartOffset()).isZero();

        logs.commit();
        assertThat(logs.connection.tasksOnLoop()).isZero();
        assertThat(logs.connection.leftovers()).isZero();
    }

    @Test
    void acksAllFailsWhenTheRecordsWillNotBecomeDurable() {
        CompletableFuture<ApiMessage> answer = send(LATEST, request(ALL, logs.batch("a")));
        topic.partition(0).commitTarget().failed(new StorageException(StorageException.Kind.FULL, "disk full"));
        logs.connection.runLoop();
        PartitionProduceResponse partition = only(answer.join());
        assertThat(error(partition)).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        assertThat(partition.errorMessage()).contains("disk full");
    }

    @Test
    void acksAllWaitsForEveryPartitionAndReportsEach() {
        ProduceRequestData request = request(ALL, logs.batch("a"));
        request.topicData()
                .find("t", topic.id())
                .partitionData()
                .addAll(List.of(
                        new PartitionProduceData().setIndex(1).setRecords(logs.batch("b")),
                        new PartitionProduceData().setIndex(2).setRecords(logs.batch("c"))));
        CompletableFuture<ApiMessage> answer = send(LATEST, request);
        topic.partition(1).commitTarget().committed(1);
        logs.connection.runLoop();
        assertThat(answer).isNotDone();
        topic.partition(0).commitTarget().committed(1);
        logs.connection.runLoop();

        List<PartitionProduceResponse> partitions = ((ProduceResponseData) answer.join())
                .responses()
                .iterator()
                .next()
                .partitionResponses();
        assertThat(partitions)
                .extracting(ProduceHandlerTest::error)
                .containsExactly(Errors.NONE, Errors.NONE, Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void acks1FailsWhenTheRecordsWillNotBeReadable() {
        CompletableFuture<ApiMessage> answer = send(LATEST, request((short) 1, logs.batch("a")));
        topic.partition(0).commitTarget().failed(new StorageException(StorageException.Kind.FULL, "disk full"));
        logs.connection.runLoop();
        assertThat(error(only(answer.join()))).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    }

    @Test
    void acks0IsNeverAnsweredAndHangsUpOnFailure() {
        CompletableFuture<ApiMessage> done = send(LATEST, request((short) 0, logs.batch("a")));
        logs.connection.runLoop();
        assertThat(done)
                .as("a later request of the connection sees the records")
                .isNotDone();
        logs.commit();
        logs.connection.runLoop();
        assertThat(done.join()).isNull();
        assertThat(topic.partition(0).logEndOffset()).isEqualTo(1);

        CompletableFuture<ApiMessage> failed = send(LATEST, request((short) 0, null));
        assertThatThrownBy(failed::join).hasCauseInstanceOf(CloseConnectionException.class);
    }

    @Test
    void otherAcksAreRefused() {
        assertThat(error(produce(LATEST, 2, logs.batch("a")))).isEqualTo(Errors.INVALID_REQUIRED_ACKS);
        assertThat(topic.partition(0).logEndOffset()).isZero();
    }

    @Test
    void unknownTopicsGetTheErrorOfTheirVersion() {
        ProduceRequestData byName = request((short) 1, logs.batch("a"));
        byName.topicData().iterator().next().setName("nope");
        assertThat(error(only(send(12, byName).join()))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);

        ProduceRequestData byId = request((short) 1, logs.batch("a"));
        byId.topicData().iterator().next().setTopicId(Uuid.randomUuid());
        assertThat(error(only(send(13, byId).join()))).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
    }

    @Test
    void internalTopicsAreNotForClients() {
        Topic internal = logs.create("__consumer_offsets", 1, PartitionConfig.DEFAULT, true);
        ProduceRequestData request = request((short) 1, logs.batch("a"));
        request.topicData().iterator().next().setName(internal.name()).setTopicId(internal.id());
        assertThat(error(only(send(LATEST, request).join()))).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
    }

    @Test
    void onlyOneSoundBatchPerPartitionIsTaken() {
        assertThat(error(produce(LATEST, 1, null))).isEqualTo(Errors.INVALID_RECORD);
        assertThat(error(produce(LATEST, 1, MemoryRecords.EMPTY))).isEqualTo(Errors.INVALID_RECORD);
        assertThat(error(produce(LATEST, 1, joined(logs.batch("a"), logs.batch("b")))))
                .isEqualTo(Errors.INVALID_RECORD);
        MemoryRecords old =
                MemoryRecords.withRecords((byte) 1, Compression.NONE, new SimpleRecord(1, null, "a".getBytes()));
        assertThat(error(produce(LATEST, 1, old))).isEqualTo(Errors.INVALID_RECORD);

        ByteBuffer flipped = logs.batch("abc").buffer();
        flipped.put(flipped.limit() - 1, (byte) (flipped.get(flipped.limit() - 1) ^ 1));
        assertThat(error(produce(LATEST, 1, MemoryRecords.readableRecords(flipped))))
                .isEqualTo(Errors.CORRUPT_MESSAGE);
        ByteBuffer torn = logs.batch("abc").buffer();
        torn.limit(torn.limit() - 1);
        assertThat(error(produce(LATEST, 1, MemoryRecords.readableRecords(torn))))
                .isEqualTo(Errors.INVALID_RECORD);
        assertThat(topic.partition(0).logEndOffset()).isZero();
    }

    @Test
    void zstdNeedsVersion7() {
        MemoryRecords zstd =
                MemoryRecords.withRecords(Compression.zstd().build(), new SimpleRecord(1, null, "a".getBytes()));
        assertThat(error(produce(6, 1, zstd))).isEqualTo(Errors.UNSUPPORTED_COMPRESSION_TYPE);
        assertThat(error(produce(7, 1, zstd))).isEqualTo(Errors.NONE);
    }

    @Test
    void refusalsSayWhyWhereTheVersionHasRoomForIt() {
        PartitionConfig small =
                new PartitionConfig(SegmentLimits.DEFAULT, 70, false, Long.MAX_VALUE, 3_600_000, CompactionLimits.NONE);
        topic.partition(0).configure(small);
        PartitionProduceResponse answer = produce(LATEST, 1, logs.batch("much too large for this topic"));
        assertThat(error(answer)).isEqualTo(Errors.MESSAGE_TOO_LARGE);
        assertThat(answer.errorMessage()).contains("70");
        assertThat(answer.baseOffset()).isEqualTo(-1);
        assertThat(produce(7, 1, logs.batch("much too large for this topic")).errorMessage())
                .isNull();
    }

    @Test
    void namesTheRecordsWithoutAKeyThatACompactedTopicRefuses() {
        topic.partition(0)
                .configure(new PartitionConfig(
                        SegmentLimits.DEFAULT, 1 << 20, false, Long.MAX_VALUE, 3_600_000, CompactionLimits.DEFAULT));
        MemoryRecords records = MemoryRecords.withRecords(
                Compression.NONE,
                new SimpleRecord(1, "key".getBytes(), "a".getBytes()),
                new SimpleRecord(1, null, "b".getBytes()));
        PartitionProduceResponse answer = produce(LATEST, 1, records);
        assertThat(error(answer)).isEqualTo(Errors.INVALID_RECORD);
        assertThat(answer.recordErrors()).singleElement().satisfies(record -> {
            assertThat(record.batchIndex()).isEqualTo(1);
            assertThat(record.batchIndexErrorMessage()).contains("key");
        });
        assertThat(error(produce(3, 1, records))).isEqualTo(Errors.INVALID_RECORD);
        assertThat(topic.partition(0).logEndOffset()).isZero();
    }

    @Test
    void duplicatesOfAnIdempotentProducerAreAnsweredWithTheirOffsets() {
        for (int i = 0; i < 2; i++) {
            PartitionProduceResponse answer = produce(LATEST, 1, idempotent(0, "a", "b"));
            assertThat(error(answer)).isEqualTo(Errors.NONE);
            assertThat(answer.baseOffset()).isZero();
        }
        assertThat(topic.partition(0).logEndOffset()).isEqualTo(2);
        assertThat(error(produce(LATEST, 1, idempotent(7, "c")))).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }

    @Test
    void aFullDiskIsARetriableError() {
        logs.store(topic, 0).refuseAppends(new StorageException(StorageException.Kind.FULL, "no space"));
        assertThat(error(produce(LATEST, 1, logs.batch("a")))).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    }

    private static MemoryRecords idempotent(int sequence, String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = new SimpleRecord(1_700_000_000_000L, null, values[i].getBytes());
        }
        return MemoryRecords.withIdempotentRecords(Compression.NONE, 5, (short) 0, sequence, records);
    }

    private static MemoryRecords joined(MemoryRecords one, MemoryRecords two) {
        ByteBuffer both = ByteBuffer.allocate(one.sizeInBytes() + two.sizeInBytes());
        both.put(one.buffer()).put(two.buffer()).flip();
        return MemoryRecords.readableRecords(both);
    }

    private PartitionProduceResponse produce(int version, int acks, MemoryRecords records) {
        CompletableFuture<ApiMessage> answer = send(version, request((short) acks, records));
        logs.commit();
        logs.connection.runLoop();
        assertThat(answer).isDone();
        return only(answer.join());
    }

    private CompletableFuture<ApiMessage> send(int version, ProduceRequestData request) {
        return logs.send(ApiKeys.PRODUCE, version, request);
    }

    private ProduceRequestData request(short acks, MemoryRecords records) {
        ProduceRequestData request = new ProduceRequestData().setAcks(acks).setTimeoutMs(1000);
        request.topicData()
                .add(new TopicProduceData()
                        .setName("t")
                        .setTopicId(topic.id())
                        .setPartitionData(new java.util.ArrayList<>(
                                List.of(new PartitionProduceData().setIndex(0).setRecords(records)))));
        return request;
    }

    private static PartitionProduceResponse only(ApiMessage response) {
        return ((ProduceResponseData) response)
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0);
    }

    private static Errors error(PartitionProduceResponse answer) {
        return Errors.forCode(answer.errorCode());
    }
}

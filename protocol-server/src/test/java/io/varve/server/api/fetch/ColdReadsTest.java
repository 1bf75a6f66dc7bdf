// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.spi.StorageException;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.CountedStore;
import io.varve.server.api.LogFixture;
import io.varve.server.metadata.topic.Topic;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests fetches of records that are in a remote tier only. A blocking read of the tier fails the test. */
class ColdReadsTest {
    private static final int LATEST = ApiKeys.FETCH.latestVersion();
    private static final int MANY = 40;

    private final LogFixture logs = new LogFixture(new FetchConfig(10_000, 10));
    private final Topic topic = logs.create("t", MANY);

    @AfterEach
    void nothingIsLeftBehind() {
        for (int i = 0; i < MANY; i++) {
            store(i).endRemoteReads();
        }
        logs.connection.runLoop();
        assertThat(logs.openSlices).hasValue(0);
        assertThat(logs.connection.leftovers()).isZero();
    }

    @Test
    void answersWhenTheRecordsCome() {
        fill(0, "a", "b");
        store(0).dropBelow(2);
        CompletableFuture<ApiMessage> answer = send(request(fetch(0, 0)));
        logs.connection.runLoop();
        assertThat(answer).as("not ready, and not busy").isNotDone();
        assertThat(logs.connection.tasksOnLoop()).isZero();

        store(0).endRemoteReads();
        assertThat(answer)
                .as("taken on the event loop, not on the thread of the tier")
                .isNotDone();
        logs.connection.runLoop();
        PartitionData partition = partitions(answer).get(0);
        assertThat(values(partition)).containsExactly("a", "b");
        assertThat(partition.highWatermark()).isEqualTo(2);
        assertThat(store(0).remoteReads()).as("read once").isZero();
    }

    @Test
    void doesNotWaitWhenTheLocalCopyIsDroppedMeanwhile() {
        fill(0, "a", "b");
        store(0).dropBelowAfterALook(2);
        CompletableFuture<ApiMessage> answer = send(request(fetch(0, 0)));
        logs.connection.runLoop();
        assertThat(answer).isNotDone();
        store(0).endRemoteReads();
        logs.connection.runLoop();
        assertThat(values(partitions(answer).get(0))).containsExactly("a", "b");
    }

    @Test
    void answersAtOnceWhatIsLocal() {
        fill(0, "cold");
        store(0).dropBelow(1);
        fill(1, "hot");
        List<PartitionData> answers = partitions(send(request(fetch(0, 0), fetch(1, 0))));
        assertThat(values(answers.get(0))).isEmpty();
        assertThat(error(answers.get(0))).isEqualTo(Errors.NONE);
        assertThat(values(answers.get(1))).containsExactly("hot");
        assertThat(store(0).remoteReads()).as("read for the next fetch").isEqualTo(1);
    }

    @Test
    void answersAtOnceWhatTheTierHasInItsCache() {
        fill(0, "a");
        fill(0, "b");
        CountedStore store = store(0);
        store.dropBelow(1);
        store.cached();
        CompletableFuture<ApiMessage> answer = send(request(fetch(0, 0)).setMinBytes(5_000));
        assertThat(values(partitions(answer).get(0))).containsExactly("a", "b");
    }

    @Test
    void recordsFromTheTierEndTheWaitForMinBytes() {
        fill(0, "a");
        store(0).dropBelow(1);
        CompletableFuture<ApiMessage> answer = send(request(fetch(0, 0)).setMinBytes(5_000));
        store(0).endRemoteReads();
        logs.connection.runLoop();
        assertThat(values(partitions(answer).get(0))).containsExactly("a");
    }

    @Test
    void answersWithoutThemWhenTheWaitIsOver() {
        fill(0, "a");
        store(0).dropBelow(1);
        CompletableFuture<ApiMessage> answer = send(request(fetch(0, 0)).setMaxWaitMs(500));
        logs.time.advance(500);
        logs.connection.runLoop();
        assertThat(error(partitions(answer).get(0))).isEqualTo(Errors.NONE);
        assertThat(values(partitions(answer).get(0))).isEmpty();
        // nothingIsLeftBehind: what comes now is closed
    }

    @Test
    void dropsThemWhenTheConnectionCloses() {
        fill(0, "a");
        store(0).dropBelow(1);
        CompletableFuture<ApiMessage> answer = send(request(fetch(0, 0)));
        logs.connection.close();
        assertThatThrownBy(answer::join).hasCauseInstanceOf(CloseConnectionException.class);
    }

    @Test
    void newRecordsElsewhereEndTheWaitToo() {
        fill(0, "cold");
        store(0).dropBelow(1);
        CompletableFuture<ApiMessage> answer = send(request(fetch(0, 0), fetch(1, 0)));
        fill(1, "hot");
        logs.connection.runLoop();
        assertThat(partitions(answer)).extracting(ColdReadsTest::values).containsExactly(List.of(), List.of("hot"));
    }

    @Test
    void givesARetriableErrorWhenTheTierDoesNotAnswerButNotBeforeTheWaitIsOver() {
        fill(0, "a");
        store(0).dropBelow(1);
        store(0).refuseRemoteReads(new StorageException(StorageException.Kind.RETRY, "503"));
        CompletableFuture<ApiMessage> answer = send(request(fetch(0, 0)).setMaxWaitMs(500));
        store(0).endRemoteReads();
        logs.connection.runLoop();
        assertThat(answer).as("its client would fetch again at once").isNotDone();
        logs.time.advance(500);
        assertThat(error(partitions(answer).get(0))).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    }

    @Test
    void tellsDamageInTheTierAtOnce() {
        fill(0, "a");
        store(0).dropBelow(1);
        store(0).refuseRemoteReads(new StorageException(StorageException.Kind.CORRUPT, "bad CRC"));
        CompletableFuture<ApiMessage> answer = send(request(fetch(0, 0)));
        store(0).endRemoteReads();
        logs.connection.runLoop();
        assertThat(error(partitions(answer).get(0))).isEqualTo(Errors.CORRUPT_MESSAGE);
    }

    @Test
    void doesNotGiveATopicTheRecordsOfItsNamesake() {
        fill(0, "old");
        store(0).dropBelow(1);
        CompletableFuture<ApiMessage> answer =
                logs.send(ApiKeys.FETCH, 12, request(fetch(0, 0)).setMaxWaitMs(500));
        store(0).endRemoteReads();
        logs.delete("t");
        Topic next = logs.create("t", MANY);
        logs.fill(next.partition(0), "new");
        logs.connection.runLoop();
        assertThat(values(partitions(answer).get(0))).containsExactly("new");
    }

    @Test
    void asksForNoMoreBytesThanTheAnswerHolds() {
        for (int i = 0; i < 3; i++) {
            fill(i, "x".repeat(600));
            store(i).dropBelow(1);
        }
        CompletableFuture<ApiMessage> answer =
                send(request(fetch(0, 0), fetch(1, 0), fetch(2, 0)).setMaxBytes(1_000));
        assertThat(store(0).remoteReads() + store(1).remoteReads() + store(2).remoteReads())
                .isEqualTo(1);
        store(0).endRemoteReads();
        logs.connection.runLoop();
        assertThat(partitions(answer).get(0).records().sizeInBytes()).isPositive();
        assertThat(partitions(answer).get(1).records().sizeInBytes()).isZero();
    }

    @Test
    void givesABatchLargerThanEveryLimit() {
        fill(0, "x".repeat(600));
        store(0).dropBelow(1);
        CompletableFuture<ApiMessage> answer =
                send(request(fetch(0, 0).setPartitionMaxBytes(10)).setMaxBytes(10));
        store(0).endRemoteReads();
        logs.connection.runLoop();
        assertThat(values(partitions(answer).get(0))).hasSize(1);
    }

    @Test
    void oneFetchReadsNotTooManyPartitionsAtATime() {
        FetchPartition[] all = new FetchPartition[MANY];
        for (int i = 0; i < MANY; i++) {
            fill(i, "v" + i);
            store(i).dropBelow(1);
            all[i] = fetch(i, 0).setPartitionMaxBytes(100);
        }
        CompletableFuture<ApiMessage> answer = send(request(all));
        int started = 0;
        for (int i = 0; i < MANY; i++) {
            started += store(i).remoteReads();
            store(i).endRemoteReads();
        }
        assertThat(started).isEqualTo(16);
        logs.connection.runLoop();
        assertThat(partitions(answer).stream()
                        .filter(partition -> partition.records().sizeInBytes() > 0))
                .hasSize(16);
    }

    private void fill(int partition, String... values) {
        logs.fill(topic.partition(partition), values);
    }

    private CountedStore store(int partition) {
        return logs.stores.get(topic.partition(partition).id());
    }

    private CompletableFuture<ApiMessage> send(FetchRequestData request) {
        return logs.send(ApiKeys.FETCH, LATEST, request);
    }

    private FetchRequestData request(FetchPartition... fetches) {
        return new FetchRequestData()
                .setMaxWaitMs(10_000)
                .setMinBytes(1)
                .setMaxBytes(1 << 20)
                .setTopics(new ArrayList<>(List.of(
                        new FetchTopic().setTopic("t").setTopicId(topic.id()).setPartitions(List.of(fetches)))));
    }

    private static FetchPartition fetch(int partition, long offset) {
        return new FetchPartition()
                .setPartition(partition)
                .setFetchOffset(offset)
                .setPartitionMaxBytes(1_000);
    }

    private static List<PartitionData> partitions(CompletableFuture<ApiMessage> answer) {
        assertThat(answer).isDone();
        return ((FetchResponseData) answer.join()).responses().get(0).partitions();
    }

    private static List<String> values(PartitionData partition) {
        List<String> values = new ArrayList<>();
        for (Record record : ((MemoryRecords) partition.records()).records()) {
            values.add(new String(Utils.toArray(record.value()), StandardCharsets.UTF_8));
        }
        return values;
    }

    private static Errors error(PartitionData answer) {
        return Errors.forCode(answer.errorCode());
    }
}

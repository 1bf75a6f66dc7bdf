// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.CountedStore;
import io.varve.server.api.LogFixture;
import io.varve.server.metadata.topic.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests fetches of records that may have to be read from a disk: a worker thread reads them. */
class SlowReadsTest {
    /** The last version that names topics by name. */
    private static final int VERSION = 12;

    private static final int MAX_WAIT_MS = 10_000;
    private static final CountDownLatch NO_WAIT = new CountDownLatch(0);

    private final LogFixture logs = new LogFixture();
    private final Topic topic = logs.create("t", 3);

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(logs.openSlices).hasValue(0);
        assertThat(logs.connection.leftovers()).isZero();
        assertThat(logs.connection.tasksInBackground()).isZero();
    }

    private CountedStore store(int partition) {
        return logs.store(topic, partition);
    }

    @Test
    void whatIsInMemoryIsReadAtOnce() {
        logs.fill(topic.partition(0), "a");
        assertThat(sizes(send(1, -1))).containsExactly(true, false, false);
        assertThat(store(0).loads()).isZero();
    }

    @Test
    void theFirstSlowPartitionAndAllAfterItAreReadByAWorkerInTheirOrder() {
        for (int i = 0; i < 3; i++) {
            logs.fill(topic.partition(i), "value " + i);
        }
        store(1).slowBelow(1, NO_WAIT);
        CompletableFuture<ApiMessage> answer = send(1, -1);
        assertThat(logs.openSlices).as("read before the slow one").hasValue(1);
        assertThat(logs.connection.tasksInBackground()).isEqualTo(1);

        logs.connection.runBackground();
        assertThat(answer).as("answered on the event loop").isNotDone();
        logs.connection.runLoop();
        assertThat(sizes(answer)).containsExactly(true, true, true);
        assertThat(partitions(answer)).extracting(PartitionData::partitionIndex).containsExactly(0, 1, 2);
        assertThat(store(1).loads()).as("sending must not wait either").isEqualTo(1);
        assertThat(store(2).loads()).isZero();
    }

    @Test
    void aClientAtTheEndOfASlowPartitionNeedsNoWorker() {
        logs.fill(topic.partition(0), "a");
        store(0).slowBelow(5, NO_WAIT);
        CompletableFuture<ApiMessage> answer = send(1, -1, 1);
        assertThat(logs.connection.tasksInBackground()).isZero();
        logs.time.advance(MAX_WAIT_MS);
        assertThat(sizes(answer)).containsExactly(false, false, false);
    }

    @Test
    void theEndOfAnEpochIsLookedUpByAWorkerUnlessItIsKnown() {
        CompletableFuture<ApiMessage> answer = send(1, LogFixture.LEADER_EPOCH - 1);
        assertThat(answer).isNotDone();
        assertThat(logs.connection.tasksInBackground()).isEqualTo(1);
        runAll();
        CompletableFuture<ApiMessage> next = send(1, LogFixture.LEADER_EPOCH - 1);
        assertThat(logs.connection.tasksInBackground()).as("known by now").isZero();
        logs.time.advance(MAX_WAIT_MS);
        assertThat(sizes(answer)).containsExactly(false, false, false);
        assertThat(sizes(next)).containsExactly(false, false, false);
    }

    @Test
    void aWakeMeasuresASlowPartitionByAWorker() {
        CompletableFuture<ApiMessage> answer = waitForMoreOfASlowPartition();
        logs.fill(topic.partition(0), "b");
        logs.connection.runLoop();
        assertThat(logs.connection.tasksInBackground()).isEqualTo(1);
        runAll();
        assertThat(answer).as("still too few").isNotDone();

        logs.fill(topic.partition(0), "c".repeat(300));
        runAll();
        assertThat(partitions(answer).get(0).highWatermark()).isEqualTo(3);
        assertThat(sizes(answer)).containsExactly(true, false, false);
    }

    @Test
    void aWaitThatEndsWhileAWorkerMeasuresIsAnsweredOnce() {
        CompletableFuture<ApiMessage> answer = waitForMoreOfASlowPartition();
        logs.fill(topic.partition(0), "b");
        logs.connection.runLoop();
        logs.time.advance(MAX_WAIT_MS);
        assertThat(logs.connection.tasksInBackground())
                .as("one task of a connection at a time")
                .isEqualTo(1);
        runAll();
        assertThat(partitions(answer).get(0).highWatermark()).isEqualTo(2);
    }

    @Test
    void aClientThatLeavesWhileAWorkerMeasuresIsNotMeasuredFor() {
        CompletableFuture<ApiMessage> answer = waitForMoreOfASlowPartition();
        logs.fill(topic.partition(0), "b");
        logs.connection.runLoop();
        logs.time.advance(MAX_WAIT_MS);
        logs.connection.close();
        assertThatThrownBy(answer::join).hasCauseInstanceOf(CloseConnectionException.class);
        runAll();
    }

    /** A worker thread may be long in coming, and comes never when the server stops. */
    @Test
    void releasesWhatWasReadThoughNoWorkerComes() {
        for (int i = 0; i < 3; i++) {
            logs.fill(topic.partition(i), "value " + i);
        }
        store(1).slowBelow(1, NO_WAIT);
        CompletableFuture<ApiMessage> answer = send(1, -1);
        assertThat(logs.openSlices).hasValue(1);
        logs.connection.close();
        assertThat(logs.openSlices).hasValue(0);
        assertThatThrownBy(answer::join).hasCauseInstanceOf(CloseConnectionException.class);
        runAll();
    }

    @Test
    void releasesWhatWasReadWhenTheClientLeavesMeanwhile() {
        for (int i = 0; i < 3; i++) {
            logs.fill(topic.partition(i), "value " + i);
        }
        store(1).slowBelow(1, NO_WAIT);
        CompletableFuture<ApiMessage> answer = send(1, -1);
        logs.connection.close();
        runAll();
        assertThatThrownBy(answer::join).hasCauseInstanceOf(CloseConnectionException.class);
    }

    private CompletableFuture<ApiMessage> waitForMoreOfASlowPartition() {
        logs.fill(topic.partition(0), "a");
        store(0).slowBelow(100, NO_WAIT);
        CompletableFuture<ApiMessage> answer = send(300, -1);
        runAll();
        assertThat(answer).as("too few bytes").isNotDone();
        return answer;
    }

    private void runAll() {
        while (logs.connection.tasksInBackground() + logs.connection.tasksOnLoop() > 0) {
            logs.connection.runLoop();
            logs.connection.runBackground();
        }
    }

    private static List<PartitionData> partitions(CompletableFuture<ApiMessage> answer) {
        assertThat(answer).isDone();
        return ((FetchResponseData) answer.join()).responses().get(0).partitions();
    }

    private static List<Boolean> sizes(CompletableFuture<ApiMessage> answer) {
        return partitions(answer).stream()
                .map(partition -> partition.records().sizeInBytes() > 0)
                .toList();
    }

    private CompletableFuture<ApiMessage> send(int minBytes, int lastFetchedEpoch) {
        return send(minBytes, lastFetchedEpoch, 0);
    }

    private CompletableFuture<ApiMessage> send(int minBytes, int lastFetchedEpoch, long offset) {
        List<FetchPartition> partitions = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            partitions.add(new FetchPartition()
                    .setPartition(i)
                    .setFetchOffset(i == 0 ? offset : 0)
                    .setLastFetchedEpoch(lastFetchedEpoch)
                    .setPartitionMaxBytes(1 << 20));
        }
        return logs.send(
                ApiKeys.FETCH,
                VERSION,
                new FetchRequestData()
                        .setMaxWaitMs(MAX_WAIT_MS)
                        .setMinBytes(minBytes)
                        .setMaxBytes(1 << 20)
                        .setTopics(List.of(new FetchTopic().setTopic("t").setPartitions(partitions))));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.log.append.AppendOrigin;
import io.varve.core.spi.StorageException;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.LogFixture;
import io.varve.server.metadata.topic.Topic;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FetchHandlerTest {
    private static final int LATEST = ApiKeys.FETCH.latestVersion();
    private static final byte READ_COMMITTED = 1;
    private static final int MANY = FetchReader.SLICE + 10;

    private final LogFixture logs = new LogFixture(new FetchConfig(10_000, 10));
    private final Topic topic = logs.create("t", 3);

    @AfterEach
    void nothingIsLeftBehind() {
        assertThat(logs.openSlices).hasValue(0);
        assertThat(logs.connection.leftovers()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18})
    void givesWhatIsStoredFromTheOffsetOn(int version) {
        logs.fill(topic.partition(0), "a", "b");
        logs.fill(topic.partition(0), "c");

        PartitionData partition = only(ask(version, request(fetch(0, 2))));

        assertThat(values(partition)).containsExactly("c");
        assertThat(partition.highWatermark()).isEqualTo(3);
        assertThat(partition.lastStableOffset()).isEqualTo(3);
        assertThat(partition.preferredReadReplica()).isEqualTo(-1);
        assertThat(partition.abortedTransactions()).isNull();
    }

    @Test
    void tellsAtOnceWhereTheLogPartsFromWhatTheClientHas() {
        logs.fill(topic.partition(0), "a", "b");
        PartitionData parted = only(ask(LATEST, request(fetch(0, 1).setLastFetchedEpoch(1))));
        assertThat(parted.errorCode()).isZero();
        assertThat(parted.records().sizeInBytes()).isZero();
        assertThat(parted.divergingEpoch().epoch()).isEqualTo(1);
        assertThat(parted.divergingEpoch().endOffset()).isZero();
        PartitionData same = only(ask(LATEST, request(fetch(0, 1).setLastFetchedEpoch(LogFixture.LEADER_EPOCH))));
        assertThat(values(same)).containsExactly("a", "b");
        assertThat(same.divergingEpoch().endOffset()).isEqualTo(-1);
        PartitionData unseen = only(ask(LATEST, request(fetch(0, 1).setLastFetchedEpoch(9))));
        assertThat(unseen.errorCode()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
    }

    @Test
    void readCommittedGetsAnEmptyListOfAbortedTransactions() {
        logs.fill(topic.partition(0), "a");
        PartitionData partition = only(ask(LATEST, request(fetch(0, 0)).setIsolationLevel(READ_COMMITTED)));
        assertThat(values(partition)).containsExactly("a");
        assertThat(partition.abortedTransactions()).isEmpty();
    }

    @Test
    void recordsNotYetDurableAreNotShown() {
        logs.fill(topic.partition(0), "a");
        topic.partition(0).appender().append(logs.batch("b").buffer(), AppendOrigin.CLIENT);
        assertThat(values(only(ask(LATEST, request(fetch(0, 0)))))).containsExactly("a");
        PartitionData pastTheHighWatermark =
                only(ask(LATEST, request(fetch(0, 2)).setMaxWaitMs(0)));
        assertThat(error(pastTheHighWatermark)).isEqualTo(Errors.NONE);
        assertThat(pastTheHighWatermark.records().sizeInBytes()).isZero();
    }

    @Test
    void waitsUntilARecordBecomesVisible() {
        CompletableFuture<ApiMessage> answer = send(LATEST, request(fetch(0, 0), fetch(1, 0)));
        topic.partition(1).appender().append(logs.batch("a").buffer(), AppendOrigin.CLIENT);
        logs.connection.runLoop();
        assertThat(answer).isNotDone();

        logs.commit();
        assertThat(logs.connection.tasksOnLoop()).isEqualTo(1);
        logs.connection.runLoop();

        FetchResponseData response = (FetchResponseData) answer.join();
        assertThat(values(response.responses().get(0).partitions().get(1))).containsExactly("a");
    }

    @Test
    void answersWithNothingWhenTheWaitIsOverAndLeavesNoWaiterBehind() {
        CompletableFuture<ApiMessage> answer = send(LATEST, request(fetch(0, 0)).setMaxWaitMs(500));
        logs.time.advance(499);
        assertThat(answer).isNotDone();
        logs.time.advance(1);
        assertThat(only((FetchResponseData) answer.join()).records().sizeInBytes())
                .isZero();

        logs.fill(topic.partition(0), "late");
        assertThat(logs.connection.tasksOnLoop()).isZero();
    }

    @Test
    void waitsForMinBytesOverAllPartitions() {
        logs.fill(topic.partition(0), "a");
        CompletableFuture<ApiMessage> answer =
                send(LATEST, request(fetch(0, 0), fetch(1, 0)).setMinBytes(200));
        for (int i = 0; i < 2; i++) {
            assertThat(answer).isNotDone();
            logs.fill(topic.partition(i), "b");
            logs.connection.runLoop();
        }
        assertThat(answer).isDone();
        answer.join();
    }

    @Test
    void aClosedConnectionEndsTheWait() {
        CompletableFuture<ApiMessage> answer = send(LATEST, request(fetch(0, 0)));
        logs.connection.close();
        assertThatThrownBy(answer::join).hasCauseInstanceOf(CloseConnectionException.class);
        logs.fill(topic.partition(0), "late");
        assertThat(logs.connection.tasksOnLoop()).isZero();
    }

    @Test
    void aDeletedTopicEndsTheWait() {
        CompletableFuture<ApiMessage> byId = send(LATEST, request(fetch(0, 0)));
        CompletableFuture<ApiMessage> byName = send(12, request(fetch(0, 0)));
        logs.delete("t");
        logs.connection.runLoop();
        assertThat(error(only((FetchResponseData) byId.join()))).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
        assertThat(error(only((FetchResponseData) byName.join()))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void aLogThatWillNotGrowButCanBeReadDoesNotMakeItsConsumersSpin() {
        topic.partition(0).commitTarget().failed(new StorageException(StorageException.Kind.FULL, "disk full"));
        CompletableFuture<ApiMessage> answer =
                send(LATEST, request(fetch(0, 0), fetch(1, 0)).setMaxWaitMs(500));
        logs.connection.runLoop();
        assertThat(answer).isNotDone();
        assertThat(logs.connection.tasksOnLoop()).isZero();
        logs.fill(topic.partition(1), "a");
        logs.connection.runLoop();
        assertThat(answer).isDone();
    }

    @Test
    void errorsAreAnsweredAtOnceBesideTheRest() {
        logs.fill(topic.partition(0), "a");
        FetchRequestData request = request(fetch(0, 2), fetch(7, 0), fetch(1, 0).setCurrentLeaderEpoch(2));
        List<PartitionData> answers = ask(LATEST, request).responses().get(0).partitions();
        assertThat(answers)
                .extracting(FetchHandlerTest::error)
                .containsExactly(
                        Errors.OFFSET_OUT_OF_RANGE, Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.FENCED_LEADER_EPOCH);
        assertThat(answers.get(0).highWatermark()).isEqualTo(-1);
        assertThat(answers.get(2).currentLeader().leaderId()).isEqualTo(LogFixture.NODE);
        assertThat(answers.get(2).currentLeader().leaderEpoch()).isEqualTo(LogFixture.LEADER_EPOCH);
    }

    @Test
    void fencedClientsAreToldWhereTheLeaderIs() {
        FetchRequestData request = request(fetch(0, 0).setCurrentLeaderEpoch(2));
        assertThat(ask(16, request).nodeEndpoints().find(LogFixture.NODE).port())
                .isEqualTo(9092);
        assertThat(ask(15, request).nodeEndpoints()).isEmpty();
        PartitionData ahead = only(ask(LATEST, request(fetch(0, 0).setCurrentLeaderEpoch(9))));
        assertThat(error(ahead)).isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
    }

    @Test
    void unknownTopicsGetTheErrorOfTheirVersion() {
        FetchRequestData request = request(fetch(0, 0));
        request.topics().get(0).setTopic("nope").setTopicId(Uuid.randomUuid());
        assertThat(error(only(ask(12, request)))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(error(only(ask(13, request)))).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
    }

    @Test
    void damagedBytesAreSaidToBeDamaged() {
        logs.fill(topic.partition(0), "a");
        logs.store(topic, 0).refuseReads(new StorageException(StorageException.Kind.CORRUPT, "bad CRC"));
        assertThat(error(only(ask(LATEST, request(fetch(0, 0)))))).isEqualTo(Errors.CORRUPT_MESSAGE);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 18})
    void oldClientsThatDoNotKnowAFailingDiskAskForTheLeaderAnew(int version) {
        logs.fill(topic.partition(0), "a");
        logs.store(topic, 0).refuseReads(new StorageException(StorageException.Kind.RETRY, "EIO"));
        assertThat(error(only(ask(version, request(fetch(0, 0))))))
                .isEqualTo(version < 6 ? Errors.NOT_LEADER_OR_FOLLOWER : Errors.KAFKA_STORAGE_ERROR);
    }

    @Test
    void followersAreRefused() {
        logs.fill(topic.partition(0), "a");
        FetchRequestData old = request(fetch(0, 0)).setReplicaId(2);
        assertThat(error(only(ask(14, old)))).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        FetchRequestData current = request(fetch(0, 0).setCurrentLeaderEpoch(LogFixture.LEADER_EPOCH));
        current.replicaState().setReplicaId(2);
        assertThat(error(only(ask(LATEST, current)))).isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
    }

    @Test
    void aBatchLargerThanEveryLimitIsGivenOnceAndNothingBesides() {
        logs.fill(topic.partition(0), "x".repeat(500));
        logs.fill(topic.partition(1), "y".repeat(500));
        FetchRequestData request = request(
                        fetch(0, 0).setPartitionMaxBytes(10), fetch(1, 0).setPartitionMaxBytes(10))
                .setMaxBytes(10);
        List<PartitionData> answers = ask(LATEST, request).responses().get(0).partitions();
        assertThat(values(answers.get(0))).hasSize(1);
        assertThat(answers.get(1).records().sizeInBytes()).isZero();
        assertThat(error(answers.get(1))).isEqualTo(Errors.NONE);
    }

    @Test
    void anAnswerHoldsNoMoreThanTheSmallestLimit() {
        for (int i = 0; i < 30; i++) {
            logs.fill(topic.partition(0), "x".repeat(1000));
        }
        PartitionData capped = only(ask(LATEST, request(fetch(0, 0))));
        assertThat(capped.records().sizeInBytes()).isBetween(8_000, 10_000);
        PartitionData own = only(ask(LATEST, request(fetch(0, 0).setPartitionMaxBytes(3000))));
        assertThat(own.records().sizeInBytes()).isBetween(1000, 3000);
    }

    /** Clients that rotate their partitions themselves, as librdkafka does, depend on the order (KIP-74). */
    @Test
    void outsideASessionPartitionsAreReadInTheOrderOfTheRequest() {
        for (int partition = 0; partition < 3; partition++) {
            for (int i = 0; i < 100; i++) {
                logs.fill(topic.partition(partition), "x".repeat(1000));
            }
        }
        List<FetchPartition> fetches = new ArrayList<>(List.of(fetch(0, 0), fetch(1, 0), fetch(2, 0)));
        List<Integer> served = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            FetchRequestData request = request(fetches.toArray(FetchPartition[]::new))
                    .setSessionEpoch(-1)
                    .setMaxBytes(1000);
            ask(LATEST, request).responses().get(0).partitions().stream()
                    .filter(partition -> partition.records().sizeInBytes() > 0)
                    .forEach(partition -> served.add(partition.partitionIndex()));
            Collections.rotate(fetches, -1);
        }
        assertThat(served).containsExactly(0, 1, 2, 0, 1, 2);
    }

    @Test
    void aPartitionNamedTwiceIsOneAsItWasNamedLast() {
        logs.fill(topic.partition(0), "a");
        logs.fill(topic.partition(0), "b");
        FetchRequestData request = request(fetch(0, 0), fetch(1, 0), fetch(0, 1));
        request.topics()
                .add(new FetchTopic().setTopic("t").setTopicId(topic.id()).setPartitions(List.of(fetch(1, 0))));
        List<PartitionData> answers = ask(LATEST, request).responses().get(0).partitions();
        assertThat(answers).extracting(PartitionData::partitionIndex).containsExactly(0, 1);
        assertThat(values(answers.get(0))).containsExactly("b");
    }

    @ParameterizedTest
    @ValueSource(ints = {12, 13})
    void unknownPartitionsBesideReadableOnesDoNotEndTheWait(int version) {
        FetchRequestData request = request(fetch(7, 0), fetch(0, 0));
        request.topics()
                .add(new FetchTopic()
                        .setTopic("gone")
                        .setTopicId(Uuid.randomUuid())
                        .setPartitions(List.of(fetch(0, 0))));
        CompletableFuture<ApiMessage> answer = send(version, request);
        logs.connection.runLoop();
        assertThat(answer).isNotDone();

        logs.fill(topic.partition(0), "a");
        logs.connection.runLoop();
        FetchResponseData response = (FetchResponseData) answer.join();
        assertThat(response.responses().get(0).partitions())
                .extracting(FetchHandlerTest::error)
                .containsExactly(Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.NONE);
        assertThat(response.responses().get(1).partitions())
                .extracting(FetchHandlerTest::error)
                .containsExactly(version < 13 ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.UNKNOWN_TOPIC_ID);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100})
    void looksAtManyPartitionsASliceAtATime(int minBytes) {
        Topic big = logs.create("big", MANY);
        CompletableFuture<ApiMessage> answer = send(12, ofMany().setMinBytes(minBytes));
        assertThat(logs.connection.runOne()).as("the rest of the first look").isTrue();
        assertThat(logs.connection.runOne()).as("no answer yet").isTrue();
        logs.connection.runLoop();
        assertThat(answer).isNotDone();

        logs.fill(big.partition(MANY - 1), "a".repeat(100));
        logs.commit();
        assertThat(logs.connection.runOne()).as("the news").isTrue();
        assertThat(answer).as("all is read again in slices").isNotDone();
        logs.connection.runLoop();
        FetchResponseData response = (FetchResponseData) answer.join();
        assertThat(response.responses().get(0).partitions()).hasSize(MANY);
        assertThat(values(response.responses().get(0).partitions().get(MANY - 1)))
                .hasSize(1);
    }

    @Test
    void keepsNothingOfManyPartitionsWhoseConnectionClosesMeanwhile() {
        Topic big = logs.create("big", MANY);
        logs.fill(big.partition(0), "a");
        logs.commit();
        CompletableFuture<ApiMessage> answer = send(12, ofMany());
        assertThat(logs.openSlices).hasValue(1);
        logs.connection.close();
        logs.connection.runLoop();
        assertThatThrownBy(answer::join).hasCauseInstanceOf(CloseConnectionException.class);
    }

    private FetchRequestData ofMany() {
        FetchRequestData request = request(fetch(0, 0));
        request.topics().get(0).setTopic("big").setPartitions(new ArrayList<>());
        for (int i = 0; i < MANY; i++) {
            request.topics().get(0).partitions().add(fetch(i, 0));
        }
        return request;
    }

    @Test
    void anEmptyFetchIsAnsweredAtOnce() {
        assertThat(ask(LATEST, request()).responses()).isEmpty();
    }

    private FetchResponseData ask(int version, FetchRequestData request) {
        return logs.ask(ApiKeys.FETCH, version, request);
    }

    private CompletableFuture<ApiMessage> send(int version, FetchRequestData request) {
        return logs.send(ApiKeys.FETCH, version, request);
    }

    private FetchRequestData request(FetchPartition... fetches) {
        FetchRequestData request =
                new FetchRequestData().setMaxWaitMs(10_000).setMinBytes(1).setMaxBytes(1 << 20);
        if (fetches.length > 0) {
            request.topics()
                    .add(new FetchTopic().setTopic("t").setTopicId(topic.id()).setPartitions(List.of(fetches)));
        }
        return request;
    }

    private static FetchPartition fetch(int partition, long offset) {
        return new FetchPartition()
                .setPartition(partition)
                .setFetchOffset(offset)
                .setPartitionMaxBytes(1 << 20);
    }

    private static PartitionData only(FetchResponseData response) {
        assertThat(response.errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(response.responses()).hasSize(1);
        assertThat(response.responses().get(0).partitions()).hasSize(1);
        return response.responses().get(0).partitions().get(0);
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

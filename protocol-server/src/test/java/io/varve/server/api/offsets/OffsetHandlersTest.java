// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.offsets;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.retention.TierLimits;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.Tiering;
import io.varve.server.api.LogFixture;
import io.varve.server.metadata.topic.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OffsetHandlersTest {
    private static final int LATEST = ApiKeys.LIST_OFFSETS.latestVersion();

    private final LogFixture logs = new LogFixture();
    private final Topic topic = logs.create("t", 1);
    private final long start = logs.time.millis();

    /**
     * Four records at start, +10 and +20 (two), of which the first is trimmed; a fifth is not durable yet.
     */
    private void fill() {
        logs.fill(topic.partition(0), "a");
        logs.time.advance(10);
        logs.fill(topic.partition(0), "b");
        logs.time.advance(10);
        logs.fill(topic.partition(0), "c", "d");
        topic.partition(0).maintenance().trimTo(1);
        logs.time.advance(10);
        topic.partition(0).appender().append(logs.batch("e").buffer(), AppendOrigin.CLIENT);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
    void findsBothEndsInEveryVersion(int version) {
        fill();
        assertThat(find(version, ListOffsetsRequest.EARLIEST_TIMESTAMP).offset())
                .isEqualTo(1);
        ListOffsetsPartitionResponse latest = find(version, ListOffsetsRequest.LATEST_TIMESTAMP);
        assertThat(latest.offset()).isEqualTo(4);
        assertThat(latest.timestamp()).isEqualTo(-1);
        assertThat(latest.leaderEpoch()).isEqualTo(version >= 4 ? LogFixture.LEADER_EPOCH : -1);
    }

    @Test
    void findsTheFirstRecordAtOrAfterATime() {
        fill();
        ListOffsetsPartitionResponse found = find(LATEST, start + 11);
        assertThat(found.offset()).isEqualTo(2);
        assertThat(found.timestamp()).isEqualTo(start + 20);
        ListOffsetsPartitionResponse none = find(LATEST, start + 25);
        assertThat(error(none)).isEqualTo(Errors.NONE);
        assertThat(none.offset()).isEqualTo(-1);
    }

    @Test
    void findsTheRecordWithTheLargestTimestamp() {
        assertThat(find(LATEST, ListOffsetsRequest.MAX_TIMESTAMP).offset()).isEqualTo(-1);
        fill();
        ListOffsetsPartitionResponse found = find(LATEST, ListOffsetsRequest.MAX_TIMESTAMP);
        assertThat(found.timestamp()).isEqualTo(start + 20);
        assertThat(found.offset()).isEqualTo(2);
    }

    @Test
    void nothingIsTiered() {
        fill();
        assertThat(find(LATEST, ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP).offset())
                .isEqualTo(1);
        for (long tiered : List.of(
                ListOffsetsRequest.LATEST_TIERED_TIMESTAMP, ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP)) {
            ListOffsetsPartitionResponse found = find(LATEST, tiered);
            assertThat(error(found)).isEqualTo(Errors.NONE);
            assertThat(found.offset()).isEqualTo(-1);
            assertThat(found.leaderEpoch()).isEqualTo(-1);
        }
    }

    @Test
    void findsTheBordersOfTheRemoteTier() {
        PartitionLog log = topic.partition(0);
        log.configure(log.config().with(new TierLimits(Tiering.COPY, TierLimits.AS_TOTAL, TierLimits.AS_TOTAL)));
        for (int i = 0; i < 4; i++) {
            logs.fill(log, "a", "b");
            logs.store(topic, 0).seal();
        }
        long bytes = log.sizeInBytes();
        assertThat(borders()).as("nothing is copied yet").containsExactly(0L, -1L, 0L);
        logs.store(topic, 0).copyBelow(6);
        assertThat(borders()).as("nothing is dropped yet").containsExactly(0L, 5L, 6L);
        logs.store(topic, 0).dropBelow(4);
        assertThat(borders()).containsExactly(4L, 5L, 6L);
        assertThat(find(LATEST, ListOffsetsRequest.EARLIEST_TIMESTAMP).offset()).isZero();
        assertThat(log.sizeInBytes()).as("as DescribeLogDirs says").isEqualTo(bytes / 2);
        log.configure(log.config().with(TierLimits.OFF));
        assertThat(borders()).as("the topic is no longer tiered").containsExactly(4L, -1L, -1L);
    }

    private List<Long> borders() {
        return Stream.of(
                        ListOffsetsRequest.EARLIEST_LOCAL_TIMESTAMP,
                        ListOffsetsRequest.LATEST_TIERED_TIMESTAMP,
                        ListOffsetsRequest.EARLIEST_PENDING_UPLOAD_TIMESTAMP)
                .map(timestamp -> find(LATEST, timestamp))
                .peek(found ->
                        assertThat(found.leaderEpoch()).isEqualTo(found.offset() < 0 ? -1 : LogFixture.LEADER_EPOCH))
                .map(ListOffsetsPartitionResponse::offset)
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"6,-3", "7,-4", "8,-5", "10,-6", "11,-7", "11,-9223372036854775808"})
    void timestampsThatMeanNothingInAVersionAreRefused(int version, long timestamp) {
        assertThat(error(find(version, timestamp))).isEqualTo(Errors.UNSUPPORTED_VERSION);
    }

    @Test
    void listOffsetsErrorsArePerPartition() {
        ListOffsetsRequestData request = request(-1);
        List<ListOffsetsPartition> partitions = request.topics().get(0).partitions();
        partitions.get(0).setCurrentLeaderEpoch(LogFixture.LEADER_EPOCH - 1);
        partitions.add(new ListOffsetsPartition().setPartitionIndex(4).setTimestamp(-1));
        partitions.add(new ListOffsetsPartition().setPartitionIndex(5).setTimestamp(-1));
        partitions.add(new ListOffsetsPartition().setPartitionIndex(5).setTimestamp(-2));
        ListOffsetsResponseData response = logs.ask(ApiKeys.LIST_OFFSETS, LATEST, request);
        assertThat(response.topics().get(0).partitions())
                .extracting(OffsetHandlersTest::error)
                .containsExactly(
                        Errors.FENCED_LEADER_EPOCH,
                        Errors.UNKNOWN_TOPIC_OR_PARTITION,
                        Errors.INVALID_REQUEST,
                        Errors.INVALID_REQUEST);
    }

    @Test
    void aLookUpInDamagedBytesSaysSo() {
        fill();
        logs.store(topic, 0).refuseReads(new StorageException(StorageException.Kind.CORRUPT, "bad CRC"));
        assertThat(error(find(LATEST, start + 11))).isEqualTo(Errors.CORRUPT_MESSAGE);
        assertThat(find(LATEST, ListOffsetsRequest.LATEST_TIMESTAMP).offset()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void theEpochInForceReachesToTheEndAndEarlierOnesToItsBeginning(int version) {
        fill();
        EpochEndOffset current = end(version, -1, LogFixture.LEADER_EPOCH);
        assertThat(current.endOffset()).isEqualTo(5);
        assertThat(current.leaderEpoch()).isEqualTo(LogFixture.LEADER_EPOCH);
        EpochEndOffset before = end(version, -1, LogFixture.LEADER_EPOCH - 1);
        assertThat(before.endOffset()).isEqualTo(topic.partition(0).logStartOffset());
        assertThat(before.leaderEpoch()).isEqualTo(LogFixture.LEADER_EPOCH - 1);
    }

    @Test
    void epochsNotSeenYetHaveNoEnd() {
        EpochEndOffset unseen = end(4, -1, LogFixture.LEADER_EPOCH + 1);
        assertThat(unseen.errorCode()).isZero();
        assertThat(unseen.endOffset()).isEqualTo(-1);
        assertThat(unseen.leaderEpoch()).isEqualTo(-1);
        assertThat(end(4, -1, -1).endOffset()).isEqualTo(-1);
    }

    @Test
    void epochQuestionsAreFencedAsFetchesAre() {
        assertThat(end(4, LogFixture.LEADER_EPOCH - 1, 0).errorCode()).isEqualTo(Errors.FENCED_LEADER_EPOCH.code());
        assertThat(end(4, LogFixture.LEADER_EPOCH + 1, 0).errorCode()).isEqualTo(Errors.UNKNOWN_LEADER_EPOCH.code());
        logs.delete("t");
        assertThat(end(4, -1, 0).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    private EpochEndOffset end(int version, int currentEpoch, int epoch) {
        OffsetForLeaderEpochRequestData request = new OffsetForLeaderEpochRequestData().setReplicaId(-2);
        request.topics()
                .add(new OffsetForLeaderTopic()
                        .setTopic("t")
                        .setPartitions(List.of(new OffsetForLeaderPartition()
                                .setPartition(0)
                                .setCurrentLeaderEpoch(currentEpoch)
                                .setLeaderEpoch(epoch))));
        OffsetForLeaderEpochResponseData response = logs.ask(ApiKeys.OFFSET_FOR_LEADER_EPOCH, version, request);
        return response.topics().find("t").partitions().get(0);
    }

    private ListOffsetsPartitionResponse find(int version, long timestamp) {
        ListOffsetsResponseData response = logs.ask(ApiKeys.LIST_OFFSETS, version, request(timestamp));
        return response.topics().get(0).partitions().get(0);
    }

    private static ListOffsetsRequestData request(long timestamp) {
        List<ListOffsetsPartition> partitions = new ArrayList<>();
        partitions.add(new ListOffsetsPartition().setPartitionIndex(0).setTimestamp(timestamp));
        return new ListOffsetsRequestData()
                .setReplicaId(-1)
                .setTopics(List.of(new ListOffsetsTopic().setName("t").setPartitions(partitions)));
    }

    private static Errors error(ListOffsetsPartitionResponse answer) {
        return Errors.forCode(answer.errorCode());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share.state;

import io.varve.server.share.state.ShareStateStore.StateChange;
import io.varve.server.share.state.ShareStateStore.StoredRun;
import java.util.List;
import org.apache.kafka.common.message.DeleteShareGroupStateRequestData;
import org.apache.kafka.common.message.DeleteShareGroupStateResponseData;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.InitializeShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateResponseData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryResponseData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.message.WriteShareGroupStateResponseData;
import org.apache.kafka.server.share.persister.PartitionAllData;
import org.apache.kafka.server.share.persister.PartitionErrorData;
import org.apache.kafka.server.share.persister.PartitionFactory;
import org.apache.kafka.server.share.persister.PartitionIdLeaderEpochData;
import org.apache.kafka.server.share.persister.PartitionStateBatchData;
import org.apache.kafka.server.share.persister.PartitionStateData;
import org.apache.kafka.server.share.persister.PartitionStateSummaryData;
import org.apache.kafka.server.share.persister.PersisterStateBatch;

/**
 * Builds the share coordinator's requests for one share partition, and takes the one result out of each
 * answer. Stateless.
 */
final class StateRequests {
    private StateRequests() {}

    static InitializeShareGroupStateRequestData initialize(SharePartitionId id, PartitionStateData partition) {
        return new InitializeShareGroupStateRequestData()
                .setGroupId(id.group())
                .setTopics(List.of(new InitializeShareGroupStateRequestData.InitializeStateData()
                        .setTopicId(id.topic())
                        .setPartitions(List.of(new InitializeShareGroupStateRequestData.PartitionData()
                                .setPartition(id.partition())
                                .setStateEpoch(partition.stateEpoch())
                                .setStartOffset(partition.startOffset())))));
    }

    static PartitionErrorData result(InitializeShareGroupStateResponseData answer) {
        InitializeShareGroupStateResponseData.PartitionResult result =
                answer.results().get(0).partitions().get(0);
        return PartitionFactory.newPartitionErrorData(result.partition(), result.errorCode(), result.errorMessage());
    }

    static ReadShareGroupStateRequestData read(SharePartitionId id, int leaderEpoch) {
        return new ReadShareGroupStateRequestData()
                .setGroupId(id.group())
                .setTopics(List.of(new ReadShareGroupStateRequestData.ReadStateData()
                        .setTopicId(id.topic())
                        .setPartitions(List.of(new ReadShareGroupStateRequestData.PartitionData()
                                .setPartition(id.partition())
                                .setLeaderEpoch(leaderEpoch)))));
    }

    static PartitionAllData result(ReadShareGroupStateResponseData answer) {
        ReadShareGroupStateResponseData.PartitionResult state =
                answer.results().get(0).partitions().get(0);
        return PartitionFactory.newPartitionAllData(
                state.partition(),
                state.stateEpoch(),
                state.startOffset(),
                state.errorCode(),
                state.errorMessage(),
                state.stateBatches().stream().map(PersisterStateBatch::from).toList());
    }

    static WriteShareGroupStateRequestData write(SharePartitionId id, StateChange change) {
        return new WriteShareGroupStateRequestData()
                .setGroupId(id.group())
                .setTopics(List.of(new WriteShareGroupStateRequestData.WriteStateData()
                        .setTopicId(id.topic())
                        .setPartitions(List.of(new WriteShareGroupStateRequestData.PartitionData()
                                .setPartition(id.partition())
                                .setStateEpoch(change.epoch())
                                .setLeaderEpoch(change.leaderEpoch())
                                .setStartOffset(change.start())
                                .setDeliveryCompleteCount(change.completed())
                                .setStateBatches(change.runs().stream()
                                        .map(run -> new WriteShareGroupStateRequestData.StateBatch()
                                                .setFirstOffset(run.first())
                                                .setLastOffset(run.last())
                                                .setDeliveryState(run.state())
                                                .setDeliveryCount(run.deliveries()))
                                        .toList())))));
    }

    /** @return what Kafka's own share partitions would write */
    static StateChange change(PartitionStateBatchData partition) {
        return new StateChange(
                partition.stateEpoch(),
                partition.leaderEpoch(),
                partition.startOffset(),
                partition.deliveryCompleteCount(),
                partition.stateBatches().stream()
                        .map(batch -> new StoredRun(
                                batch.firstOffset(), batch.lastOffset(), batch.deliveryState(), batch.deliveryCount()))
                        .toList());
    }

    static PartitionErrorData result(WriteShareGroupStateResponseData answer) {
        WriteShareGroupStateResponseData.PartitionResult result =
                answer.results().get(0).partitions().get(0);
        return PartitionFactory.newPartitionErrorData(result.partition(), result.errorCode(), result.errorMessage());
    }

    static DeleteShareGroupStateRequestData delete(SharePartitionId id) {
        return new DeleteShareGroupStateRequestData()
                .setGroupId(id.group())
                .setTopics(List.of(new DeleteShareGroupStateRequestData.DeleteStateData()
                        .setTopicId(id.topic())
                        .setPartitions(List.of(
                                new DeleteShareGroupStateRequestData.PartitionData().setPartition(id.partition())))));
    }

    static PartitionErrorData result(DeleteShareGroupStateResponseData answer) {
        DeleteShareGroupStateResponseData.PartitionResult result =
                answer.results().get(0).partitions().get(0);
        return PartitionFactory.newPartitionErrorData(result.partition(), result.errorCode(), result.errorMessage());
    }

    static ReadShareGroupStateSummaryRequestData summarize(SharePartitionId id, PartitionIdLeaderEpochData partition) {
        return new ReadShareGroupStateSummaryRequestData()
                .setGroupId(id.group())
                .setTopics(List.of(new ReadShareGroupStateSummaryRequestData.ReadStateSummaryData()
                        .setTopicId(id.topic())
                        .setPartitions(List.of(new ReadShareGroupStateSummaryRequestData.PartitionData()
                                .setPartition(id.partition())
                                .setLeaderEpoch(partition.leaderEpoch())))));
    }

    static PartitionStateSummaryData result(ReadShareGroupStateSummaryResponseData answer) {
        ReadShareGroupStateSummaryResponseData.PartitionResult state =
                answer.results().get(0).partitions().get(0);
        return PartitionFactory.newPartitionStateSummaryData(
                state.partition(),
                state.stateEpoch(),
                state.startOffset(),
                state.deliveryCompleteCount(),
                state.leaderEpoch(),
                state.errorCode(),
                state.errorMessage());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.server.coordinator.OffsetsMarkerWriter;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResultCollection;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;

/**
 * The groups of this broker: classic ones and consumer groups (KIP-848), with their committed offsets. Thread-safe; no method
 * blocks. A future fails with a Kafka {@link org.apache.kafka.common.errors.ApiException} or completes with an error code in its
 * value: callers handle both. Completion comes on any thread.
 *
 * <p>Groups live in {@code __consumer_offsets}, which is made by the first {@link #find}. Until then every other call fails with
 * NOT_COORDINATOR, which makes clients ask where the coordinator is. While groups are read back after a start, calls fail
 * with COORDINATOR_LOAD_IN_PROGRESS.
 */
public interface Groups extends OffsetsMarkerWriter, AutoCloseable {
    /**
     * Makes sure that a group can be served here.
     *
     * @param groupId the group, any string
     * @return completes when this broker coordinates the group, loaded or soon to be; fails when it cannot
     */
    CompletableFuture<Void> find(String groupId);

    /** @return the answer to a JoinGroup, when the rebalance has gathered its members */
    CompletableFuture<JoinGroupResponseData> join(GroupRequestContext caller, JoinGroupRequestData request);

    /** @return the answer to a SyncGroup, when the leader has assigned partitions */
    CompletableFuture<SyncGroupResponseData> sync(GroupRequestContext caller, SyncGroupRequestData request);

    /** @return the answer to a Heartbeat */
    CompletableFuture<HeartbeatResponseData> heartbeat(GroupRequestContext caller, HeartbeatRequestData request);

    /**
     * @param request with {@code members} filled, whatever the version
     * @return the answer to a LeaveGroup
     */
    CompletableFuture<LeaveGroupResponseData> leave(GroupRequestContext caller, LeaveGroupRequestData request);

    /**
     * @param request of topics and partitions that exist, each with name and id
     * @return the answer to an OffsetCommit, when the offsets are durable
     */
    CompletableFuture<OffsetCommitResponseData> commit(GroupRequestContext caller, OffsetCommitRequestData request);

    /**
     * @param request topics by name; null topics mean all
     * @param requireStable true to be told of offsets still undecided in a transaction
     * @return the group's committed offsets, with topic names
     */
    CompletableFuture<OffsetFetchResponseGroup> fetch(
            GroupRequestContext caller, OffsetFetchRequestGroup request, boolean requireStable);

    /** @return one entry for each group id, in any order */
    CompletableFuture<List<DescribeGroupsResponseData.DescribedGroup>> describe(
            GroupRequestContext caller, List<String> groupIds);

    /** @return the groups the filters let through; none when there never was a group */
    CompletableFuture<ListGroupsResponseData> list(GroupRequestContext caller, ListGroupsRequestData request);

    /** @return one result for each group id */
    CompletableFuture<DeletableGroupResultCollection> delete(GroupRequestContext caller, List<String> groupIds);

    /** @return the answer to an OffsetDelete, when it is durable */
    CompletableFuture<OffsetDeleteResponseData> deleteOffsets(
            GroupRequestContext caller, OffsetDeleteRequestData request);

    /** @return the answer to a ConsumerGroupHeartbeat (KIP-848) */
    CompletableFuture<ConsumerGroupHeartbeatResponseData> consumerHeartbeat(
            GroupRequestContext caller, ConsumerGroupHeartbeatRequestData request);

    /** @return one entry for each group id, in any order (KIP-848) */
    CompletableFuture<List<ConsumerGroupDescribeResponseData.DescribedGroup>> describeConsumerGroups(
            GroupRequestContext caller, List<String> groupIds);

    /**
     * @param groupId the group, any string
     * @return the partition of {@code __consumer_offsets} that keeps the group, made if there is none
     */
    CompletableFuture<TopicPartition> partitionOf(String groupId);

    /**
     * @param request of topics and partitions that exist
     * @return the answer to a TxnOffsetCommit, when the offsets are durable; they count once the transaction is committed
     */
    CompletableFuture<TxnOffsetCommitResponseData> commitInTransaction(
            GroupRequestContext caller, TxnOffsetCommitRequestData request);

    /** Stops coordinating: calls under way fail with NOT_COORDINATOR. What was acknowledged is in the log. Idempotent. */
    @Override
    void close();
}

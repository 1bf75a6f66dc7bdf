// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.server.coordinator.CoordinatorHost;
import io.varve.server.metadata.topic.TopicCreator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.GroupMaxSizeReachedException;
import org.apache.kafka.common.errors.InvalidGroupIdException;
import org.apache.kafka.common.errors.PolicyViolationException;
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
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatRequest;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinatorService;

/**
 * Serves the groups of this broker, classic ones and consumer groups (KIP-848), with their committed offsets,
 * by Kafka's coordinator. A server nobody uses groups on pays nothing for them. Thread-safe; no method
 * blocks. A future fails with a Kafka {@link ApiException} or completes with an error code in its value:
 * callers handle both. Completion comes on any thread.
 *
 * <p>Groups live in {@code __consumer_offsets}, which is made by the first {@link #find}. Until then every
 * other call fails with NOT_COORDINATOR, which makes clients ask where the coordinator is. While groups are
 * read back after a start, calls fail with COORDINATOR_LOAD_IN_PROGRESS.
 */
public final class Groups implements AutoCloseable {
    static final String OFFSETS = org.apache.kafka.common.internals.Topic.GROUP_METADATA_TOPIC_NAME;
    static final BufferSupplier BUFFERS = BufferSupplier.NO_CACHING;

    /** In characters. Names are remembered, and what is remembered has an end. */
    public static final int MAX_ID_LENGTH = 1_024;

    private final CoordinatorHost<KafkaGroupCoordinator> host;
    private final GroupLimit limit;
    private final TransactionalOffsets transactional = new TransactionalOffsets(this);

    private Groups(CoordinatorHost<KafkaGroupCoordinator> host, GroupLimit limit) {
        this.host = host;
        this.limit = limit;
    }

    /**
     * Begins to serve groups. Returns at once: groups already in the log are loaded in the background.
     *
     * @param config the checked settings
     * @param context what groups use
     * @param creation makes {@code __consumer_offsets}
     * @return the groups; close them before the log engine
     */
    public static Groups open(GroupsConfig config, GroupContext context, TopicCreator creation) {
        GroupConfigManager settings = config.perGroup();
        context.configs()
                .apply((resource, configs) -> configure(settings, resource, configs))
                .join();
        CoordinatorHost<KafkaGroupCoordinator> host = CoordinatorHost.open(
                new CoordinatorHost.Plan("group", OFFSETS, config.offsetsPartitions(), config.offsetsTopicConfigs()),
                context.topics(),
                creation,
                context.scheduler(),
                (offsets, known) -> new KafkaGroupCoordinator(config, settings, context, offsets, known));
        return new Groups(host, new GroupLimit(config.maxGroups(), context.clock()));
    }

    private static void configure(GroupConfigManager settings, ConfigResource resource, Map<String, String> configs) {
        if (resource.type() == ConfigResource.Type.GROUP) {
            Properties properties = new Properties();
            properties.putAll(configs);
            settings.updateGroupConfig(resource.name(), properties);
        }
    }

    /**
     * Makes sure that a group can be served here.
     *
     * @param groupId the group, any string
     * @return completes when this broker coordinates the group, loaded or soon to be; fails when it cannot
     */
    public CompletableFuture<Void> find(String groupId) {
        return host.find(groupId);
    }

    /**
     * @param groupId the group, any string
     * @return the partition of {@code __consumer_offsets} that keeps the group, made if there is none
     */
    public CompletableFuture<TopicPartition> partitionOf(String groupId) {
        // Kafka's rule, which needs no coordinator that runs.
        return host.topic()
                .thenApply(offsets -> new TopicPartition(
                        OFFSETS,
                        Utils.abs(groupId.hashCode()) % offsets.partitions().size()));
    }

    /** @return the offsets of these groups that are committed in transactions */
    public TransactionalOffsets transactionalOffsets() {
        return transactional;
    }

    <T> CompletableFuture<T> serve(Function<GroupCoordinatorService, CompletableFuture<T>> call) {
        return host.serve(coordinator -> call.apply(coordinator.service()));
    }

    /**
     * Serves what makes a group that is not there.
     *
     * @param refusal makes the error for a group that there is no room for, with its message
     */
    <T> CompletableFuture<T> serveNew(
            GroupRequestContext context,
            String groupId,
            Function<String, ApiException> refusal,
            Function<GroupCoordinatorService, CompletableFuture<T>> call) {
        return serve(service -> {
            if (groupId.length() > MAX_ID_LENGTH) {
                return CompletableFuture.failedFuture(
                        new InvalidGroupIdException("a group's name has at most " + MAX_ID_LENGTH + " characters"));
            }
            return limit.admits(groupId, () -> names(service, context))
                    ? call.apply(service)
                    : CompletableFuture.failedFuture(refusal.apply("there are max.groups groups already"));
        });
    }

    private static CompletableFuture<List<String>> names(GroupCoordinatorService service, GroupRequestContext context) {
        return service.listGroups(context, new ListGroupsRequestData())
                .thenApply(list -> list.groups().stream()
                        .map(ListGroupsResponseData.ListedGroup::groupId)
                        .toList());
    }

    /** Serves what makes a member, and a group that is not there. */
    private <T> CompletableFuture<T> serveMember(
            GroupRequestContext context,
            String groupId,
            boolean joins,
            Function<GroupCoordinatorService, CompletableFuture<T>> call) {
        if (joins && !limit.admitsMember()) {
            return CompletableFuture.failedFuture(new GroupMaxSizeReachedException(
                    "more than " + GroupLimit.MAX_JOINS + " members were new in the last half hour"));
        }
        return serveNew(context, groupId, GroupMaxSizeReachedException::new, call);
    }

    /** @return the answer to a JoinGroup, when the rebalance has gathered its members */
    public CompletableFuture<JoinGroupResponseData> join(GroupRequestContext context, JoinGroupRequestData request) {
        return serveMember(
                context,
                request.groupId(),
                request.memberId().isEmpty(),
                service -> service.joinGroup(context, request, BUFFERS));
    }

    /** @return the answer to a SyncGroup, when the leader has assigned partitions */
    public CompletableFuture<SyncGroupResponseData> sync(GroupRequestContext context, SyncGroupRequestData request) {
        return serve(service -> service.syncGroup(context, request, BUFFERS));
    }

    /** @return the answer to a Heartbeat */
    public CompletableFuture<HeartbeatResponseData> heartbeat(
            GroupRequestContext context, HeartbeatRequestData request) {
        return serve(service -> service.heartbeat(context, request));
    }

    /**
     * @param request with {@code members} filled, whatever the version
     * @return the answer to a LeaveGroup
     */
    public CompletableFuture<LeaveGroupResponseData> leave(GroupRequestContext context, LeaveGroupRequestData request) {
        return serve(service -> service.leaveGroup(context, request));
    }

    /**
     * @param request of topics and partitions that exist, each with name and id
     * @return the answer to an OffsetCommit, when the offsets are durable
     */
    public CompletableFuture<OffsetCommitResponseData> commit(
            GroupRequestContext context, OffsetCommitRequestData request) {
        return serveNew(
                context,
                request.groupId(),
                PolicyViolationException::new,
                service -> service.commitOffsets(context, request, BUFFERS));
    }

    /**
     * @param request topics by name; null topics mean all
     * @param requireStable true to be told of offsets still undecided in a transaction
     * @return the group's committed offsets, with topic names
     */
    public CompletableFuture<OffsetFetchResponseGroup> fetch(
            GroupRequestContext context, OffsetFetchRequestGroup request, boolean requireStable) {
        return serve(service -> service.fetchOffsets(context, request, requireStable));
    }

    /** @return one entry for each group id, in any order */
    public CompletableFuture<List<DescribeGroupsResponseData.DescribedGroup>> describe(
            GroupRequestContext context, List<String> groupIds) {
        return serve(service -> service.describeGroups(context, groupIds));
    }

    /** @return the groups the filters let through; none when there never was a group */
    public CompletableFuture<ListGroupsResponseData> list(GroupRequestContext context, ListGroupsRequestData request) {
        return host.isUnused()
                ? CompletableFuture.completedFuture(new ListGroupsResponseData())
                : serve(service -> service.listGroups(context, request));
    }

    /** @return one result for each group id */
    public CompletableFuture<DeletableGroupResultCollection> delete(
            GroupRequestContext context, List<String> groupIds) {
        return serve(service -> service.deleteGroups(context, groupIds, BUFFERS));
    }

    /** @return the answer to an OffsetDelete, when it is durable */
    public CompletableFuture<OffsetDeleteResponseData> deleteOffsets(
            GroupRequestContext context, OffsetDeleteRequestData request) {
        return serve(service -> service.deleteOffsets(context, request, BUFFERS));
    }

    /** @return the answer to a ConsumerGroupHeartbeat (KIP-848) */
    public CompletableFuture<ConsumerGroupHeartbeatResponseData> consumerHeartbeat(
            GroupRequestContext context, ConsumerGroupHeartbeatRequestData request) {
        return serveMember(
                context,
                request.groupId(),
                request.memberEpoch() == ConsumerGroupHeartbeatRequest.JOIN_GROUP_MEMBER_EPOCH,
                service -> service.consumerGroupHeartbeat(context, request));
    }

    /** @return one entry for each group id, in any order (KIP-848) */
    public CompletableFuture<List<ConsumerGroupDescribeResponseData.DescribedGroup>> describeConsumerGroups(
            GroupRequestContext context, List<String> groupIds) {
        return serve(service -> service.consumerGroupDescribe(context, groupIds));
    }

    /**
     * Stops coordinating: calls under way fail with NOT_COORDINATOR. What was acknowledged is in the log.
     * Idempotent.
     */
    @Override
    public void close() {
        host.close();
    }
}

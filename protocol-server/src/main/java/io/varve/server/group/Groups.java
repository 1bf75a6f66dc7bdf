// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.server.coordinator.CoordinatorHost;
import io.varve.server.metadata.topic.Topic;
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
 * Serves classic groups and consumer groups (KIP-848) with their committed offsets, and the membership of
 * share groups ({@link #shareGroups}) and streams groups ({@link #streamsGroups}), by Kafka's coordinator. A
 * server without groups spends nothing on them. Thread-safe; no method blocks. A future fails with a Kafka
 * {@link ApiException} or completes with an error code in its value; callers handle both. Futures complete on
 * any thread.
 *
 * <p>Groups are stored in {@code __consumer_offsets}, which the first {@link #find} creates. Until then calls
 * fail with NOT_COORDINATOR, which makes clients look up the coordinator; only {@link #list} returns an empty
 * list. While groups are loaded after a start, calls fail with COORDINATOR_LOAD_IN_PROGRESS.
 */
public final class Groups implements AutoCloseable {
    static final String OFFSETS = org.apache.kafka.common.internals.Topic.GROUP_METADATA_TOPIC_NAME;
    static final BufferSupplier BUFFERS = BufferSupplier.NO_CACHING;

    /** Max length of a group id in characters. It limits the memory of the names that are kept. */
    public static final int MAX_ID_LENGTH = 1_024;

    private final CoordinatorHost<KafkaGroupCoordinator> host;
    private final GroupLimit limit;
    private final TransactionalOffsets transactional = new TransactionalOffsets(this);
    private final ShareGroups shareGroups;
    private final StreamsGroups streamsGroups;

    private Groups(
            CoordinatorHost<KafkaGroupCoordinator> host,
            GroupContext context,
            GroupConfigManager settings,
            GroupsConfig config) {
        this.host = host;
        limit = new GroupLimit(config.maxGroups(), context.clock());
        shareGroups = new ShareGroups(this, new CurrentShareSettings(settings, config.shareGroups(), context.clock()));
        streamsGroups = new StreamsGroups(this, settings, config.coordinator().streamsGroupHeartbeatIntervalMs());
    }

    /**
     * Opens the groups. Returns at once: existing groups are loaded in the background.
     *
     * @param config the validated settings
     * @param context the parts of the server that groups use
     * @param creation creates {@code __consumer_offsets}
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
        return new Groups(host, context, settings, config);
    }

    private static void configure(GroupConfigManager settings, ConfigResource resource, Map<String, String> configs) {
        if (resource.type() == ConfigResource.Type.GROUP) {
            Properties properties = new Properties();
            properties.putAll(configs);
            settings.updateGroupConfig(resource.name(), properties);
        }
    }

    /**
     * Ensures that this broker serves a group, as {@link CoordinatorHost#find} says.
     *
     * @param groupId the group, any string
     * @return completes when this broker coordinates the group, even if it is still loading; fails when it
     *     cannot
     */
    public CompletableFuture<Void> find(String groupId) {
        return host.find(groupId);
    }

    /** @return {@code __consumer_offsets}, created if it does not exist */
    public CompletableFuture<Topic> topic() {
        return host.topic();
    }

    /**
     * @param groupId the group, any string
     * @return the partition of {@code __consumer_offsets} that stores the group; the topic is created if it
     *     does not exist
     */
    public CompletableFuture<TopicPartition> partitionOf(String groupId) {
        // Kafka's formula, computed here so that no coordinator has to run.
        return host.topic()
                .thenApply(offsets -> new TopicPartition(OFFSETS, Utils.abs(groupId.hashCode()) % offsets.count()));
    }

    /** @return the commits of offsets in transactions */
    public TransactionalOffsets transactionalOffsets() {
        return transactional;
    }

    /** @return the share groups (KIP-932) */
    public ShareGroups shareGroups() {
        return shareGroups;
    }

    /** @return the streams groups (KIP-1071) */
    public StreamsGroups streamsGroups() {
        return streamsGroups;
    }

    <T> CompletableFuture<T> serve(Function<GroupCoordinatorService, CompletableFuture<T>> call) {
        return host.serve(coordinator -> call.apply(coordinator.service()));
    }

    /**
     * Serves a request that creates the group if it does not exist.
     *
     * @param refusal creates the error, from its message, for a group above the limit
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

    /** Serves a request that adds a member, and creates the group if it does not exist. */
    <T> CompletableFuture<T> serveMember(
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
     * @param request with {@code members} set, in every version
     * @return the answer to a LeaveGroup
     */
    public CompletableFuture<LeaveGroupResponseData> leave(GroupRequestContext context, LeaveGroupRequestData request) {
        return serve(service -> service.leaveGroup(context, request));
    }

    /**
     * @param request names existing topics and partitions only, each topic with name and id
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
     * @param requireStable true to get UNSTABLE_OFFSET_COMMIT for offsets of an open transaction
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

    /** @return the groups that match the filters; none if groups have never been used */
    public CompletableFuture<ListGroupsResponseData> list(GroupRequestContext context, ListGroupsRequestData request) {
        return host.isUnused()
                ? CompletableFuture.completedFuture(new ListGroupsResponseData())
                : serve(service -> service.listGroups(context, request));
    }

    /** @return completes when the coordinator has processed what it was given before */
    public CompletableFuture<Void> processed() {
        // A listing goes through the queue of every partition.
        return list(GroupRequestContext.OWN, new ListGroupsRequestData()).thenApply(list -> null);
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
     * Stops coordinating: calls under way fail with NOT_COORDINATOR. Acknowledged requests are in the log.
     * Idempotent.
     */
    @Override
    public void close() {
        host.close();
    }
}

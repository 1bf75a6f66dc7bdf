// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.core.transaction.TransactionMarker;
import io.varve.server.coordinator.CoordinatorHost;
import io.varve.server.metadata.topic.TopicCreator;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
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
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ConsumerGroupHeartbeatRequest;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinatorService;
import org.apache.kafka.server.common.TransactionVersion;

/** Groups served by Kafka's coordinator. A server nobody uses groups on pays nothing for them. */
public final class HostedGroups implements Groups {
    private static final String OFFSETS = org.apache.kafka.common.internals.Topic.GROUP_METADATA_TOPIC_NAME;

    private static final BufferSupplier BUFFERS = BufferSupplier.NO_CACHING;

    /** How often offsets are verified to belong to a transaction before that is given up. */
    private static final int VERIFICATIONS = 3;

    /** In characters. Names are remembered, and what is remembered has an end. */
    public static final int MAX_ID_LENGTH = 1_024;

    private final CoordinatorHost<KafkaGroupCoordinator> host;
    private final GroupLimit limit;

    private HostedGroups(CoordinatorHost<KafkaGroupCoordinator> host, GroupLimit limit) {
        this.host = host;
        this.limit = limit;
    }

    /**
     * Begins to serve groups. Returns at once: groups already in the log are loaded in the background.
     *
     * @param config the checked settings
     * @param around what they find around them
     * @param creation makes {@code __consumer_offsets}
     * @return the groups; close them before the log engine
     */
    public static Groups open(GroupsConfig config, GroupContext around, TopicCreator creation) {
        GroupConfigManager settings = config.perGroup();
        around.configs()
                .apply((resource, configs) -> configure(settings, resource, configs))
                .join();
        CoordinatorHost<KafkaGroupCoordinator> host = CoordinatorHost.open(
                new CoordinatorHost.Plan("group", OFFSETS, config.offsetsPartitions(), config.offsetsTopicConfigs()),
                around.topics(),
                creation,
                around.scheduler(),
                (offsets, known) -> new KafkaGroupCoordinator(config, settings, around, offsets, known));
        return new HostedGroups(host, new GroupLimit(config.maxGroups(), around.clock()));
    }

    private static void configure(GroupConfigManager settings, ConfigResource resource, Map<String, String> configs) {
        if (resource.type() == ConfigResource.Type.GROUP) {
            Properties properties = new Properties();
            properties.putAll(configs);
            settings.updateGroupConfig(resource.name(), properties);
        }
    }

    @Override
    public CompletableFuture<Void> find(String groupId) {
        return host.find(groupId);
    }

    @Override
    public CompletableFuture<TopicPartition> partitionOf(String groupId) {
        // Kafka's rule, which needs no coordinator that runs.
        return host.topic()
                .thenApply(offsets -> new TopicPartition(
                        OFFSETS,
                        Utils.abs(groupId.hashCode()) % offsets.partitions().size()));
    }

    private <T> CompletableFuture<T> serve(Function<GroupCoordinatorService, CompletableFuture<T>> call) {
        return host.serve(coordinator -> call.apply(coordinator.service()));
    }

    /** Serves what makes a group that is not there. */
    private <T> CompletableFuture<T> serve(
            GroupRequestContext caller,
            String groupId,
            Supplier<ApiException> whenFull,
            Function<GroupCoordinatorService, CompletableFuture<T>> call) {
        return serve(service -> {
            if (groupId.length() > MAX_ID_LENGTH) {
                return CompletableFuture.failedFuture(
                        new InvalidGroupIdException("a group's name has at most " + MAX_ID_LENGTH + " characters"));
            }
            return limit.admits(groupId, () -> names(service, caller))
                    ? call.apply(service)
                    : CompletableFuture.failedFuture(whenFull.get());
        });
    }

    private static CompletableFuture<List<String>> names(GroupCoordinatorService service, GroupRequestContext caller) {
        return service.listGroups(caller, new ListGroupsRequestData())
                .thenApply(list -> list.groups().stream()
                        .map(ListGroupsResponseData.ListedGroup::groupId)
                        .toList());
    }

    private static ApiException noMoreMembers() {
        return new GroupMaxSizeReachedException("there are max.groups groups already");
    }

    private static ApiException tooManyJoins() {
        return new GroupMaxSizeReachedException(
                "more than " + GroupLimit.MAX_JOINS + " members were new in the last half hour");
    }

    private static ApiException noMoreCommits() {
        return new PolicyViolationException("there are max.groups groups already");
    }

    @Override
    public CompletableFuture<JoinGroupResponseData> join(GroupRequestContext caller, JoinGroupRequestData request) {
        if (request.memberId().isEmpty() && !limit.admitsMember()) {
            return CompletableFuture.failedFuture(tooManyJoins());
        }
        return serve(
                caller,
                request.groupId(),
                HostedGroups::noMoreMembers,
                service -> service.joinGroup(caller, request, BUFFERS));
    }

    @Override
    public CompletableFuture<SyncGroupResponseData> sync(GroupRequestContext caller, SyncGroupRequestData request) {
        return serve(service -> service.syncGroup(caller, request, BUFFERS));
    }

    @Override
    public CompletableFuture<HeartbeatResponseData> heartbeat(
            GroupRequestContext caller, HeartbeatRequestData request) {
        return serve(service -> service.heartbeat(caller, request));
    }

    @Override
    public CompletableFuture<LeaveGroupResponseData> leave(GroupRequestContext caller, LeaveGroupRequestData request) {
        return serve(service -> service.leaveGroup(caller, request));
    }

    @Override
    public CompletableFuture<OffsetCommitResponseData> commit(
            GroupRequestContext caller, OffsetCommitRequestData request) {
        return serve(
                caller,
                request.groupId(),
                HostedGroups::noMoreCommits,
                service -> service.commitOffsets(caller, request, BUFFERS));
    }

    @Override
    public CompletableFuture<OffsetFetchResponseGroup> fetch(
            GroupRequestContext caller, OffsetFetchRequestGroup request, boolean requireStable) {
        return serve(service -> service.fetchOffsets(caller, request, requireStable));
    }

    @Override
    public CompletableFuture<List<DescribeGroupsResponseData.DescribedGroup>> describe(
            GroupRequestContext caller, List<String> groupIds) {
        return serve(service -> service.describeGroups(caller, groupIds));
    }

    @Override
    public CompletableFuture<ListGroupsResponseData> list(GroupRequestContext caller, ListGroupsRequestData request) {
        return host.isUnused()
                ? CompletableFuture.completedFuture(new ListGroupsResponseData())
                : serve(service -> service.listGroups(caller, request));
    }

    @Override
    public CompletableFuture<DeletableGroupResultCollection> delete(GroupRequestContext caller, List<String> groupIds) {
        return serve(service -> service.deleteGroups(caller, groupIds, BUFFERS));
    }

    @Override
    public CompletableFuture<OffsetDeleteResponseData> deleteOffsets(
            GroupRequestContext caller, OffsetDeleteRequestData request) {
        return serve(service -> service.deleteOffsets(caller, request, BUFFERS));
    }

    @Override
    public CompletableFuture<ConsumerGroupHeartbeatResponseData> consumerHeartbeat(
            GroupRequestContext caller, ConsumerGroupHeartbeatRequestData request) {
        if (request.memberEpoch() == ConsumerGroupHeartbeatRequest.JOIN_GROUP_MEMBER_EPOCH && !limit.admitsMember()) {
            return CompletableFuture.failedFuture(tooManyJoins());
        }
        return serve(
                caller,
                request.groupId(),
                HostedGroups::noMoreMembers,
                service -> service.consumerGroupHeartbeat(caller, request));
    }

    @Override
    public CompletableFuture<List<ConsumerGroupDescribeResponseData.DescribedGroup>> describeConsumerGroups(
            GroupRequestContext caller, List<String> groupIds) {
        return serve(service -> service.consumerGroupDescribe(caller, groupIds));
    }

    @Override
    public CompletableFuture<TxnOffsetCommitResponseData> commitInTransaction(
            GroupRequestContext caller, TxnOffsetCommitRequestData request) {
        return commitInTransaction(caller, request, VERIFICATIONS);
    }

    /**
     * The marker of the transaction before may come between the verification of this one and the append, which then does not hold; that is
     * no fault of the client's.
     */
    private CompletableFuture<TxnOffsetCommitResponseData> commitInTransaction(
            GroupRequestContext caller, TxnOffsetCommitRequestData request, int attempts) {
        return serve(
                        caller,
                        request.groupId(),
                        HostedGroups::noMoreCommits,
                        service -> service.commitTransactionalOffsets(caller, request, BUFFERS))
                .thenCompose(answer -> attempts > 1 && isInvalidState(answer)
                        ? commitInTransaction(caller, request, attempts - 1)
                        : CompletableFuture.completedFuture(answer));
    }

    private static boolean isInvalidState(TxnOffsetCommitResponseData answer) {
        return answer.topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .anyMatch(partition -> partition.errorCode() == Errors.INVALID_TXN_STATE.code());
    }

    @Override
    public CompletableFuture<Void> end(int partition, TransactionMarker marker) {
        TransactionVersion version = marker.epochBumped() ? TransactionVersion.TV_2 : TransactionVersion.TV_0;
        return serve(service -> service.completeTransaction(
                new TopicPartition(OFFSETS, partition),
                marker.producerId(),
                marker.producerEpoch(),
                marker.coordinatorEpoch(),
                marker.commit() ? TransactionResult.COMMIT : TransactionResult.ABORT,
                version.featureLevel()));
    }

    @Override
    public void close() {
        host.close();
    }
}

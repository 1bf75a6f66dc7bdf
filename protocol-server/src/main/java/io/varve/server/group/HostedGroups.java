// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.server.metadata.ClusterInfo;
import io.varve.server.metadata.Topic;
import io.varve.server.metadata.TopicCreation;
import io.varve.server.metadata.Topics;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.errors.NotCoordinatorException;
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
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupCoordinatorService;

/**
 * Groups served by Kafka's coordinator. A server nobody uses groups on pays nothing for them: the coordinator starts, and its topic
 * is made, when the first group is looked up, or in the background of a start that finds the topic there.
 */
public final class HostedGroups implements Groups {
    private static final String OFFSETS = org.apache.kafka.common.internals.Topic.GROUP_METADATA_TOPIC_NAME;
    /** How long in ms a look-up waits for a group to be loaded before clients are left to ask again. */
    private static final long LOAD_PATIENCE_MS = 1_000;

    private static final BufferSupplier BUFFERS = BufferSupplier.NO_CACHING;

    private final GroupsConfig config;
    private final ClusterInfo self;
    private final Topics topics;
    private final TopicCreation creation;
    private final Clock clock;
    private final Scheduler scheduler;
    /** Null before there is a {@code __consumer_offsets}, and after the end. Written under this object's lock. */
    private volatile Tenure tenure;

    private boolean closed;

    private HostedGroups(
            GroupsConfig config,
            ClusterInfo self,
            Topics topics,
            TopicCreation creation,
            Clock clock,
            Scheduler scheduler) {
        this.config = config;
        this.self = self;
        this.topics = topics;
        this.creation = creation;
        this.clock = clock;
        this.scheduler = scheduler;
    }

    /**
     * Begins to serve groups. Returns at once: groups already in the log are loaded in the background.
     *
     * @param config the checked settings
     * @param self this broker, the coordinator of all groups
     * @param topics where {@code __consumer_offsets} is found, and what groups may subscribe to
     * @param creation makes {@code __consumer_offsets}
     * @param clock for the load's report
     * @param scheduler gives threads: one for metadata, one for loading, both only once groups are used
     * @return the groups; close them before the log engine
     */
    public static Groups open(
            GroupsConfig config,
            ClusterInfo self,
            Topics topics,
            TopicCreation creation,
            Clock clock,
            Scheduler scheduler) {
        HostedGroups groups = new HostedGroups(config, self, topics, creation, clock, scheduler);
        topics.watch(groups::topicChanged);
        return groups;
    }

    private synchronized void topicChanged(Topic before, Topic after) {
        if (closed) {
            return;
        }
        if (after != null && after.name().equals(OFFSETS)) {
            begin(after);
        }
        Tenure now = tenure;
        if (now != null) {
            now.topicChanged(before, after);
        }
    }

    private synchronized Tenure begin(Topic offsets) {
        if (closed) {
            throw new NotCoordinatorException("the server is stopping");
        }
        if (tenure == null) {
            // What changes from here on waits in the tenure's line; what changed before is in this picture.
            Collection<Topic> known = topics.all();
            tenure = new Tenure(
                    () -> new Coordinator(config, self, offsets, topics, known, clock, scheduler), scheduler);
        }
        return tenure;
    }

    @Override
    public CompletableFuture<Void> find(String groupId) {
        Tenure now = tenure;
        if (now != null) {
            return loaded(now, groupId);
        }
        return creation.createInternalIfAbsent(OFFSETS, config.offsetsPartitions(), config.offsetsTopicConfigs())
                .thenCompose(offsets -> loaded(begin(offsets), groupId));
    }

    /** Waits for a group's partition, not for long: a client that is told where the coordinator is copes with one that loads. */
    private CompletableFuture<Void> loaded(Tenure now, String groupId) {
        CompletableFuture<Void> loaded = now.loaded(groupId);
        if (loaded.isDone()) {
            return loaded;
        }
        CompletableFuture<Void> answer = new CompletableFuture<>();
        Scheduler.Task patience = scheduler.schedule(LOAD_PATIENCE_MS, () -> answer.complete(null));
        loaded.whenComplete((done, failure) -> {
            patience.cancel();
            if (failure == null) {
                answer.complete(null);
            } else {
                answer.completeExceptionally(failure);
            }
        });
        return answer;
    }

    private <T> CompletableFuture<T> serve(Function<GroupCoordinatorService, CompletableFuture<T>> call) {
        Tenure now = tenure;
        return now == null
                ? CompletableFuture.failedFuture(
                        new NotCoordinatorException("no group is served here: look for the coordinator"))
                : now.coordinator().thenCompose(coordinator -> call.apply(coordinator.service()));
    }

    @Override
    public CompletableFuture<JoinGroupResponseData> join(Caller caller, JoinGroupRequestData request) {
        return serve(service -> service.joinGroup(caller, request, BUFFERS));
    }

    @Override
    public CompletableFuture<SyncGroupResponseData> sync(Caller caller, SyncGroupRequestData request) {
        return serve(service -> service.syncGroup(caller, request, BUFFERS));
    }

    @Override
    public CompletableFuture<HeartbeatResponseData> heartbeat(Caller caller, HeartbeatRequestData request) {
        return serve(service -> service.heartbeat(caller, request));
    }

    @Override
    public CompletableFuture<LeaveGroupResponseData> leave(Caller caller, LeaveGroupRequestData request) {
        return serve(service -> service.leaveGroup(caller, request));
    }

    @Override
    public CompletableFuture<OffsetCommitResponseData> commit(Caller caller, OffsetCommitRequestData request) {
        return serve(service -> service.commitOffsets(caller, request, BUFFERS));
    }

    @Override
    public CompletableFuture<OffsetFetchResponseGroup> fetch(
            Caller caller, OffsetFetchRequestGroup request, boolean requireStable) {
        return serve(service -> service.fetchOffsets(caller, request, requireStable));
    }

    @Override
    public CompletableFuture<List<DescribeGroupsResponseData.DescribedGroup>> describe(
            Caller caller, List<String> groupIds) {
        return serve(service -> service.describeGroups(caller, groupIds));
    }

    @Override
    public CompletableFuture<ListGroupsResponseData> list(Caller caller, ListGroupsRequestData request) {
        return tenure == null
                ? CompletableFuture.completedFuture(new ListGroupsResponseData())
                : serve(service -> service.listGroups(caller, request));
    }

    @Override
    public CompletableFuture<DeletableGroupResultCollection> delete(Caller caller, List<String> groupIds) {
        return serve(service -> service.deleteGroups(caller, groupIds, BUFFERS));
    }

    @Override
    public CompletableFuture<OffsetDeleteResponseData> deleteOffsets(Caller caller, OffsetDeleteRequestData request) {
        return serve(service -> service.deleteOffsets(caller, request, BUFFERS));
    }

    @Override
    public CompletableFuture<ConsumerGroupHeartbeatResponseData> consumerHeartbeat(
            Caller caller, ConsumerGroupHeartbeatRequestData request) {
        return serve(service -> service.consumerGroupHeartbeat(caller, request));
    }

    @Override
    public CompletableFuture<List<ConsumerGroupDescribeResponseData.DescribedGroup>> describeConsumerGroups(
            Caller caller, List<String> groupIds) {
        return serve(service -> service.consumerGroupDescribe(caller, groupIds));
    }

    @Override
    public void close() {
        Tenure last;
        synchronized (this) {
            closed = true;
            last = tenure;
            tenure = null;
        }
        if (last != null) {
            last.close();
        }
    }
}

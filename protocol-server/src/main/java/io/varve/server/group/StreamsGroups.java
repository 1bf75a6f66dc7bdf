// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatRequest;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupConfigManager;

/**
 * Serves streams groups (KIP-1071): the instances of a Kafka Streams application, whose tasks the coordinator
 * assigns. Thread-safe, and used as {@link Groups} is.
 */
public final class StreamsGroups {
    /**
     * What a heartbeat gets.
     *
     * @param answer the answer to the member
     * @param lacking the topics that the application has not got yet: their creation is left to the caller
     */
    public record HeartbeatResult(StreamsGroupHeartbeatResponseData answer, Collection<CreatableTopic> lacking) {}

    private final Groups groups;
    private final GroupConfigManager settings;
    private final int heartbeatMs;

    /**
     * @param settings the settings of single groups
     * @param heartbeatMs the broker's {@code group.streams.heartbeat.interval.ms}
     */
    StreamsGroups(Groups groups, GroupConfigManager settings, int heartbeatMs) {
        this.groups = groups;
        this.settings = settings;
        this.heartbeatMs = heartbeatMs;
    }

    /** @return the answer to a StreamsGroupHeartbeat */
    public CompletableFuture<HeartbeatResult> heartbeat(
            GroupRequestContext context, StreamsGroupHeartbeatRequestData request) {
        return groups.serveMember(
                context,
                request.groupId(),
                request.memberEpoch() == StreamsGroupHeartbeatRequest.JOIN_GROUP_MEMBER_EPOCH,
                service -> service.streamsGroupHeartbeat(context, request)
                        .thenApply(result -> new HeartbeatResult(
                                result.data(), result.creatableTopics().values())));
    }

    /** @return one entry for each group id, in any order */
    public CompletableFuture<List<StreamsGroupDescribeResponseData.DescribedGroup>> describe(
            GroupRequestContext context, List<String> groupIds) {
        return groups.serve(service -> service.streamsGroupDescribe(context, groupIds));
    }

    /** @return the ms between two heartbeats of a group's members */
    public long heartbeatMs(String groupId) {
        return settings.groupConfig(groupId)
                .map(GroupConfig::streamsHeartbeatIntervalMs)
                .orElse(heartbeatMs);
    }
}

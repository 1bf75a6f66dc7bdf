// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.group.Groups;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetCommitRequest;
import org.apache.kafka.common.requests.OffsetCommitResponse;

/**
 * Commits the offsets of existing partitions through the group coordinator, and answers for unknown
 * partitions itself. Requests name topics by name, from version 10 on by id (KIP-848).
 */
public final class OffsetCommitHandler implements ApiHandler {
    private final Groups groups;
    private final Topics topics;

    /**
     * @param groups the group coordinator
     * @param topics finds topics and their logs
     */
    public OffsetCommitHandler(Groups groups, Topics topics) {
        this.groups = groups;
        this.topics = topics;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        OffsetCommitRequestData data = ((OffsetCommitRequest) request.body()).data();
        boolean byId = OffsetCommitResponse.useTopicIds(request.version());
        OffsetCommitResponse.Builder response = OffsetCommitResponse.newBuilder(byId);
        List<OffsetCommitRequestTopic> known = new ArrayList<>(data.topics().size());
        for (OffsetCommitRequestTopic asked : data.topics()) {
            Topic topic = byId ? topics.byId(asked.topicId()) : topics.byName(asked.name());
            if (topic == null) {
                response.addPartitions(
                        asked.topicId(),
                        asked.name(),
                        asked.partitions(),
                        OffsetCommitRequestPartition::partitionIndex,
                        byId ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION);
            } else {
                // The response names the topic as the request does; the coordinator needs name and id.
                Uuid responseId = byId ? topic.id() : Uuid.ZERO_UUID;
                List<OffsetCommitRequestPartition> partitions = ExistingPartitions.of(
                        topic,
                        asked.partitions(),
                        OffsetCommitRequestPartition::partitionIndex,
                        unknown -> response.addPartition(
                                responseId, topic.name(), unknown, Errors.UNKNOWN_TOPIC_OR_PARTITION));
                if (!partitions.isEmpty()) {
                    known.add(new OffsetCommitRequestTopic()
                            .setName(topic.name())
                            .setTopicId(topic.id())
                            .setPartitions(partitions));
                }
            }
        }
        if (known.isEmpty()) {
            return CompletableFuture.completedFuture(response.build().data());
        }
        OffsetCommitRequestData existing = new OffsetCommitRequestData()
                .setGroupId(data.groupId())
                .setGenerationIdOrMemberEpoch(data.generationIdOrMemberEpoch())
                .setMemberId(data.memberId())
                .setGroupInstanceId(data.groupInstanceId())
                .setRetentionTimeMs(data.retentionTimeMs())
                .setTopics(known);
        return groups.commit(RequestCaller.of(request), existing)
                .thenApply(committed -> response.merge(committed).build().data());
    }
}

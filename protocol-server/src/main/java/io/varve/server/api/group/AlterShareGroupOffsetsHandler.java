// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.ChangeLog;
import io.varve.server.api.Request;
import io.varve.server.group.ShareGroups;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopicCollection;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterShareGroupOffsetsRequest;
import org.apache.kafka.common.requests.AlterShareGroupOffsetsResponse;
import org.apache.kafka.common.requests.ApiError;

/** Alters the start offsets of a share group without members (KIP-932). */
public final class AlterShareGroupOffsetsHandler implements ApiHandler {
    private final ShareGroups groups;
    private final Topics topics;

    /**
     * @param groups the share groups
     * @param topics finds topics
     */
    public AlterShareGroupOffsetsHandler(ShareGroups groups, Topics topics) {
        this.groups = groups;
        this.topics = topics;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        AlterShareGroupOffsetsRequest alter = (AlterShareGroupOffsetsRequest) request.body();
        AlterShareGroupOffsetsResponse.Builder response = new AlterShareGroupOffsetsResponse.Builder();
        AlterShareGroupOffsetsRequestTopicCollection known = new AlterShareGroupOffsetsRequestTopicCollection();
        Map<String, Uuid> ids = new HashMap<>();
        for (AlterShareGroupOffsetsRequestTopic asked : alter.data().topics()) {
            Topic topic = topics.byName(asked.topicName());
            if (topic == null) {
                asked.partitions()
                        .forEach(partition -> response.addPartition(
                                asked.topicName(),
                                partition.partitionIndex(),
                                Map.of(),
                                new ApiError(Errors.UNKNOWN_TOPIC_OR_PARTITION)));
            } else {
                ids.put(topic.name(), topic.id());
                known.add(asked.duplicate());
            }
        }
        return groups.alterOffsets(
                        RequestCaller.of(request),
                        new AlterShareGroupOffsetsRequestData()
                                .setGroupId(alter.data().groupId())
                                .setTopics(known))
                .thenApply(altered -> {
                    if (altered.errorCode() != Errors.NONE.code()) {
                        return refusal(altered);
                    }
                    ChangeLog.note(
                            request,
                            "changed offsets of share group " + alter.data().groupId() + " in",
                            done(altered));
                    return response.merge(altered, ids).build().data();
                });
    }

    private static List<String> done(AlterShareGroupOffsetsResponseData altered) {
        return altered.responses().stream()
                .flatMap(topic -> topic.partitions().stream()
                        .filter(partition -> partition.errorCode() == Errors.NONE.code())
                        .map(partition -> topic.topicName() + "-" + partition.partitionIndex()))
                .toList();
    }

    private static AlterShareGroupOffsetsResponseData refusal(AlterShareGroupOffsetsResponseData altered) {
        return new AlterShareGroupOffsetsResponseData()
                .setErrorCode(altered.errorCode())
                .setErrorMessage(altered.errorMessage());
    }
}

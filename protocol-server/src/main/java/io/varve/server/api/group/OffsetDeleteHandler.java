// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.ChangeLog;
import io.varve.server.api.Request;
import io.varve.server.group.Groups;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import org.apache.kafka.common.message.OffsetDeleteRequestData.OffsetDeleteRequestTopicCollection;
import org.apache.kafka.common.message.OffsetDeleteResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetDeleteRequest;
import org.apache.kafka.common.requests.OffsetDeleteResponse;

/** Deletes committed offsets of topics that a group no longer reads (KIP-496). */
public final class OffsetDeleteHandler implements ApiHandler {
    private final Groups groups;
    private final Topics topics;

    /**
     * @param groups the group coordinator
     * @param topics finds topics and their logs
     */
    public OffsetDeleteHandler(Groups groups, Topics topics) {
        this.groups = groups;
        this.topics = topics;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        OffsetDeleteRequestData data = ((OffsetDeleteRequest) request.body()).data();
        OffsetDeleteResponse.Builder response = new OffsetDeleteResponse.Builder();
        OffsetDeleteRequestTopicCollection known = new OffsetDeleteRequestTopicCollection();
        partitions(data).forEach((name, partitions) -> {
            Topic topic = topics.byName(name);
            List<OffsetDeleteRequestPartition> existing = ExistingPartitions.of(
                            topic,
                            partitions,
                            Integer::intValue,
                            unknown -> response.addPartition(name, unknown, Errors.UNKNOWN_TOPIC_OR_PARTITION))
                    .stream()
                    .map(partition -> new OffsetDeleteRequestPartition().setPartitionIndex(partition))
                    .toList();
            if (!existing.isEmpty()) {
                known.add(new OffsetDeleteRequestTopic().setName(name).setPartitions(existing));
            }
        });
        // Asked even about nothing: a group that does not exist is an error of its own.
        return groups.deleteOffsets(
                        RequestCaller.of(request),
                        new OffsetDeleteRequestData().setGroupId(data.groupId()).setTopics(known))
                .thenApply(deleted -> {
                    ChangeLog.note(request, "deleted offsets of group " + data.groupId() + " in", done(deleted));
                    return response.merge(deleted).build().data();
                });
    }

    private static List<String> done(OffsetDeleteResponseData deleted) {
        return deleted.topics().stream()
                .flatMap(topic -> topic.partitions().stream()
                        .filter(partition -> partition.errorCode() == Errors.NONE.code())
                        .map(partition -> topic.name() + "-" + partition.partitionIndex()))
                .toList();
    }

    /**
     * @return the partitions of the request, each once: equal keys in the response's collections would take
     *     quadratic time
     */
    private static Map<String, Set<Integer>> partitions(OffsetDeleteRequestData data) {
        Map<String, Set<Integer>> named = new LinkedHashMap<>();
        for (OffsetDeleteRequestTopic topic : data.topics()) {
            Set<Integer> partitions = named.computeIfAbsent(topic.name(), name -> new LinkedHashSet<>());
            topic.partitions().forEach(partition -> partitions.add(partition.partitionIndex()));
        }
        return named;
    }
}

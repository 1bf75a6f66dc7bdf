// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.FutureLists;
import io.varve.server.api.Request;
import io.varve.server.group.GroupRequestContext;
import io.varve.server.group.Groups;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.OffsetFetchRequest;
import org.apache.kafka.common.requests.OffsetFetchResponse;

/**
 * Returns committed offsets of groups. Requests name one group, from version 8 on several, each with an error
 * of its own (KIP-709); they name topics by name, from version 10 on by id (KIP-848).
 */
public final class OffsetFetchHandler implements ApiHandler {
    private final Groups groups;
    private final Topics topics;

    /**
     * @param groups the group coordinator
     * @param topics finds topics and their logs
     */
    public OffsetFetchHandler(Groups groups, Topics topics) {
        this.groups = groups;
        this.topics = topics;
    }

    @Override
    public CompletionStage<? extends ApiMessage> handle(Request request) {
        OffsetFetchRequest fetch = (OffsetFetchRequest) request.body();
        GroupRequestContext caller = RequestCaller.of(request);
        Set<String> seen = new HashSet<>();
        List<CompletableFuture<OffsetFetchResponseGroup>> fetched = fetch.groups().stream()
                .map(group -> seen.add(group.groupId())
                        ? fetch(caller, group, fetch.requireStable(), request.version())
                        : refuseDuplicate(group, request.version()))
                .toList();
        return FutureLists.all(fetched)
                .thenApply(all -> new OffsetFetchResponse.Builder(all)
                        .build(request.version())
                        .data());
    }

    /** Refuses a group that the request has named before: the offsets of a group may be large. */
    private static CompletableFuture<OffsetFetchResponseGroup> refuseDuplicate(
            OffsetFetchRequestGroup group, short version) {
        return CompletableFuture.completedFuture(
                OffsetFetchResponse.groupError(group, Errors.INVALID_REQUEST, version));
    }

    private CompletableFuture<OffsetFetchResponseGroup> fetch(
            GroupRequestContext caller, OffsetFetchRequestGroup group, boolean requireStable, short version) {
        List<OffsetFetchResponseTopics> unknown = new ArrayList<>();
        boolean byId = OffsetFetchRequest.useTopicIds(version);
        OffsetFetchRequestGroup named = byId && group.topics() != null ? withNames(group, unknown) : group;
        return groups.fetch(caller, named, requireStable).handle((fetched, failure) -> {
            if (failure != null) {
                return OffsetFetchResponse.groupError(group, Errors.forException(failure), version);
            }
            if (fetched.errorCode() != Errors.NONE.code()) {
                return fetched;
            }
            return byId ? withIds(fetched, unknown) : fetched;
        });
    }

    /** @return a copy with topic names instead of ids; {@code unknown} gets the topics that do not exist */
    private OffsetFetchRequestGroup withNames(OffsetFetchRequestGroup group, List<OffsetFetchResponseTopics> unknown) {
        List<OffsetFetchRequestTopics> known = new ArrayList<>(group.topics().size());
        for (OffsetFetchRequestTopics asked : group.topics()) {
            Topic topic = topics.byId(asked.topicId());
            if (topic == null) {
                unknown.add(new OffsetFetchResponseTopics()
                        .setTopicId(asked.topicId())
                        .setPartitions(asked.partitionIndexes().stream()
                                .map(OffsetFetchHandler::unknownTopicId)
                                .toList()));
            } else {
                known.add(asked.duplicate().setName(topic.name()));
            }
        }
        return group.duplicate().setTopics(known);
    }

    /** Adds the ids of the topics. Omits a topic that was deleted meanwhile, which has no id. */
    private OffsetFetchResponseGroup withIds(
            OffsetFetchResponseGroup fetched, List<OffsetFetchResponseTopics> unknown) {
        List<OffsetFetchResponseTopics> withIds = new ArrayList<>(unknown);
        for (OffsetFetchResponseTopics found : fetched.topics()) {
            Topic topic = topics.byName(found.name());
            if (topic != null) {
                withIds.add(found.setTopicId(topic.id()));
            }
        }
        return fetched.setTopics(withIds);
    }

    private static OffsetFetchResponsePartitions unknownTopicId(int partition) {
        return new OffsetFetchResponsePartitions()
                .setPartitionIndex(partition)
                .setErrorCode(Errors.UNKNOWN_TOPIC_ID.code())
                .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
                .setMetadata(OffsetFetchResponse.NO_METADATA)
                .setCommittedLeaderEpoch(RecordBatch.NO_PARTITION_LEADER_EPOCH);
    }
}

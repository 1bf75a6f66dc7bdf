// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.guard;

import io.varve.server.api.ApiHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartition;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopic;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseTopics;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.OffsetFetchResponse;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Guards OffsetFetch. Requests name one group, from version 8 on several. Topics that may not be described
 * are errors where they are named, and left out where all offsets of a group are wanted. Stateless.
 */
final class OffsetFetchGuard {
    private static final short FIRST_WITH_GROUPS = 8;
    private static final short DENIED = Errors.TOPIC_AUTHORIZATION_FAILED.code();

    private OffsetFetchGuard() {}

    static CompletionStage<? extends ApiMessage> pass(Asked asked, ApiHandler handler) {
        OffsetFetchRequestData data = asked.data(OffsetFetchRequestData.class);
        return asked.request().version() < FIRST_WITH_GROUPS
                ? ofOne(asked, data, handler)
                : ofSeveral(asked, data, handler);
    }

    private static CompletionStage<? extends ApiMessage> ofOne(
            Asked asked, OffsetFetchRequestData data, ApiHandler handler) {
        asked.requireGroup(AclOperation.DESCRIBE, data.groupId());
        if (data.topics() == null) {
            return asked.serve(handler).thenApply(answer -> {
                OffsetFetchResponseData response = (OffsetFetchResponseData) answer;
                return response.setTopics(
                        Lists.only(response.topics(), topic -> asked.allowsTopic(AclOperation.DESCRIBE, topic.name())));
            });
        }
        return asked.denied(data.topics(), AclOperation.DESCRIBE, OffsetFetchRequestTopic::name)
                .serve(asked.request(), handler, OffsetFetchResponseData.class, OffsetFetchGuard::refuse);
    }

    private static void refuse(OffsetFetchResponseData response, OffsetFetchRequestTopic topic) {
        if (response.errorCode() != Errors.NONE.code()) {
            return;
        }
        OffsetFetchResponseTopic refused = new OffsetFetchResponseTopic().setName(topic.name());
        topic.partitionIndexes()
                .forEach(partition -> refused.partitions()
                        .add(new OffsetFetchResponsePartition()
                                .setPartitionIndex(partition)
                                .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
                                .setErrorCode(DENIED)));
        response.setTopics(Lists.with(response.topics(), refused));
    }

    private static CompletionStage<? extends ApiMessage> ofSeveral(
            Asked asked, OffsetFetchRequestData data, ApiHandler handler) {
        Denied<OffsetFetchRequestGroup> deniedGroups = Denied.take(
                data.groups(), group -> asked.allows(AclOperation.DESCRIBE, ResourceType.GROUP, group.groupId()));
        Map<String, List<OffsetFetchRequestTopics>> deniedTopics = new HashMap<>();
        List<Denied<?>> within = new ArrayList<>();
        Set<String> whole = new HashSet<>();
        for (OffsetFetchRequestGroup group : data.groups()) {
            if (group.topics() == null) {
                whole.add(group.groupId());
            } else {
                Denied<OffsetFetchRequestTopics> denied = asked.denied(
                        group.topics(), AclOperation.DESCRIBE, topic -> asked.topicName(topic.name(), topic.topicId()));
                within.add(denied);
                deniedTopics
                        .computeIfAbsent(group.groupId(), id -> new ArrayList<>())
                        .addAll(denied.taken());
            }
        }
        return Denied.restoring(
                        within,
                        () -> deniedGroups.serve(
                                asked.request(),
                                handler,
                                OffsetFetchResponseData.class,
                                (response, group) -> response.setGroups(Lists.with(
                                        response.groups(),
                                        OffsetFetchResponse.groupError(
                                                group,
                                                Errors.GROUP_AUTHORIZATION_FAILED,
                                                asked.request().version())))))
                .thenApply(answer -> {
                    for (OffsetFetchResponseGroup group : ((OffsetFetchResponseData) answer).groups()) {
                        show(asked, group, whole, deniedTopics.getOrDefault(group.groupId(), List.of()));
                    }
                    return answer;
                });
    }

    private static void show(
            Asked asked, OffsetFetchResponseGroup group, Set<String> whole, List<OffsetFetchRequestTopics> denied) {
        if (group.errorCode() != Errors.NONE.code()) {
            return;
        }
        if (whole.contains(group.groupId())) {
            group.setTopics(Lists.only(group.topics(), topic -> {
                String name = asked.topicName(topic.name(), topic.topicId());
                return name != null && asked.allowsTopic(AclOperation.DESCRIBE, name);
            }));
        }
        for (OffsetFetchRequestTopics topic : denied) {
            OffsetFetchResponseTopics refused =
                    new OffsetFetchResponseTopics().setName(topic.name()).setTopicId(topic.topicId());
            topic.partitionIndexes()
                    .forEach(partition -> refused.partitions()
                            .add(new OffsetFetchResponsePartitions()
                                    .setPartitionIndex(partition)
                                    .setCommittedOffset(OffsetFetchResponse.INVALID_OFFSET)
                                    .setErrorCode(DENIED)));
            group.setTopics(Lists.with(group.topics(), refused));
        }
    }
}

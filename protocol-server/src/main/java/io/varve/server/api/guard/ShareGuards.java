// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.guard;

import io.varve.server.api.ApiHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData.AlterShareGroupOffsetsResponsePartition;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData.AlterShareGroupOffsetsResponseTopic;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData.DeleteShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData.DeleteShareGroupOffsetsResponseTopic;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponsePartition;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseTopic;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.ShareAcknowledgeTopicResponse;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;

/** Guards the APIs of share groups. Which topics a share fetch reads is decided where it reads. Stateless. */
final class ShareGuards {
    private static final Errors DENIED = Errors.TOPIC_AUTHORIZATION_FAILED;

    private ShareGuards() {}

    private static void requireGroup(Asked asked, String group) {
        if (group != null) { // the handler refuses what names none
            asked.requireGroup(AclOperation.READ, group);
        }
    }

    static CompletionStage<? extends ApiMessage> fetch(Asked asked, ApiHandler handler) {
        requireGroup(asked, asked.data(ShareFetchRequestData.class).groupId());
        return asked.serve(handler);
    }

    static CompletionStage<? extends ApiMessage> acknowledge(Asked asked, ApiHandler handler) {
        ShareAcknowledgeRequestData data = asked.data(ShareAcknowledgeRequestData.class);
        requireGroup(asked, data.groupId());
        return asked.denied(data.topics(), AclOperation.READ, topic -> asked.topicName(null, topic.topicId()))
                .serve(asked.request(), handler, ShareAcknowledgeResponseData.class, (response, topic) -> {
                    ShareAcknowledgeTopicResponse refused =
                            new ShareAcknowledgeTopicResponse().setTopicId(topic.topicId());
                    topic.partitions()
                            .forEach(partition -> refused.partitions()
                                    .add(new ShareAcknowledgeResponseData.PartitionData()
                                            .setPartitionIndex(partition.partitionIndex())
                                            .setErrorCode(DENIED.code())));
                    response.responses().add(refused);
                });
    }

    static CompletionStage<? extends ApiMessage> describeOffsets(Asked asked, ApiHandler handler) {
        DescribeShareGroupOffsetsRequestData data = asked.data(DescribeShareGroupOffsetsRequestData.class);
        Denied<DescribeShareGroupOffsetsRequestGroup> denied = Denied.take(
                data.groups(), group -> asked.allows(AclOperation.DESCRIBE, ResourceType.GROUP, group.groupId()));
        Map<String, List<DescribeShareGroupOffsetsRequestTopic>> deniedTopics = new HashMap<>();
        List<Denied<?>> within = new ArrayList<>();
        for (DescribeShareGroupOffsetsRequestGroup group : data.groups()) {
            if (group.topics() != null) {
                Denied<DescribeShareGroupOffsetsRequestTopic> topics = asked.denied(
                        group.topics(), AclOperation.DESCRIBE, DescribeShareGroupOffsetsRequestTopic::topicName);
                within.add(topics);
                deniedTopics.put(group.groupId(), topics.taken());
            }
        }
        return Denied.restoring(
                        within,
                        () -> denied.serve(
                                asked.request(),
                                handler,
                                DescribeShareGroupOffsetsResponseData.class,
                                (response, group) -> response.setGroups(Lists.with(
                                        response.groups(),
                                        new DescribeShareGroupOffsetsResponseGroup()
                                                .setGroupId(group.groupId())
                                                .setErrorCode(Errors.GROUP_AUTHORIZATION_FAILED.code())))))
                .thenApply(answer -> {
                    ((DescribeShareGroupOffsetsResponseData) answer)
                            .groups()
                            .forEach(group -> show(asked, group, deniedTopics.get(group.groupId())));
                    return answer;
                });
    }

    /** @param denied topics the request names and the client may not see; null if it names none */
    private static void show(
            Asked asked,
            DescribeShareGroupOffsetsResponseGroup group,
            List<DescribeShareGroupOffsetsRequestTopic> denied) {
        if (group.errorCode() != Errors.NONE.code()) {
            return;
        }
        if (denied == null) {
            group.setTopics(
                    Lists.only(group.topics(), topic -> asked.allowsTopic(AclOperation.DESCRIBE, topic.topicName())));
            return;
        }
        for (DescribeShareGroupOffsetsRequestTopic topic : denied) {
            DescribeShareGroupOffsetsResponseTopic refused =
                    new DescribeShareGroupOffsetsResponseTopic().setTopicName(topic.topicName());
            topic.partitions()
                    .forEach(partition -> refused.partitions()
                            .add(new DescribeShareGroupOffsetsResponsePartition()
                                    .setPartitionIndex(partition)
                                    .setStartOffset(-1)
                                    .setLag(-1)
                                    .setErrorCode(DENIED.code())
                                    .setErrorMessage(DENIED.message())));
            group.setTopics(Lists.with(group.topics(), refused));
        }
    }

    static CompletionStage<? extends ApiMessage> alterOffsets(Asked asked, ApiHandler handler) {
        AlterShareGroupOffsetsRequestData data = asked.data(AlterShareGroupOffsetsRequestData.class);
        asked.requireGroup(AclOperation.READ, data.groupId());
        return asked.denied(data.topics(), AclOperation.READ, AlterShareGroupOffsetsRequestTopic::topicName)
                .serve(asked.request(), handler, AlterShareGroupOffsetsResponseData.class, (response, topic) -> {
                    if (response.errorCode() == Errors.NONE.code()) {
                        response.responses().add(refused(asked, topic));
                    }
                });
    }

    private static AlterShareGroupOffsetsResponseTopic refused(Asked asked, AlterShareGroupOffsetsRequestTopic topic) {
        AlterShareGroupOffsetsResponseTopic refused = new AlterShareGroupOffsetsResponseTopic()
                .setTopicName(topic.topicName())
                .setTopicId(Uuid.ZERO_UUID);
        topic.partitions()
                .forEach(partition -> refused.partitions()
                        .add(new AlterShareGroupOffsetsResponsePartition()
                                .setPartitionIndex(partition.partitionIndex())
                                .setErrorCode(DENIED.code())
                                .setErrorMessage(DENIED.message())));
        return refused;
    }

    static CompletionStage<? extends ApiMessage> deleteOffsets(Asked asked, ApiHandler handler) {
        DeleteShareGroupOffsetsRequestData data = asked.data(DeleteShareGroupOffsetsRequestData.class);
        asked.requireGroup(AclOperation.DELETE, data.groupId());
        return asked.denied(data.topics(), AclOperation.READ, DeleteShareGroupOffsetsRequestTopic::topicName)
                .serve(asked.request(), handler, DeleteShareGroupOffsetsResponseData.class, (response, topic) -> {
                    if (response.errorCode() == Errors.NONE.code()) {
                        response.setResponses(Lists.with(
                                response.responses(),
                                new DeleteShareGroupOffsetsResponseTopic()
                                        .setTopicName(topic.topicName())
                                        .setErrorCode(DENIED.code())
                                        .setErrorMessage(DENIED.message())));
                    }
                });
    }
}

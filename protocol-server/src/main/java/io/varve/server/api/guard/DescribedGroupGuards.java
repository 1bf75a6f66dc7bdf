// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.guard;

import io.varve.server.api.ApiHandler;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.ShareGroupDescribeRequestData;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.TopicInfo;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeGroupsResponse;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Guards the APIs that describe groups. A group whose members have topics that the client may not see is not
 * described. Stateless.
 */
final class DescribedGroupGuards {
    private static final short DENIED = Errors.GROUP_AUTHORIZATION_FAILED.code();
    private static final short DENIED_TOPIC = Errors.TOPIC_AUTHORIZATION_FAILED.code();
    private static final String HIDDEN =
            "The group has described topic(s) that the client is not authorized to describe.";

    private DescribedGroupGuards() {}

    private static Denied<String> denied(Asked asked, List<String> groups) {
        return Denied.take(groups, group -> asked.allows(AclOperation.DESCRIBE, ResourceType.GROUP, group));
    }

    private static int operations(Asked asked, String group, int possible) {
        return asked.operations(ResourceType.GROUP, group, possible);
    }

    private static boolean maySee(Asked asked, Stream<String> topics) {
        return topics.distinct().allMatch(topic -> asked.allowsTopic(AclOperation.DESCRIBE, topic));
    }

    static CompletionStage<? extends ApiMessage> classic(Asked asked, ApiHandler handler) {
        return denied(asked, asked.data(DescribeGroupsRequestData.class).groups())
                .serve(
                        asked.request(),
                        handler,
                        DescribeGroupsResponseData.class,
                        (response, group) -> response.setGroups(Lists.with(
                                response.groups(),
                                DescribeGroupsResponse.groupError(group, Errors.GROUP_AUTHORIZATION_FAILED))))
                .thenApply(answer -> {
                    ((DescribeGroupsResponseData) answer)
                            .groups()
                            .forEach(group -> group.setAuthorizedOperations(
                                    operations(asked, group.groupId(), group.authorizedOperations())));
                    return answer;
                });
    }

    static CompletionStage<? extends ApiMessage> consumer(Asked asked, ApiHandler handler) {
        return denied(asked, asked.data(ConsumerGroupDescribeRequestData.class).groupIds())
                .serve(
                        asked.request(),
                        handler,
                        ConsumerGroupDescribeResponseData.class,
                        (response, group) -> response.setGroups(Lists.with(
                                response.groups(),
                                new ConsumerGroupDescribeResponseData.DescribedGroup()
                                        .setGroupId(group)
                                        .setErrorCode(DENIED))))
                .thenApply(answer -> {
                    ConsumerGroupDescribeResponseData response = (ConsumerGroupDescribeResponseData) answer;
                    return response.setGroups(response.groups().stream()
                            .map(group -> shown(asked, group))
                            .toList());
                });
    }

    private static ConsumerGroupDescribeResponseData.DescribedGroup shown(
            Asked asked, ConsumerGroupDescribeResponseData.DescribedGroup group) {
        Stream<String> topics = group.members().stream()
                .flatMap(member -> Stream.of(member.assignment(), member.targetAssignment()))
                .flatMap(assignment -> assignment.topicPartitions().stream())
                .map(ConsumerGroupDescribeResponseData.TopicPartitions::topicName);
        return maySee(asked, topics)
                ? group.setAuthorizedOperations(operations(asked, group.groupId(), group.authorizedOperations()))
                : new ConsumerGroupDescribeResponseData.DescribedGroup()
                        .setGroupId(group.groupId())
                        .setErrorCode(DENIED_TOPIC)
                        .setErrorMessage(HIDDEN);
    }

    static CompletionStage<? extends ApiMessage> share(Asked asked, ApiHandler handler) {
        return denied(asked, asked.data(ShareGroupDescribeRequestData.class).groupIds())
                .serve(
                        asked.request(),
                        handler,
                        ShareGroupDescribeResponseData.class,
                        (response, group) -> response.setGroups(Lists.with(
                                response.groups(),
                                new ShareGroupDescribeResponseData.DescribedGroup()
                                        .setGroupId(group)
                                        .setErrorCode(DENIED))))
                .thenApply(answer -> {
                    ShareGroupDescribeResponseData response = (ShareGroupDescribeResponseData) answer;
                    return response.setGroups(response.groups().stream()
                            .map(group -> shown(asked, group))
                            .toList());
                });
    }

    private static ShareGroupDescribeResponseData.DescribedGroup shown(
            Asked asked, ShareGroupDescribeResponseData.DescribedGroup group) {
        Stream<String> topics = group.members().stream()
                .flatMap(member -> member.assignment().topicPartitions().stream())
                .map(ShareGroupDescribeResponseData.TopicPartitions::topicName);
        return maySee(asked, topics)
                ? group.setAuthorizedOperations(operations(asked, group.groupId(), group.authorizedOperations()))
                : new ShareGroupDescribeResponseData.DescribedGroup()
                        .setGroupId(group.groupId())
                        .setErrorCode(DENIED_TOPIC)
                        .setErrorMessage(HIDDEN);
    }

    static CompletionStage<? extends ApiMessage> streams(Asked asked, ApiHandler handler) {
        return denied(asked, asked.data(StreamsGroupDescribeRequestData.class).groupIds())
                .serve(
                        asked.request(),
                        handler,
                        StreamsGroupDescribeResponseData.class,
                        (response, group) -> response.setGroups(Lists.with(
                                response.groups(),
                                new StreamsGroupDescribeResponseData.DescribedGroup()
                                        .setGroupId(group)
                                        .setErrorCode(DENIED))))
                .thenApply(answer -> {
                    StreamsGroupDescribeResponseData response = (StreamsGroupDescribeResponseData) answer;
                    return response.setGroups(response.groups().stream()
                            .map(group -> shown(asked, group))
                            .toList());
                });
    }

    private static StreamsGroupDescribeResponseData.DescribedGroup shown(
            Asked asked, StreamsGroupDescribeResponseData.DescribedGroup group) {
        Stream<String> topics = group.topology() == null
                ? Stream.empty()
                : group.topology().subtopologies().stream().flatMap(DescribedGroupGuards::topics);
        return maySee(asked, topics)
                ? group.setAuthorizedOperations(operations(asked, group.groupId(), group.authorizedOperations()))
                : new StreamsGroupDescribeResponseData.DescribedGroup()
                        .setGroupId(group.groupId())
                        .setErrorCode(DENIED_TOPIC)
                        .setErrorMessage(
                                "The described group uses topics that the client is not authorized to describe.")
                        .setTopology(null);
    }

    private static Stream<String> topics(StreamsGroupDescribeResponseData.Subtopology part) {
        return Stream.of(
                        part.sourceTopics().stream(),
                        part.repartitionSinkTopics().stream(),
                        part.repartitionSourceTopics().stream().map(TopicInfo::name),
                        part.stateChangelogTopics().stream().map(TopicInfo::name))
                .flatMap(names -> names);
    }
}

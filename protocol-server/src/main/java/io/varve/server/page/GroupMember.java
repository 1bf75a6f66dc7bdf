// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerProtocolAssignment;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.ShareGroupDescribeRequestData;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

/**
 * A member of a group of any type.
 *
 * @param id the member's id
 * @param clientId the name the client gives itself
 * @param host where it is
 * @param partitions what it reads
 * @param tasks its tasks, in words, in a streams group; else empty
 */
record GroupMember(String id, String clientId, String host, List<TopicPartition> partitions, String tasks) {
    /**
     * Describes a group's members.
     *
     * @param server asks in the caller's name
     * @param group the group's id
     * @param type its type, as ListGroups names it
     * @return the members
     */
    static List<GroupMember> of(OwnRequests server, String group, String type) {
        return switch (type.toLowerCase(Locale.ROOT)) {
            case "consumer" -> consumers(server, group);
            case "share" -> sharing(server, group);
            case "streams" -> streams(server, group);
            default -> classic(server, group);
        };
    }

    private static List<GroupMember> consumers(OwnRequests server, String id) {
        ConsumerGroupDescribeResponseData.DescribedGroup group = server.ask(
                        ApiKeys.CONSUMER_GROUP_DESCRIBE,
                        new ConsumerGroupDescribeRequestData().setGroupIds(List.of(id)),
                        ConsumerGroupDescribeResponseData.class)
                .groups()
                .get(0);
        JsonRoute.check(group.errorCode(), group.errorMessage());
        return group.members().stream()
                .map(member -> new GroupMember(
                        member.memberId(),
                        member.clientId(),
                        member.clientHost(),
                        member.assignment().topicPartitions().stream()
                                .flatMap(topic -> partitions(topic.topicName(), topic.partitions()))
                                .toList(),
                        ""))
                .toList();
    }

    private static List<GroupMember> sharing(OwnRequests server, String id) {
        ShareGroupDescribeResponseData.DescribedGroup group = server.ask(
                        ApiKeys.SHARE_GROUP_DESCRIBE,
                        new ShareGroupDescribeRequestData().setGroupIds(List.of(id)),
                        ShareGroupDescribeResponseData.class)
                .groups()
                .get(0);
        JsonRoute.check(group.errorCode(), group.errorMessage());
        return group.members().stream()
                .map(member -> new GroupMember(
                        member.memberId(),
                        member.clientId(),
                        member.clientHost(),
                        member.assignment().topicPartitions().stream()
                                .flatMap(topic -> partitions(topic.topicName(), topic.partitions()))
                                .toList(),
                        ""))
                .toList();
    }

    private static List<GroupMember> streams(OwnRequests server, String id) {
        StreamsGroupDescribeResponseData.DescribedGroup group = server.ask(
                        ApiKeys.STREAMS_GROUP_DESCRIBE,
                        new StreamsGroupDescribeRequestData().setGroupIds(List.of(id)),
                        StreamsGroupDescribeResponseData.class)
                .groups()
                .get(0);
        JsonRoute.check(group.errorCode(), group.errorMessage());
        return group.members().stream()
                .map(member -> new GroupMember(
                        member.memberId(),
                        member.clientId(),
                        member.clientHost(),
                        List.of(),
                        member.assignment().activeTasks().stream()
                                .flatMap(part -> part.partitions().stream()
                                        .map(partition -> part.subtopologyId() + "_" + partition))
                                .collect(Collectors.joining(", "))))
                .toList();
    }

    private static List<GroupMember> classic(OwnRequests server, String id) {
        DescribeGroupsResponseData.DescribedGroup group = server.ask(
                        ApiKeys.DESCRIBE_GROUPS,
                        new DescribeGroupsRequestData().setGroups(List.of(id)),
                        DescribeGroupsResponseData.class)
                .groups()
                .get(0);
        JsonRoute.check(group.errorCode(), group.errorMessage());
        return group.members().stream()
                .map(member -> new GroupMember(
                        member.memberId(),
                        member.clientId(),
                        member.clientHost(),
                        group.protocolType().equals("consumer") ? assigned(member.memberAssignment()) : List.of(),
                        ""))
                .toList();
    }

    /** @return the partitions that the group's leader has assigned; none if its bytes mean nothing */
    private static List<TopicPartition> assigned(byte[] assignment) {
        ByteBuffer bytes = ByteBuffer.wrap(assignment);
        if (bytes.remaining() < Short.BYTES) {
            return List.of();
        }
        short version = bytes.getShort();
        try {
            return new ConsumerProtocolAssignment(new ByteBufferAccessor(bytes), (short) Math.max(
                            ConsumerProtocolAssignment.LOWEST_SUPPORTED_VERSION,
                            Math.min(version, ConsumerProtocolAssignment.HIGHEST_SUPPORTED_VERSION)))
                    .assignedPartitions().stream()
                            .flatMap(topic -> partitions(topic.topic(), topic.partitions()))
                            .toList();
        } catch (RuntimeException notOfAConsumer) {
            return List.of();
        }
    }

    private static Stream<TopicPartition> partitions(String topic, List<Integer> numbers) {
        return numbers.stream().map(number -> new TopicPartition(topic, number));
    }
}

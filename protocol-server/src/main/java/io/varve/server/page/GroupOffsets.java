// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * How far groups have read: the offset of each partition up to which records are done.
 *
 * @param done offsets by group and partition; a group that cannot tell is left out
 * @param counted lags of share groups, whose members are done with records in any order: as many as the
 *     coordinator has counted
 * @param starts log start offsets of those partitions; a partition that cannot tell is left out
 * @param ends high watermarks of those partitions; a partition that cannot tell is left out
 */
record GroupOffsets(
        Map<String, Map<TopicPartition, Long>> done,
        Map<String, Map<TopicPartition, Long>> counted,
        Map<TopicPartition, Long> starts,
        Map<TopicPartition, Long> ends) {
    /** The last version of OffsetFetch that names topics instead of their ids. */
    private static final short BY_NAME = 9;

    /**
     * Asks for the offsets of groups.
     *
     * @param server asks in the caller's name
     * @param committing ids of groups that commit offsets
     * @param sharing ids of share groups, whose start offsets count
     * @return the offsets
     */
    static GroupOffsets of(OwnRequests server, Collection<String> committing, Collection<String> sharing) {
        Map<String, Map<TopicPartition, Long>> done = new HashMap<>();
        committed(server, committing, done);
        Map<String, Map<TopicPartition, Long>> counted = new HashMap<>();
        shared(server, sharing, done, counted);
        Set<TopicPartition> partitions = new LinkedHashSet<>();
        done.values().forEach(each -> partitions.addAll(each.keySet()));
        return new GroupOffsets(
                done, counted, OffsetQuery.starts(server, partitions), OffsetQuery.ends(server, partitions));
    }

    private static void committed(
            OwnRequests server, Collection<String> groups, Map<String, Map<TopicPartition, Long>> done) {
        if (groups.isEmpty()) {
            return;
        }
        List<OffsetFetchRequestGroup> wanted = groups.stream()
                .map(id -> new OffsetFetchRequestGroup().setGroupId(id).setTopics(null))
                .toList();
        server.ask(
                        ApiKeys.OFFSET_FETCH,
                        BY_NAME,
                        new OffsetFetchRequestData().setGroups(wanted),
                        OffsetFetchResponseData.class)
                .groups()
                .forEach(group -> {
                    Map<TopicPartition, Long> offsets = done.computeIfAbsent(group.groupId(), id -> new HashMap<>());
                    group.topics()
                            .forEach(topic -> topic.partitions().stream()
                                    .filter(each ->
                                            each.errorCode() == Errors.NONE.code() && each.committedOffset() >= 0)
                                    .forEach(each -> offsets.put(
                                            new TopicPartition(topic.name(), each.partitionIndex()),
                                            each.committedOffset())));
                });
    }

    private static void shared(
            OwnRequests server,
            Collection<String> groups,
            Map<String, Map<TopicPartition, Long>> done,
            Map<String, Map<TopicPartition, Long>> counted) {
        if (groups.isEmpty()) {
            return;
        }
        List<DescribeShareGroupOffsetsRequestGroup> wanted = groups.stream()
                .map(id -> new DescribeShareGroupOffsetsRequestGroup()
                        .setGroupId(id)
                        .setTopics(null))
                .toList();
        server.ask(
                        ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS,
                        new DescribeShareGroupOffsetsRequestData().setGroups(wanted),
                        DescribeShareGroupOffsetsResponseData.class)
                .groups()
                .forEach(group -> {
                    Map<TopicPartition, Long> offsets = done.computeIfAbsent(group.groupId(), id -> new HashMap<>());
                    Map<TopicPartition, Long> lags = counted.computeIfAbsent(group.groupId(), id -> new HashMap<>());
                    group.topics()
                            .forEach(topic -> topic.partitions().stream()
                                    .filter(each -> each.errorCode() == Errors.NONE.code() && each.startOffset() >= 0)
                                    .forEach(each -> {
                                        TopicPartition partition =
                                                new TopicPartition(topic.topicName(), each.partitionIndex());
                                        offsets.put(partition, each.startOffset());
                                        lags.put(partition, each.lag());
                                    }));
                });
    }

    /** @return how many offsets the group is behind in the partition, or -1 if that is not known */
    long lag(String group, TopicPartition partition) {
        Long known = counted.getOrDefault(group, Map.of()).get(partition);
        if (known != null) {
            return known;
        }
        Long offset = done.getOrDefault(group, Map.of()).get(partition);
        Long end = ends.get(partition);
        return offset == null || end == null ? -1 : Math.max(0, end - offset);
    }

    /** @return how many of those offsets are before the start of the log: deleted before they were read */
    long gone(String group, TopicPartition partition) {
        Long offset = done.getOrDefault(group, Map.of()).get(partition);
        Long start = starts.get(partition);
        return offset == null || start == null ? 0 : Math.max(0, start - offset);
    }

    /** @return how many offsets were deleted before the group has done them, in all its partitions */
    long gone(String group) {
        return done.getOrDefault(group, Map.of()).keySet().stream()
                .mapToLong(each -> gone(group, each))
                .sum();
    }

    /** @return how many offsets the group is behind in all its partitions together */
    long lag(String group) {
        return done.getOrDefault(group, Map.of()).keySet().stream()
                .mapToLong(each -> Math.max(0, lag(group, each)))
                .sum();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListOffsetsRequest;

/** Asks for offsets of partitions: the first, the last, those at a time. Stateless. */
final class OffsetQuery {
    private static final int CONSUMER = -1;
    private static final int TIME_OUT_MS = 10_000;

    private OffsetQuery() {}

    /** @return the log start of each partition; a partition that cannot tell is left out */
    static Map<TopicPartition, Long> starts(OwnRequests server, Collection<TopicPartition> partitions) {
        return at(server, partitions, ListOffsetsRequest.EARLIEST_TIMESTAMP);
    }

    /** @return the high watermark of each partition; a partition that cannot tell is left out */
    static Map<TopicPartition, Long> ends(OwnRequests server, Collection<TopicPartition> partitions) {
        return at(server, partitions, ListOffsetsRequest.LATEST_TIMESTAMP);
    }

    /** @return the last stable offset of each partition; a partition that cannot tell is left out */
    static Map<TopicPartition, Long> stable(OwnRequests server, Collection<TopicPartition> partitions) {
        return at(server, partitions, ListOffsetsRequest.LATEST_TIMESTAMP, IsolationLevel.READ_COMMITTED);
    }

    /**
     * @param server asks in the caller's name
     * @param partitions partitions of any topics
     * @param timeMs a time in ms since the epoch, or one of Kafka's special ones
     * @return of each partition the first offset at that time or later, -1 if there is none; a partition that
     *     cannot tell is left out
     */
    static Map<TopicPartition, Long> at(OwnRequests server, Collection<TopicPartition> partitions, long timeMs) {
        return at(server, partitions, timeMs, IsolationLevel.READ_UNCOMMITTED);
    }

    private static Map<TopicPartition, Long> at(
            OwnRequests server, Collection<TopicPartition> partitions, long timeMs, IsolationLevel isolation) {
        ListOffsetsRequestData request = new ListOffsetsRequestData()
                .setReplicaId(CONSUMER)
                .setTimeoutMs(TIME_OUT_MS)
                .setIsolationLevel(isolation.id());
        partitions.stream()
                .collect(Collectors.groupingBy(TopicPartition::topic))
                .forEach((topic, numbers) -> request.topics()
                        .add(new ListOffsetsTopic()
                                .setName(topic)
                                .setPartitions(numbers.stream()
                                        .map(each -> new ListOffsetsPartition()
                                                .setPartitionIndex(each.partition())
                                                .setTimestamp(timeMs))
                                        .toList())));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        server.ask(ApiKeys.LIST_OFFSETS, request, ListOffsetsResponseData.class)
                .topics()
                .forEach(topic -> topic.partitions().forEach(each -> {
                    if (each.errorCode() == Errors.NONE.code()) {
                        offsets.put(new TopicPartition(topic.name(), each.partitionIndex()), each.offset());
                    }
                }));
        return offsets;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;

/**
 * What a client wants of one partition. Immutable: a session shares the object with every fetch until the
 * client replaces it.
 *
 * @param ref which partition
 * @param offset first offset to read, inclusive
 * @param maxBytes max bytes of records, 0 or more; the first batch of a fetch may exceed it
 * @param leaderEpoch the leader epoch that the client knows, or -1
 * @param lastFetchedEpoch leader epoch of the last record that the client has, or -1 when not named
 */
record PartitionFetch(PartitionRef ref, long offset, int maxBytes, int leaderEpoch, int lastFetchedEpoch) {
    /**
     * @param data a fetch request
     * @return the partitions that the request names, in its order; the last mention of a partition replaces
     *     the ones before
     */
    static List<PartitionFetch> of(FetchRequestData data) {
        Map<PartitionRef, PartitionFetch> fetches = new LinkedHashMap<>();
        for (FetchTopic topic : data.topics()) {
            for (FetchPartition partition : topic.partitions()) {
                PartitionRef ref = new PartitionRef(topic.topic(), topic.topicId(), partition.partition());
                fetches.put(
                        ref,
                        new PartitionFetch(
                                ref,
                                partition.fetchOffset(),
                                Math.max(0, partition.partitionMaxBytes()),
                                partition.currentLeaderEpoch(),
                                partition.lastFetchedEpoch()));
            }
        }
        return List.copyOf(fetches.values());
    }

    /**
     * @param data a fetch request
     * @return the partitions that the session is to remove
     */
    static List<PartitionRef> forgotten(FetchRequestData data) {
        List<PartitionRef> forgotten = new ArrayList<>();
        for (ForgottenTopic topic : data.forgottenTopicsData()) {
            for (int partition : topic.partitions()) {
                forgotten.add(new PartitionRef(topic.topic(), topic.topicId(), partition));
            }
        }
        return forgotten;
    }
}

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
 * What a client wants of one partition. Immutable: sessions hand the same object to every request until the
 * client changes it.
 *
 * @param ref which partition
 * @param offset first offset wanted
 * @param maxBytes most bytes of records, 0 or more; a first batch larger than that excepted
 * @param leaderEpoch the leader epoch the client knows, or -1
 * @param lastFetchedEpoch the leader epoch of the last record the client has, or -1 when it does not say
 */
record PartitionFetch(PartitionRef ref, long offset, int maxBytes, int leaderEpoch, int lastFetchedEpoch) {
    /**
     * @param data a fetch request
     * @return the partitions it names, in its order; one that it names several times is one, as it was named
     *     last
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
     * @return the partitions its session is to forget
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

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share.state;

import java.util.Comparator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.server.share.SharePartitionKey;

/**
 * Names a partition of a topic as one share group reads it.
 *
 * @param group the share group, not empty
 * @param topic the topic's id
 * @param partition index of the partition, 0 or more
 */
public record SharePartitionId(String group, Uuid topic, int partition) implements Comparable<SharePartitionId> {
    private static final Comparator<SharePartitionId> ORDER = Comparator.comparing(SharePartitionId::group)
            .thenComparing(SharePartitionId::topic)
            .thenComparingInt(SharePartitionId::partition);

    /** Orders by all fields. The order has no meaning: it keeps hash maps fast when hash codes collide. */
    @Override
    public int compareTo(SharePartitionId other) {
        return ORDER.compare(this, other);
    }

    /** @return the name that the share coordinator is looked up by, {@code group:topicId:partition} */
    String coordinatorKey() {
        return SharePartitionKey.asCoordinatorKey(group, topic, partition);
    }

    /**
     * @param key the key of a FindCoordinator
     * @return true if it has the form {@code group:topicId:partition}
     */
    public static boolean isCoordinatorKey(String key) {
        try {
            SharePartitionKey.validate(key);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import java.util.Comparator;
import org.apache.kafka.common.Uuid;

/**
 * A reference to a partition as a fetch names it: by topic id from version 13 on, with an empty name; by
 * topic name before, with a zero id.
 *
 * @param topic topic name, or empty
 * @param topicId topic id, or {@link Uuid#ZERO_UUID}
 * @param partition partition number, any value
 */
record PartitionRef(String topic, Uuid topicId, int partition) implements Comparable<PartitionRef> {
    private static final Comparator<PartitionRef> ORDER = Comparator.comparing(PartitionRef::topicId)
            .thenComparing(PartitionRef::topic)
            .thenComparingInt(PartitionRef::partition);

    /** The first version that names topics by id (KIP-516). */
    static final short FIRST_WITH_TOPIC_IDS = 13;

    /**
     * Orders references by all their fields. The order has no meaning: it keeps hash maps fast when a client
     * sends ids whose hash codes collide.
     */
    @Override
    public int compareTo(PartitionRef other) {
        return ORDER.compare(this, other);
    }
}

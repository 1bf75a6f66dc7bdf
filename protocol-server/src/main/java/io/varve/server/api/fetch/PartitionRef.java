// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import java.util.Comparator;
import org.apache.kafka.common.Uuid;

/**
 * A partition as a fetch names it: by topic id from version 13 on (the name is empty then), by topic name
 * before (the id is zero).
 *
 * @param topic topic name, or empty
 * @param topicId topic id, or {@link Uuid#ZERO_UUID}
 * @param partition partition number, any value
 */
record PartitionRef(String topic, Uuid topicId, int partition) implements Comparable<PartitionRef> {
    private static final Comparator<PartitionRef> ORDER = Comparator.comparing(PartitionRef::topicId)
            .thenComparing(PartitionRef::topic)
            .thenComparingInt(PartitionRef::partition);

    /** The version from which topics go by id (KIP-516). */
    static final short FIRST_WITH_TOPIC_IDS = 13;

    /** An order of any kind: it keeps hash maps quick when a client chooses ids of one hash. */
    @Override
    public int compareTo(PartitionRef other) {
        return ORDER.compare(this, other);
    }
}

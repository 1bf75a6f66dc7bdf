// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import java.util.Comparator;
import org.apache.kafka.common.Uuid;

/**
 * A partition as a member's session names it.
 *
 * @param topic topic id, which may be unknown
 * @param partition partition number, any value
 */
public record SharedPartitionRef(Uuid topic, int partition) implements Comparable<SharedPartitionRef> {
    private static final Comparator<SharedPartitionRef> ORDER =
            Comparator.comparing(SharedPartitionRef::topic).thenComparingInt(SharedPartitionRef::partition);

    /** Orders by all fields. The order has no meaning: it keeps hash maps fast when hash codes collide. */
    @Override
    public int compareTo(SharedPartitionRef other) {
        return ORDER.compare(this, other);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import java.util.Comparator;
import org.apache.kafka.common.Uuid;

/**
 * A topic as a client names it: by name or by id.
 *
 * @param name its name, or null
 * @param id its id; zero when named by name
 */
public record TopicRef(String name, Uuid id) implements Comparable<TopicRef> {
    private static final Comparator<TopicRef> ORDER = Comparator.comparing(TopicRef::id)
            .thenComparing(TopicRef::name, Comparator.nullsFirst(Comparator.naturalOrder()));

    /**
     * Orders references, which keeps hash maps fast when a client chooses ids with equal hash codes. The
     * order means nothing else.
     */
    @Override
    public int compareTo(TopicRef other) {
        return ORDER.compare(this, other);
    }

    /** @return a reference to the topic of this name */
    public static TopicRef named(String name) {
        return new TopicRef(name, Uuid.ZERO_UUID);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.metadata.topic.Topic;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.ToIntFunction;

/**
 * Selects the existing ones among the partitions that a request names: a coordinator gets those, and the
 * handler answers for the others. Stateless.
 */
public final class ExistingPartitions {
    private ExistingPartitions() {}

    /**
     * @param topic the topic, or null when it does not exist
     * @param asked the request's entries for partitions of the topic
     * @param index returns the partition number of an entry
     * @param unknown accepts the number of each partition that does not exist
     * @param <P> type of the entries
     * @return the entries of existing partitions, in the order of the request
     */
    public static <P> List<P> of(Topic topic, Collection<P> asked, ToIntFunction<P> index, IntConsumer unknown) {
        List<P> existing = new ArrayList<>(asked.size());
        for (P partition : asked) {
            int number = index.applyAsInt(partition);
            if (Topic.exists(topic, number)) {
                existing.add(partition);
            } else {
                unknown.accept(number);
            }
        }
        return existing;
    }
}

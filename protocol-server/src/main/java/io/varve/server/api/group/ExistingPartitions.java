// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.group;

import io.varve.server.metadata.topic.Topic;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.ToIntFunction;

/**
 * Splits the partitions that a request names of a topic: a coordinator gets those there are, the others are
 * answered at once.
 */
public final class ExistingPartitions {
    private ExistingPartitions() {}

    /**
     * @param topic the topic, or null when there is none
     * @param asked what the request says of its partitions
     * @param index finds the number of a partition
     * @param unknown is given the number of each partition that does not exist
     * @param <P> what the request says of a partition
     * @return what it says of those that exist, in its order
     */
    public static <P> List<P> of(Topic topic, Collection<P> asked, ToIntFunction<P> index, IntConsumer unknown) {
        List<P> existing = new ArrayList<>(asked.size());
        for (P partition : asked) {
            int number = index.applyAsInt(partition);
            if (Topic.log(topic, number) != null) {
                existing.add(partition);
            } else {
                unknown.accept(number);
            }
        }
        return existing;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import io.varve.server.metadata.log.MetadataException;

/**
 * The broker's settings about topics: what a topic gets that its creator does not choose, and what clients
 * may do.
 *
 * @param numPartitions {@code num.partitions}: partitions of a topic whose creator names no number, at least
 *     1
 * @param defaultReplicationFactor {@code default.replication.factor}: only 1 can be met
 * @param autoCreate {@code auto.create.topics.enable}: makes a topic when a client asks about one that does
 *     not exist
 * @param delete {@code delete.topic.enable}: lets clients delete topics
 * @param tiered true if the storage backend has a remote tier: topics are copied to it unless they say
 *     otherwise
 * @param limits how many topics and partitions clients can make
 */
public record TopicsConfig(
        int numPartitions,
        int defaultReplicationFactor,
        boolean autoCreate,
        boolean delete,
        boolean tiered,
        TopicLimits limits) {
    /** Kafka's defaults. */
    public static final TopicsConfig DEFAULT = new TopicsConfig(1, 1, true, true, false, TopicLimits.DEFAULT);

    /** @throws MetadataException a topic would get no partition */
    public TopicsConfig {
        if (numPartitions < 1) {
            throw new MetadataException("num.partitions is " + numPartitions + ", must be at least 1");
        }
    }

    /** @return the same with other limits */
    public TopicsConfig withLimits(TopicLimits other) {
        return new TopicsConfig(numPartitions, defaultReplicationFactor, autoCreate, delete, tiered, other);
    }
}

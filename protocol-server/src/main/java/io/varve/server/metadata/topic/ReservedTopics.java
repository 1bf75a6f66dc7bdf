// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import org.apache.kafka.common.internals.Topic;

/** Names the topics that only the broker itself may create, resize and delete. Stateless. */
public final class ReservedTopics {
    private ReservedTopics() {}

    /** @return true for {@code __consumer_offsets}, {@code __cluster_metadata} and the like */
    public static boolean contains(String name) {
        return Topic.isInternal(name) || name.equals(Topic.CLUSTER_METADATA_TOPIC_NAME);
    }
}

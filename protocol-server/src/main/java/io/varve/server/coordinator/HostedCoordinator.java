// SPDX-License-Identifier: Apache-2.0
package io.varve.server.coordinator;

import io.varve.server.metadata.topic.Topic;

/**
 * Coordinates the groups or the transactions whose events are in one topic. Thread-safe; the host never calls
 * {@link #topicChanged} and {@link #allLoaded} at the same time.
 */
public interface HostedCoordinator extends AutoCloseable {
    /** @return which partitions have been loaded */
    LoadProgress loading();

    /**
     * @param key a group or transactional id
     * @return the partition of the topic that stores the key
     */
    int partitionFor(String key);

    /** Notifies the coordinator that every partition has been loaded. May block. */
    void allLoaded();

    /**
     * Notifies the coordinator of a change of a topic since it was opened. May block.
     *
     * @param before the topic before the change, or null when it is new
     * @param after the topic after the change, or null when it was deleted
     */
    void topicChanged(Topic before, Topic after);

    /** Stops the coordinator: calls under way fail with NOT_COORDINATOR. Takes some hundred ms. */
    @Override
    void close();
}

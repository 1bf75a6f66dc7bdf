// SPDX-License-Identifier: Apache-2.0
package io.varve.server.coordinator;

import io.varve.server.metadata.topic.Topic;

/**
 * Coordinates the groups, or the transactions, whose events are in one topic. Thread-safe, except that the
 * host calls {@link #topicChanged} and {@link #allLoaded} in turn.
 */
public interface HostedCoordinator extends AutoCloseable {
    /** @return how far its partitions have been read back */
    LoadProgress loading();

    /**
     * @param key what is coordinated: a group, a transactional id
     * @return the partition of the topic that keeps it
     */
    int partitionFor(String key);

    /** Every partition has been read back. May block. */
    void allLoaded();

    /**
     * A topic has changed, after those the coordinator was started with. May block.
     *
     * @param before as it was, or null when it is new
     * @param after as it is, or null when it was deleted
     */
    void topicChanged(Topic before, Topic after);

    /** Stops: calls under way fail with NOT_COORDINATOR. Takes some hundred ms. */
    @Override
    void close();
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Creates topics that clients name before they exist, and those of the coordinators. Thread-safe. */
public interface TopicCreator {
    /**
     * Creates a topic with the broker's defaults unless it exists.
     *
     * @param name a legal topic name
     * @return completes, when the topic is durable and served, with it; fails with a Kafka
     *     {@link org.apache.kafka.common.errors.ApiException} that says why not
     */
    CompletableFuture<Topic> createIfAbsent(String name);

    /**
     * Creates one of the broker's own topics unless it exists. Clients may not write to it ({@link
     * Topic#internal()}).
     *
     * @param name {@code __consumer_offsets} or another of the broker's own names
     * @param partitions number of partitions, at least 1
     * @param configs the topic's settings by Kafka's names
     * @return as {@link #createIfAbsent(String)}; an existing topic is returned as it is
     */
    CompletableFuture<Topic> createInternalIfAbsent(String name, int partitions, Map<String, String> configs);
}

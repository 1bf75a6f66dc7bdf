// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata;

import java.util.concurrent.CompletableFuture;

/** Makes topics on behalf of clients that name one not there yet, and of the coordinators. Thread-safe. */
public interface TopicCreation {
    /**
     * Creates a topic with the broker's defaults unless it exists.
     *
     * @param name a legal topic name
     * @return completes, when the topic is durable and served, with it; fails with a Kafka
     *     {@link org.apache.kafka.common.errors.ApiException} that says why not
     */
    CompletableFuture<Topic> createIfAbsent(String name);
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.TopicCreator;
import io.varve.server.metadata.topic.TopicLimits;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Makes topics because clients name them, few at a time and not without end. What is not made is not there:
 * clients ask again, and get what had to wait. Thread-safe.
 */
final class AutoCreation {
    private final IntSupplier present;
    private final TopicCreator creation;
    private final TopicLimits limits;
    private final AtomicInteger underWay = new AtomicInteger();

    /** @param present tells how many topics there are */
    AutoCreation(IntSupplier present, TopicCreator creation, TopicLimits limits) {
        this.present = present;
        this.creation = creation;
        this.limits = limits;
    }

    /**
     * @param name a legal name of a topic that is not there
     * @return as {@link TopicCreator#createIfAbsent}; fails with UNKNOWN_TOPIC_OR_PARTITION when it is not
     *     made now
     */
    CompletableFuture<Topic> create(String name) {
        int before = underWay.getAndIncrement();
        if (before >= limits.autoCreatedAtOnce() || present.getAsInt() + before >= limits.autoCreated()) {
            underWay.decrementAndGet();
            return CompletableFuture.failedFuture(new UnknownTopicOrPartitionException());
        }
        return creation.createIfAbsent(name).whenComplete((made, failure) -> underWay.decrementAndGet());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.TopicCreator;
import io.varve.server.metadata.topic.TopicLimits;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Creates topics because clients name them, within limits on their number and on concurrent creations. Beyond
 * a limit the topic stays unknown: the client retries, and may get it then. Thread-safe.
 */
final class AutoCreation {
    private final IntSupplier existing;
    private final TopicCreator creation;
    private final TopicLimits limits;
    private final AtomicInteger underWay = new AtomicInteger();

    /**
     * @param existing counts the existing topics
     * @param creation creates topics
     * @param limits the limits
     */
    AutoCreation(IntSupplier existing, TopicCreator creation, TopicLimits limits) {
        this.existing = existing;
        this.creation = creation;
        this.limits = limits;
    }

    /**
     * @param name a valid name of a topic that does not exist
     * @param partitions how many it will have
     * @param quota gets that number, and may refuse it
     * @return completes as {@link TopicCreator#createIfAbsent}; fails with UNKNOWN_TOPIC_OR_PARTITION beyond
     *     a limit or the quota
     */
    CompletableFuture<Topic> create(String name, int partitions, IntConsumer quota) {
        int before = underWay.getAndIncrement();
        if (before >= limits.autoCreatedAtOnce() || existing.getAsInt() + before >= limits.autoCreated()) {
            return refuse();
        }
        try {
            quota.accept(partitions);
        } catch (ThrottlingQuotaExceededException e) {
            return refuse();
        }
        return creation.createIfAbsent(name).whenComplete((created, failure) -> underWay.decrementAndGet());
    }

    private CompletableFuture<Topic> refuse() {
        underWay.decrementAndGet();
        return CompletableFuture.failedFuture(new UnknownTopicOrPartitionException());
    }
}

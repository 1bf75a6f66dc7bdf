// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

/**
 * Limits on the topics and partitions that clients make. The broker's own topics do not count. What exists
 * already stays.
 *
 * @param partitions {@code max.partitions}: partitions of all topics together; more are refused with
 *     POLICY_VIOLATION. At least 1
 * @param autoCreated {@code auto.create.topics.max}: with so many topics, naming another one does not create
 *     it; CreateTopics does. 0 or more
 * @param autoCreatedAtOnce {@code auto.create.topics.max.inflight}: topics being created at the same time
 *     because they were named; of a request with more, the rest is created when the client asks again. At
 *     least 1
 * @param describedAtOnce {@code max.request.partition.size.limit}: partitions on a page of
 *     DescribeTopicPartitions. At least 1
 */
public record TopicLimits(int partitions, int autoCreated, int autoCreatedAtOnce, int describedAtOnce) {
    /**
     * Far more partitions than one node should have, and a share of topics that may be created by naming
     * them.
     */
    public static final TopicLimits DEFAULT = new TopicLimits(50_000, 5_000, 100, 2_000);
}

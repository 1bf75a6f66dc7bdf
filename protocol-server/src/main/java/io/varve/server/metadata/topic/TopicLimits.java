// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

/**
 * How much clients can make. The broker's own topics do not count, and what is there already stays, whatever the limits.
 *
 * @param partitions {@code max.partitions}: partitions of all topics; who wants more is refused with POLICY_VIOLATION. At least 1
 * @param autoCreated {@code auto.create.topics.max}: when there are so many topics, naming another one does not make it; creating it does.
 *     0 or more
 * @param autoCreatedAtOnce {@code auto.create.topics.max.inflight}: topics being made at the same time because they were named; of a
 *     request with more, the rest is made when the client asks again. At least 1
 * @param describedAtOnce {@code max.request.partition.size.limit}: partitions on a page of DescribeTopicPartitions. At least 1
 */
public record TopicLimits(int partitions, int autoCreated, int autoCreatedAtOnce, int describedAtOnce) {
    /** More than one node should have, and what strangers may take of it without being noticed. */
    public static final TopicLimits DEFAULT = new TopicLimits(50_000, 5_000, 100, 2_000);
}

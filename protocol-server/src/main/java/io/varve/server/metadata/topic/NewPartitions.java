// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import java.util.List;

/**
 * A request that a topic gets more partitions, unchecked.
 *
 * @param name the topic's name
 * @param count how many partitions it is to have in all
 * @param assignments replicas of each partition to add, or null to let the broker choose
 */
public record NewPartitions(String name, int count, List<List<Integer>> assignments) {}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.topic;

import java.util.List;

/**
 * A topic that is to have more partitions; nothing in it is trusted.
 *
 * @param name the topic's name
 * @param count how many it is to have in all
 * @param assignments brokers of each partition to add, or null to let the broker choose
 */
public record NewPartitions(String name, int count, List<List<Integer>> assignments) {}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share.state;

import io.varve.server.cluster.ClusterInfo;
import io.varve.server.coordinator.CoordinatorTime;
import io.varve.server.metadata.start.AcceptedLosses;
import io.varve.server.metadata.topic.Topics;

/**
 * The parts of the server that the state of share groups uses.
 *
 * @param self this broker, the coordinator of all share partitions
 * @param topics the current topics, {@code __share_group_state} among them
 * @param losses damage in {@code __share_group_state} that may be skipped
 * @param time the time of time-outs and pruning; starts threads once share groups are used
 */
public record ShareStateContext(ClusterInfo self, Topics topics, AcceptedLosses losses, CoordinatorTime time) {}

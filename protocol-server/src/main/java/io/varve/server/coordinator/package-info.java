// SPDX-License-Identifier: Apache-2.0
/**
 * Hosts Kafka's coordinators on Varve's log: appends their events to the partitions of an internal topic, and
 * replays them at a start. {@link io.varve.server.coordinator.CoordinatorHost} is the entry point for groups
 * and transactions.
 */
package io.varve.server.coordinator;

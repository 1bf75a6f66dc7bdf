// SPDX-License-Identifier: Apache-2.0
/**
 * Hosts Kafka's coordinators on our log: their events are appended to the partitions of an internal topic,
 * and read back at a start. {@link io.varve.server.coordinator.CoordinatorHost} is the way in; groups and
 * transactions use it.
 */
package io.varve.server.coordinator;

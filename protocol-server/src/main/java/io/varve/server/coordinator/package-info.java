// SPDX-License-Identifier: Apache-2.0
/**
 * What it takes to host one of Kafka's coordinators on our log: its events are appended to the partitions of an internal topic and read
 * back at a start. {@link io.varve.server.coordinator.CoordinatorHost} is the way in; groups and transactions are its guests.
 */
package io.varve.server.coordinator;

// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

/**
 * Names a record of a batch that breaks a rule of the topic (KIP-467).
 *
 * @param index the record's number in its batch, from 0
 * @param timestamp true if the fault is the record's timestamp
 * @param message the fault, in Kafka's words
 */
public record RecordFault(int index, boolean timestamp, String message) {}

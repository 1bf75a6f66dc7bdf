// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

/**
 * A record of a batch that a topic does not take (KIP-467).
 *
 * @param index the record's number in its batch, the first being 0
 * @param timestamp true if it is the timestamp that is at fault
 * @param message what is wrong with it, in Kafka's words
 */
public record RecordFault(int index, boolean timestamp, String message) {}

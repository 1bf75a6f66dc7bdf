// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.history;

/**
 * The committed offset of a producer's group, read when all transactions of the producer were settled.
 *
 * @param producer the producer
 * @param transactions number of transactions it had begun
 * @param offset the offset, -1 for none
 */
public record OffsetSeen(int producer, int transactions, long offset) {}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.history;

/**
 * What the group of a producer had committed, when all transactions of that producer were settled.
 *
 * @param producer the producer
 * @param transactions how many it had begun
 * @param offset the offset, -1 for none
 */
public record OffsetSeen(int producer, int transactions, long offset) {}

// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.example;

/**
 * Where a batch lies. Of one that is damaged no more is known than its offsets.
 *
 * @param base first offset
 * @param next offset after its last
 * @param maxTimestamp in ms, or -1
 * @param at first byte in the journal
 * @param size bytes
 */
record JournalBatch(long base, long next, long maxTimestamp, long at, int size) {}

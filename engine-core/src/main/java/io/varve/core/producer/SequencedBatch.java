// SPDX-License-Identifier: Apache-2.0
package io.varve.core.producer;

/**
 * Identifies one batch of an idempotent producer, so that a resend of it is recognised.
 *
 * @param firstSequence sequence of the first record, 0 to Integer.MAX_VALUE
 * @param lastSequence sequence of the last record, inclusive; smaller than the first when sequences wrapped
 *     round
 * @param firstOffset offset of the first record
 * @param lastOffset offset of the last record, inclusive
 * @param timestamp the batch's largest record timestamp in ms since the epoch
 */
public record SequencedBatch(int firstSequence, int lastSequence, long firstOffset, long lastOffset, long timestamp) {}

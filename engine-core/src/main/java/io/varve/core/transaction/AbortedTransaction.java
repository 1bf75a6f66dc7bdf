// SPDX-License-Identifier: Apache-2.0
package io.varve.core.transaction;

/**
 * Names an aborted transaction of one producer in a partition: readers of committed records skip the
 * producer's records between the two offsets. Source: KIP-98, Kafka's AbortedTxn.
 *
 * @param producerId the transaction's producer
 * @param firstOffset offset of its first record here, inclusive
 * @param lastOffset offset of the marker that ended it, inclusive
 * @param lastStableOffset the partition's last stable offset right after the marker, whatever the high
 *     watermark: until then, no reader of committed records had passed the transaction's first offset
 */
public record AbortedTransaction(long producerId, long firstOffset, long lastOffset, long lastStableOffset) {}

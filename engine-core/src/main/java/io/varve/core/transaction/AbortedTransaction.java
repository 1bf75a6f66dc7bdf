// SPDX-License-Identifier: Apache-2.0
package io.varve.core.transaction;

/**
 * Names a transaction of one producer that was aborted in a partition: readers of committed records leave out
 * what that producer wrote between its two offsets. Source: KIP-98, Kafka's AbortedTxn.
 *
 * @param producerId whose transaction
 * @param firstOffset offset of its first record here, inclusive
 * @param lastOffset offset of the marker that ended it, inclusive
 * @param lastStableOffset the partition's last stable offset once it had ended, whatever the high watermark:
 *     no reader of committed records was shown any of it before
 */
public record AbortedTransaction(long producerId, long firstOffset, long lastOffset, long lastStableOffset) {}

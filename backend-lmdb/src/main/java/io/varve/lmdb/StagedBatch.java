// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

/**
 * A batch that is appended and not committed.
 *
 * @param base offset of its first record
 * @param next offset after its last record
 * @param maxTimestamp ms since the epoch, or -1
 * @param segment where it belongs
 * @param piece its bytes
 */
record StagedBatch(long base, long next, long maxTimestamp, LmdbSegment segment, StagingMemory.Piece piece) {}

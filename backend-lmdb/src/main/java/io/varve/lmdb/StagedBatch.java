// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

/**
 * A batch that is appended and not committed.
 *
 * @param base offset of its first record
 * @param next offset after its last record
 * @param maxTimestamp ms since the epoch, or -1
 * @param segment the segment it belongs to
 * @param piece where its bytes are staged
 */
record StagedBatch(long base, long next, long maxTimestamp, LmdbSegment segment, StagingMemory.Piece piece) {}

// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

/**
 * A batch that is appended and not committed.
 *
 * @param next offset after its last record
 * @param segment the segment it belongs to
 * @param piece where its bytes are staged
 */
record StagedBatch(long next, LmdbSegment segment, StagingMemory.Piece piece) {}

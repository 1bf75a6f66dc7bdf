// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

/**
 * Describes a chunk of a segment object: whole batches, adjacent in the segment.
 *
 * @param number its number in the object, from 0
 * @param baseOffset first offset of its first batch, inclusive
 * @param endOffset offset after its last batch, exclusive
 * @param maxTimestamp largest timestamp of its batches, in ms since the epoch, or -1
 * @param position first byte in the object
 * @param storedBytes its bytes in the object: compressed, encrypted, and their checksum
 * @param bytes its bytes as appended
 * @param codec its compression
 */
public record Chunk(
        int number,
        long baseOffset,
        long endOffset,
        long maxTimestamp,
        long position,
        int storedBytes,
        int bytes,
        ChunkCodec codec) {}

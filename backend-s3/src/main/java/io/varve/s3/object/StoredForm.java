// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

/** Checks that a chunk or a blob can have the stored size it claims. Stateless. */
final class StoredForm {
    private StoredForm() {}

    /**
     * @param codec its compression; null for a number that names none
     * @param bytes its bytes as written
     * @param stored its bytes in the object
     * @param overhead bytes of them beside the compressed ones
     * @param min min bytes as written
     * @throws NumberFormatException if it cannot have these sizes
     */
    static void requirePossible(ChunkCodec codec, int bytes, int stored, int overhead, int min) {
        if (codec == null) {
            throw new NumberFormatException("codec is none of 0 (none), 1 (lz4), 2 (zstd)");
        }
        if (bytes < min) {
            throw new NumberFormatException(bytes + " bytes, must be " + min + " or more");
        }
        long packed = (long) stored - overhead;
        if (codec == ChunkCodec.NONE && packed != bytes) {
            throw new NumberFormatException(
                    stored + " stored bytes of " + bytes + ", must be " + (bytes + (long) overhead));
        }
        if (codec != ChunkCodec.NONE && (packed < 1 || packed >= bytes || bytes > SegmentFormat.MAX_COMPRESSED)) {
            throw new NumberFormatException(stored + " stored bytes of " + bytes + ", must be " + (overhead + 1)
                    + " to " + (bytes + (long) overhead - 1) + ", compressed of at most "
                    + SegmentFormat.MAX_COMPRESSED);
        }
    }
}

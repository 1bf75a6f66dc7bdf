// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

/**
 * Names the constants of a segment object's bytes (docs/formats/s3.md). All numbers are big-endian.
 *
 * <pre>
 * header | chunk … | blob … | index | footer
 * </pre>
 */
public final class SegmentFormat {
    /** First four bytes of an object: "VSEG". */
    public static final int MAGIC = 0x56534547;

    /** Version of the format that this code writes, and the only one it reads. */
    public static final int VERSION = 1;

    /** Bytes before the first chunk: magic, version. */
    public static final int HEADER_BYTES = 8;

    /** Bytes of the CRC-32C after each chunk and each blob. */
    static final int CRC_BYTES = 4;

    /** Bytes of GCM's tag before that, if the object is encrypted. */
    static final int TAG_BYTES = 16;

    /**
     * Max bytes of a chunk or a blob that is compressed. It bounds the memory that damaged or hostile bytes
     * can make a reader take: beyond it, what is read is no larger than what is stored.
     */
    static final int MAX_COMPRESSED = 64 << 20;

    private SegmentFormat() {}

    /**
     * @param encrypted whether the object is encrypted
     * @return bytes that a chunk or a blob has in the object beside its compressed bytes
     */
    static int overhead(boolean encrypted) {
        return CRC_BYTES + (encrypted ? TAG_BYTES : 0);
    }
}

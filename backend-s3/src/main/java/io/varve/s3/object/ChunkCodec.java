// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

/** Names the compression of a chunk; the ids are on disk. */
public enum ChunkCodec {
    /** Stored as it is. */
    NONE(0),
    /** LZ4 block. */
    LZ4(1),
    /** Zstandard frame. */
    ZSTD(2);

    private final int id;

    ChunkCodec(int id) {
        this.id = id;
    }

    /** @return the codec's number in stored bytes */
    public int id() {
        return id;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

/** Names the compression of a chunk; the ids are in stored bytes. */
public enum ChunkCodec {
    /** Stored as it is. */
    NONE(0),
    /** LZ4 block. */
    LZ4(1),
    /** Zstandard frame. */
    ZSTD(2);

    private static final ChunkCodec[] BY_ID = values();

    private final int id;

    ChunkCodec(int id) {
        this.id = id;
    }

    /** @return the codec's number in stored bytes */
    public int id() {
        return id;
    }

    /**
     * @param id any number
     * @return the codec of that number; null if there is none
     */
    static ChunkCodec forId(int id) {
        return id >= 0 && id < BY_ID.length ? BY_ID[id] : null;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

/**
 * Holds a codec with its compression level.
 *
 * @param codec compresses the records
 * @param level the codec's own level, as Kafka's {@code compression.*.level}; ignored for snappy and none
 */
public record Compressor(Codec codec, int level) {
    /** Kafka's default level of lz4. */
    public static final int LZ4_LEVEL = 9;

    /** Kafka's default level of zstd. */
    public static final int ZSTD_LEVEL = 3;

    /** zlib's default level. */
    public static final int GZIP_LEVEL = -1;

    /**
     * @param codec compresses the records
     * @return the codec with its default level
     */
    public static Compressor of(Codec codec) {
        return new Compressor(
                codec,
                switch (codec) {
                    case GZIP -> GZIP_LEVEL;
                    case LZ4 -> LZ4_LEVEL;
                    case ZSTD -> ZSTD_LEVEL;
                    case NONE, SNAPPY -> 0;
                });
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

/**
 * A codec with its compression level.
 *
 * @param codec how to compress
 * @param level the codec's own level, as Kafka's {@code compression.*.level}; of no meaning to snappy and
 *     to what is not compressed
 */
public record Compressor(Codec codec, int level) {
    /** Kafka's level of lz4 where none is set. */
    public static final int LZ4_LEVEL = 9;

    /** Kafka's level of zstd where none is set. */
    public static final int ZSTD_LEVEL = 3;

    /** zlib's own choice. */
    public static final int GZIP_LEVEL = -1;

    /**
     * @param codec how to compress
     * @return that, as hard as it tries by default
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

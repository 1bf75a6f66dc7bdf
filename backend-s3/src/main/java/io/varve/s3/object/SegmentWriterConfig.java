// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import java.util.Objects;
import java.util.Optional;

/**
 * Says how segment objects are written.
 *
 * @param chunkBytes bytes of batches in a chunk, about; a larger batch is a chunk of its own
 * @param codec compresses chunks whose batches the producer did not compress
 * @param keys makes data keys; empty if objects are not encrypted
 */
public record SegmentWriterConfig(int chunkBytes, ChunkCodec codec, Optional<KeyWrapper> keys) {
    /** Min size of a chunk in bytes. */
    public static final int MIN_CHUNK = 4 << 10;

    /** Max size of a chunk in bytes. */
    public static final int MAX_CHUNK = 16 << 20;

    /** Default size of a chunk in bytes. */
    public static final int DEFAULT_CHUNK = 1 << 20;

    /** @throws IllegalArgumentException if the size of a chunk is out of range */
    public SegmentWriterConfig {
        Objects.requireNonNull(codec, "codec");
        Objects.requireNonNull(keys, "keys");
        if (chunkBytes < MIN_CHUNK || chunkBytes > MAX_CHUNK) {
            throw new IllegalArgumentException(
                    "chunk of " + chunkBytes + " bytes, must have " + MIN_CHUNK + " to " + MAX_CHUNK);
        }
    }
}

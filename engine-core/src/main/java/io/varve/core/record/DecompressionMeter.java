// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

/** Counts bytes while they are decompressed, and may end the decompression by an exception. */
@FunctionalInterface
public interface DecompressionMeter {
    /** Ignores all counts. */
    DecompressionMeter NONE = bytes -> {};

    /**
     * @param bytes number of bytes decompressed since the last call
     * @throws RuntimeException to end the decompression; the batch stays unchanged
     */
    void decompressed(int bytes);
}

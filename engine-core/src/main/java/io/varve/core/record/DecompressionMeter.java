// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

/** Learns how many bytes were decompressed while they come, and may break off by throwing. */
@FunctionalInterface
public interface DecompressionMeter {
    /** Lets everything pass. */
    DecompressionMeter NONE = bytes -> {};

    /**
     * @param bytes how many more were decompressed
     * @throws RuntimeException to break off; the batch is untouched then
     */
    void decompressed(int bytes);
}

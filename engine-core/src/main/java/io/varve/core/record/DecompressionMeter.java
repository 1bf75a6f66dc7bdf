// SPDX-License-Identifier: Apache-2.0
package io.varve.core.record;

/** Told of decompressed bytes while they come, so that whoever cannot wait for all of them can break off. */
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

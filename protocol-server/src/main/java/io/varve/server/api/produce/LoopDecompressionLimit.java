// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.core.record.DecompressionMeter;
import io.varve.server.api.HeavyRequestException;

/**
 * Limits the bytes that one produce request decompresses on an event loop to a few milliseconds' worth. Not
 * thread-safe.
 */
final class LoopDecompressionLimit implements DecompressionMeter {
    private static final long BYTES = 1 << 20;

    private long left = BYTES;

    @Override
    public void decompressed(int bytes) {
        left -= bytes;
        if (left < 0) {
            throw new HeavyRequestException("the batches hold more than " + BYTES + " bytes decompressed");
        }
    }
}

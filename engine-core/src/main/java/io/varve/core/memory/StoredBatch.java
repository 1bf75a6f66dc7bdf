// SPDX-License-Identifier: Apache-2.0
package io.varve.core.memory;

import java.nio.ByteBuffer;

/**
 * Holds one whole batch as it was appended.
 *
 * @param base offset of the first record
 * @param next offset after the last record
 * @param maxTimestamp ms since the epoch, or -1
 * @param bytes the batch, read-only; its position and limit never move
 */
record StoredBatch(long base, long next, long maxTimestamp, ByteBuffer bytes) {
    int size() {
        return bytes.remaining();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import java.nio.ByteBuffer;

/** Keeps one direct buffer, replaced by a larger one when it must. Not thread-safe. */
final class ScratchBuffer {
    private ByteBuffer buffer = ByteBuffer.allocateDirect(0);

    /** @return an empty buffer of at least this capacity; the one before must be in use no longer */
    ByteBuffer clear(int bytes) {
        if (buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocateDirect(bytes);
        }
        return buffer.clear();
    }
}

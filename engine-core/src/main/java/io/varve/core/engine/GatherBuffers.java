// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Keeps the buffers in which appends wait for their commit. They are few and not returned to the system: a
 * partition that gets none stores its appends at once. Thread-safe.
 */
final class GatherBuffers {
    /** Bytes of a buffer: about what a producer has in flight. */
    static final int BYTES = 128 * 1024;
    /** Max number of buffers. */
    static final int MAX = 8;

    private final Deque<ByteBuffer> free = new ArrayDeque<>(MAX);
    private int made;

    /** @return an empty buffer, or null if all are in use */
    synchronized ByteBuffer take() {
        ByteBuffer buffer = free.poll();
        if (buffer == null && made < MAX) {
            made++;
            buffer = ByteBuffer.allocateDirect(BYTES);
        }
        return buffer;
    }

    /** @param buffer an empty one, not used any more */
    synchronized void giveBack(ByteBuffer buffer) {
        free.push(buffer);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

import java.nio.ByteBuffer;

/**
 * Holds the batches of a run in memory beyond the append, so that a storage that needs them once more, for
 * the sync, need not read them back. Their memory is used for others afterwards: a storage must be able to do
 * without. Thread-safe.
 */
public final class HeldBytes {
    /** Null once they are let go. */
    private ByteBuffer bytes;

    /** @param bytes the batches, from position to limit; not changed until {@link #letGo} */
    public HeldBytes(ByteBuffer bytes) {
        this.bytes = bytes.duplicate();
    }

    /**
     * Copies the batches, as they were appended.
     *
     * @param target has space for all of them; its position moves behind them
     * @return false if they are not held any more: the target is unchanged then
     */
    public synchronized boolean into(ByteBuffer target) {
        if (bytes == null) {
            return false;
        }
        target.put(bytes.duplicate());
        return true;
    }

    /** Ends the hold: on return no thread reads the memory, and none will. Idempotent. */
    public synchronized void letGo() {
        bytes = null;
    }
}

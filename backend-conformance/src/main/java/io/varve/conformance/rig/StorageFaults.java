// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.rig;

import io.varve.core.spi.PartitionId;
import java.nio.ByteBuffer;

/**
 * Breaks the device under a storage while it is open. A method that returns false has done nothing, and the
 * checks that need it are skipped. Not thread-safe.
 */
public interface StorageFaults {
    /**
     * Changes one stored byte of a batch behind the storage's back.
     *
     * @param id the partition
     * @param batch the batch as it was appended; synced since
     * @param at which of its bytes, 0 or more
     * @return false if this rig cannot
     */
    boolean corrupt(PartitionId id, ByteBuffer batch, int at);

    /**
     * @return whether the storage was opened so that it holds every batch against its checksum before it
     *     hands it out
     */
    boolean verifiesReads();

    /**
     * Uses up all the space, until {@link #heal}.
     *
     * @return false if this rig cannot
     */
    boolean fill();

    /**
     * Adds zeros behind every file that the storage could build anew from the others, as some file systems
     * do. Takes effect at the next start.
     *
     * @return false if this rig cannot, or there is none
     */
    boolean lengthenIndexes();

    /**
     * Lets the device answer every sync with an I/O error, until {@link #heal}.
     *
     * @return false if this rig cannot
     */
    boolean failSyncs();

    /** Restores the space and a sound device. Damage stays. Idempotent. */
    void heal();

    /** No fault at all. */
    StorageFaults NONE = new StorageFaults() {
        @Override
        public boolean corrupt(PartitionId id, ByteBuffer batch, int at) {
            return false;
        }

        @Override
        public boolean verifiesReads() {
            return false;
        }

        @Override
        public boolean fill() {
            return false;
        }

        @Override
        public boolean lengthenIndexes() {
            return false;
        }

        @Override
        public boolean failSyncs() {
            return false;
        }

        @Override
        public void heal() {}
    };
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.rig;

import io.varve.core.spi.Storage;
import java.util.Set;

/**
 * Opens, restarts and crashes a storage with a remote tier. The tier is one of its own for every rig.
 * Objects whose segments are gone are removed without a delay.
 */
public interface TieredRig extends StorageRig {
    /**
     * Cuts the power, and opens the storage on an empty disk, with the same tier.
     *
     * @return the storage that is open now
     */
    Storage loseDisk();

    /** Keeps a copy of the disk as a crash would leave it now. The storage goes on; at most once. */
    void keepDisk();

    /**
     * Cuts the power, and opens the storage on the disk that was kept, with the tier as it is now: someone
     * has restored the data directories from a copy.
     *
     * @return the storage that is open now
     */
    Storage returnToKeptDisk();

    /**
     * Opens another storage that takes the tier over, on an empty disk of its own, while {@link #storage}
     * is open and knows nothing of it. At most once; closed with the rig.
     *
     * @return the new owner
     */
    Storage takeOver();

    /**
     * Lets the next copy of a segment to the tier stop halfway: when its bytes are there, and before the
     * tier says so.
     *
     * @return the stop; released with the rig at the latest
     */
    UploadPause pauseUpload();

    /** A copy to the tier that is to stop halfway. */
    interface UploadPause {
        /** @return whether a copy has stopped */
        boolean reached();

        /** Lets the copy go on, as every later one. Idempotent. */
        void release();
    }

    /** @return what can be done to the tier's requests */
    TierFaults tierFaults();

    /**
     * Waits until there is nothing left to do: all that is sealed and durable is in the tier, the tier
     * knows of all trims and deletions, and objects that nothing names any more are removed, however young.
     */
    void settle();

    /** @return names of the objects in the tier that hold records, whether anything names them or not */
    Set<String> objects();
}

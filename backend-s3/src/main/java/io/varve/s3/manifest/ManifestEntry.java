// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import java.util.List;
import java.util.UUID;

/** Describes what one entry of the manifest says. An entry never changes. */
sealed interface ManifestEntry {
    /** @return its number, 1 or more */
    long number();

    /**
     * Makes a server the owner.
     *
     * @param claim the owner
     */
    record Claimed(Claim claim) implements ManifestEntry {
        @Override
        public long number() {
            return claim.number();
        }
    }

    /**
     * Changes partitions.
     *
     * @param number its number
     * @param incarnation the owner that wrote it
     * @param edits take effect in their order
     */
    record Edited(long number, UUID incarnation, List<ManifestEdit> edits) implements ManifestEntry {
        /** Copies the list. */
        public Edited {
            edits = List.copyOf(edits);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi;

/**
 * Says what a storage with a remote tier does with a partition's sealed segments. A storage without one
 * ignores it.
 */
public enum Tiering {
    /**
     * No tier ({@code remote.storage.enable=false}): nothing is copied, and remote copies of segments that
     * are on this machine too are dropped. Segments that are remote only stay until they are trimmed.
     */
    OFF,
    /** What is remote can be read, nothing more is copied ({@code remote.log.copy.disable=true}). */
    READ_ONLY,
    /** Sealed segments are copied ({@code remote.storage.enable=true}). */
    COPY
}

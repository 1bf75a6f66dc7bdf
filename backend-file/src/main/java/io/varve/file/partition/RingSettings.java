// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.file.ring.RingFile;

/**
 * The settings of data directories' rings.
 *
 * @param bytes size of a ring; 0 for none
 * @param commitBytes bytes of a partition in one commit above which its own log is forced instead
 * @param partitions partitions whose newest batches may be in a ring only: each keeps its log open
 */
public record RingSettings(long bytes, int commitBytes, int partitions) {
    /** Min size of a ring. */
    public static final int MIN_BYTES = 256 << 10;
    /** The size of a ring is a multiple of this. */
    public static final int UNIT = RingFile.BLOCK;
}

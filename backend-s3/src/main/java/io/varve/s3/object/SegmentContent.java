// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;

/**
 * Describes what goes into a segment object.
 *
 * @param object id of the object, new for each attempt to store it
 * @param partition whose segment it is
 * @param baseOffset first offset, inclusive
 * @param endOffset offset after the last, exclusive
 * @param lastAppendMs time of its last append in ms since the epoch, or -1
 * @param batches reads its batches
 * @param blobs the blobs that travel with it
 */
public record SegmentContent(
        UUID object,
        PartitionId partition,
        long baseOffset,
        long endOffset,
        long lastAppendMs,
        BatchReader batches,
        List<SegmentBlob> blobs) {
    /** Copies the list. */
    public SegmentContent {
        blobs = List.copyOf(blobs);
    }

    /** Reads batches, as {@link io.varve.core.spi.PartitionStore#read} does. */
    @FunctionalInterface
    public interface BatchReader {
        /**
         * @param offset first offset to read
         * @param endOffset end of the read, exclusive
         * @param maxBytes soft limit in bytes
         * @return whole batches, none if there is no more; the caller closes the slice
         */
        BatchSlice read(long offset, long endOffset, int maxBytes);
    }

    /**
     * Holds a blob of {@link io.varve.core.spi.Snapshots}.
     *
     * @param name the blob's name
     * @param offset the blob's offset
     * @param bytes its content, from position to limit; not moved
     */
    public record SegmentBlob(String name, long offset, ByteBuffer bytes) {}
}

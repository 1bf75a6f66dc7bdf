// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.PartitionId;
import java.util.List;

/**
 * Describes what the manifest knows of a partition. Immutable.
 *
 * @param id which partition
 * @param start the log start offset that was last committed; 0 or more
 * @param segments the segments in the bucket, by ascending offsets, adjacent: each begins where the one
 *     before ends
 * @param aside true if the partition was set aside: it does not count as stored, but keeps its objects
 */
public record RemotePartition(PartitionId id, long start, List<RemoteSegment> segments, boolean aside) {
    /** Copies the list. */
    public RemotePartition {
        segments = List.copyOf(segments);
    }

    /** @return offset after the last record in the bucket, exclusive; {@link #start} if it has no segment */
    public long end() {
        return segments.isEmpty() ? start : segments.get(segments.size() - 1).endOffset();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import java.util.List;
import java.util.Objects;

/**
 * Describes what the manifest knows of a partition. Immutable.
 *
 * @param id which partition
 * @param start the log start offset that was last committed; 0 or more
 * @param segments the segments in the bucket, by ascending offsets: each begins where the one before ends, or
 *     above if records between were given up on a full disk. The first one ends above the start
 * @param aside true if the partition was set aside: it does not count as stored, but keeps its objects
 */
public record RemotePartition(PartitionId id, long start, List<RemoteSegment> segments, boolean aside) {
    /** @throws StorageException MISUSE if the segments are not as said above, or the start is negative */
    public RemotePartition {
        Objects.requireNonNull(id, "id");
        segments = List.copyOf(segments);
        require(start >= 0, id, "its start is " + start + ", must be 0 or more");
        if (!segments.isEmpty()) {
            RemoteSegment first = segments.get(0);
            require(
                    start < first.endOffset(),
                    id,
                    "its first segment is " + first + ", must end above its start " + start);
        }
        for (int i = 1; i < segments.size(); i++) {
            RemoteSegment before = segments.get(i - 1);
            RemoteSegment segment = segments.get(i);
            if (before.endOffset() > segment.baseOffset()) {
                require(false, id, "segment " + segment + " follows " + before + ", must not begin below its end");
            }
        }
    }

    private static void require(boolean holds, PartitionId id, String what) {
        if (!holds) {
            throw new StorageException(
                    StorageException.Kind.MISUSE, id + " (" + id.topicId() + ") in the manifest: " + what);
        }
    }

    /** @return offset after the last record in the bucket, exclusive; {@link #start} if it has no segment */
    public long end() {
        return segments.isEmpty() ? start : segments.get(segments.size() - 1).endOffset();
    }
}

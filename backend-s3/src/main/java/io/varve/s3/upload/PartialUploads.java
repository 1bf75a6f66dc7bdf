// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Segment;
import io.varve.s3.manifest.RemoteSegment;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers of which segment a part was uploaded, because the log start offset lies within it. Sizes do not
 * tell then whether compaction replaced the segment since; so a compacted partition's first segment is
 * uploaded once more after each start of the process, if it is such a one. Thread-safe.
 */
final class PartialUploads {
    private final Map<PartitionId, Known> known = new ConcurrentHashMap<>();

    private record Known(UUID object, long segmentBytes) {}

    /** Notes that an object holds a part of a segment that has this many bytes on this machine. */
    void add(PartitionId partition, UUID object, long segmentBytes) {
        known.put(partition, new Known(object, segmentBytes));
    }

    /** Returns true if the object is known to hold a part of the segment as it is now. */
    boolean contains(PartitionId partition, Segment segment, RemoteSegment stored) {
        return new Known(stored.object(), segment.bytes()).equals(known.get(partition));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.PartitionId;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/** Changes the manifest's state of one partition. The edits of one entry take effect together. */
public sealed interface ManifestEdit {
    /** @return which partition */
    PartitionId partition();

    /**
     * Adds segments, in the place of those they overlap: a compacted segment takes the place of the ones it
     * was made of. The result must be adjacent.
     *
     * @param partition which partition; made known if it is not
     * @param segments adjacent segments whose objects are confirmed
     */
    record AddSegments(PartitionId partition, List<RemoteSegment> segments) implements ManifestEdit {
        /** Copies the list. */
        public AddSegments {
            Objects.requireNonNull(partition, "partition");
            segments = List.copyOf(segments);
        }
    }

    /**
     * Moves the log start offset up; segments wholly below it are dropped. A lower one changes nothing.
     *
     * @param partition which partition
     * @param start the new log start offset, inclusive
     */
    record MoveStart(PartitionId partition, long start) implements ManifestEdit {}

    /**
     * Drops what lies at or above an offset: whole segments, and the end of the one that contains it.
     *
     * @param partition which partition
     * @param end lowest offset dropped; the offset after a batch, or the base of a segment
     */
    record Truncate(PartitionId partition, long end) implements ManifestEdit {}

    /**
     * Drops segments from the bucket whose records are still on this machine ({@code remote.storage.enable}
     * was set to false).
     *
     * @param partition which partition
     * @param objects ids of their objects
     */
    record DropSegments(PartitionId partition, List<UUID> objects) implements ManifestEdit {
        /** Copies the list. */
        public DropSegments {
            objects = List.copyOf(objects);
        }
    }

    /**
     * Forgets a partition with all its segments.
     *
     * @param partition which partition
     */
    record Delete(PartitionId partition) implements ManifestEdit {}

    /**
     * Keeps a partition's objects for the operator, but counts it as stored no longer.
     *
     * @param partition which partition
     */
    record SetAside(PartitionId partition) implements ManifestEdit {}
}

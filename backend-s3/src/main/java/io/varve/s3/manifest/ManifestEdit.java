// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.PartitionId;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/** Changes the manifest's state of one partition. The edits of one entry take effect together. */
public sealed interface ManifestEdit {
    /** @return which partition */
    PartitionId partition();

    /**
     * Adds segments, in the place of those they overlap: a compacted segment takes the place of the ones it
     * was made of, and must span what they have from the start on. The first segments of a partition may
     * begin anywhere: its start moves up to their base. All others must leave no gap.
     *
     * @param partition which partition; made known if it is not
     * @param segments adjacent segments whose objects are confirmed; at least one
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
     * @param partition which partition; made known if it is not
     * @param start the new log start offset, inclusive
     */
    record MoveStart(PartitionId partition, long start) implements ManifestEdit {
        /** Checks the partition. */
        public MoveStart {
            Objects.requireNonNull(partition, "partition");
        }
    }

    /**
     * Drops what lies at or above an offset: whole segments, and the end of the one that contains it. A start
     * above that offset moves down to it. Nothing happens if the partition is not known.
     *
     * @param partition which partition
     * @param end lowest offset dropped; the offset after a batch, or the base of a segment
     */
    record TruncateSegments(PartitionId partition, long end) implements ManifestEdit {
        /** Checks the partition. */
        public TruncateSegments {
            Objects.requireNonNull(partition, "partition");
        }
    }

    /**
     * Drops segments from the bucket whose records are still on this machine ({@code remote.storage.enable}
     * was set to false): all of them, or the last ones, since what remains must hold the start and have no
     * gap. Ids that the partition does not name change nothing.
     *
     * @param partition which partition
     * @param objects ids of their objects
     */
    record DropSegments(PartitionId partition, List<UUID> objects) implements ManifestEdit {
        /** Copies the list. */
        public DropSegments {
            Objects.requireNonNull(partition, "partition");
            objects = List.copyOf(objects);
        }
    }

    /**
     * Gives a new partition the segments of another, up to an offset. No object is copied: it stays until
     * neither partition names it. The start is the other's.
     *
     * @param partition the new partition, which must have no segments
     * @param source the other one, not set aside; its start must not be above {@code end}
     * @param end lowest offset that does not come along: the offset after a batch, or the base of a segment;
     *     above the source's end for all
     */
    record CopySegments(PartitionId partition, PartitionId source, long end) implements ManifestEdit {
        /** Checks the partitions. */
        public CopySegments {
            Objects.requireNonNull(partition, "partition");
            Objects.requireNonNull(source, "source");
        }
    }

    /**
     * Forgets a partition with all its segments. Nothing happens if it is not known.
     *
     * @param partition which partition
     */
    record DeletePartition(PartitionId partition) implements ManifestEdit {
        /** Checks the partition. */
        public DeletePartition {
            Objects.requireNonNull(partition, "partition");
        }
    }

    /**
     * Keeps a partition's objects for the operator, but counts it as stored no longer: another may have its
     * id. Nothing happens if it is not known.
     *
     * @param partition which partition
     */
    record SetAside(PartitionId partition) implements ManifestEdit {
        /** Checks the partition. */
        public SetAside {
            Objects.requireNonNull(partition, "partition");
        }
    }

    /**
     * Forgets partitions that were set aside, with all their segments. Nothing happens if none is left.
     *
     * @param partition which partition; several of this id may have been set aside
     * @param objects objects that may lose their name: a partition with others stays
     */
    record ForgetAside(PartitionId partition, Set<UUID> objects) implements ManifestEdit {
        /** Copies the set, in its order. */
        public ForgetAside {
            Objects.requireNonNull(partition, "partition");
            objects = Collections.unmodifiableSet(new LinkedHashSet<>(objects));
        }

        /** Tells whether a partition is one that the edit forgets. */
        boolean fits(RemotePartition aside) {
            return aside.aside()
                    && aside.id().equals(partition)
                    && aside.segments().stream().allMatch(segment -> objects.contains(segment.object()));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.support.SegmentLookup;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.manifest.RemoteSegment;
import java.util.List;
import java.util.Optional;

/** Looks up the segments that a partition has in the bucket, as last committed. Immutable. */
final class RemoteView {
    private final RemotePartition partition;
    private final List<RemoteSegment> segments;

    private RemoteView(RemotePartition partition) {
        this.partition = partition;
        this.segments = partition.segments();
    }

    /** @param partition as the manifest has it */
    static RemoteView of(RemotePartition partition) {
        return new RemoteView(partition);
    }

    /** @return what a partition has that the manifest does not know */
    static RemoteView empty(PartitionId id) {
        return new RemoteView(new RemotePartition(id, 0, List.of(), false));
    }

    RemotePartition partition() {
        return partition;
    }

    /** @return the part that lies in segments which begin below an offset */
    RemotePartition beginningBelow(long offset) {
        int count = segments.isEmpty() || segments.get(0).baseOffset() >= offset ? 0 : indexOf(offset - 1) + 1;
        return count == segments.size()
                ? partition
                : new RemotePartition(partition.id(), partition.start(), segments.subList(0, count), false);
    }

    boolean isEmpty() {
        return segments.isEmpty();
    }

    List<RemoteSegment> segments() {
        return segments;
    }

    /** @return the log start offset that was last committed */
    long start() {
        return partition.start();
    }

    /** @return offset after the last record in the bucket, exclusive; the start if there is none */
    long end() {
        return segments.isEmpty() ? start() : segments.get(segments.size() - 1).endOffset();
    }

    /** @return index of the segment that contains the offset; empty if none does */
    Optional<RemoteSegment> containing(long offset) {
        if (segments.isEmpty()) {
            return Optional.empty();
        }
        RemoteSegment found = segments.get(indexOf(offset));
        return found.baseOffset() <= offset && offset < found.endOffset() ? Optional.of(found) : Optional.empty();
    }

    /** @return segments that end above an offset, oldest first */
    List<RemoteSegment> endingAbove(long offset) {
        if (end() <= offset || segments.isEmpty()) {
            return List.of();
        }
        int first = indexOf(offset);
        return segments.subList(segments.get(first).endOffset() > offset ? first : first + 1, segments.size());
    }

    /** Tells whether a hot segment was replaced since the bucket got it. */
    boolean differsFrom(PartitionStore hot) {
        if (isEmpty()) {
            return false;
        }
        long from = hot.extent().start();
        return hot.segments().stream()
                .anyMatch(segment -> segment.sealed()
                        && segment.endOffset() <= end()
                        && segment.endOffset() > from
                        && !holds(segment, from));
    }

    /**
     * Tells whether the bucket has segments that may be copies of one of this machine: see {@link
     * #copiesOf}.
     */
    boolean holds(Segment local, long hotStart) {
        return !copiesOf(local, hotStart).isEmpty();
    }

    /**
     * Finds the segments that may be copies of a sealed segment of this machine, by their borders, sizes and
     * timestamps; {@link ComparedCopies} tells whether they are. What lies in the bucket from before a
     * compaction is not the same segment.
     *
     * @param local a segment of the hot partition
     * @param hotStart the hot partition's start: what lies below it in the segment is trimmed
     * @return adjacent segments that span it, oldest first; none if the bucket does not have it
     */
    List<RemoteSegment> copiesOf(Segment local, long hotStart) {
        long from = Math.max(local.baseOffset(), hotStart);
        if (segments.isEmpty() || !local.sealed() || local.endOffset() > end()) {
            return List.of();
        }
        int first = indexOf(from);
        int index = first;
        long base = segments.get(index).baseOffset();
        long bytes = segments.get(index).bytes();
        long timestamp = segments.get(index).maxTimestamp();
        while (segments.get(index).endOffset() < local.endOffset()) {
            index++;
            bytes += segments.get(index).bytes();
            timestamp = Math.max(timestamp, segments.get(index).maxTimestamp());
        }
        boolean whole = base == local.baseOffset();
        boolean spanned = base <= from
                && segments.get(index).endOffset() == local.endOffset()
                && (!whole || bytes == local.bytes() && timestamp == local.maxTimestamp());
        return spanned ? segments.subList(first, index + 1) : List.of();
    }

    private int indexOf(long offset) {
        return SegmentLookup.indexOf(
                offset, segments.size(), index -> segments.get(index).baseOffset());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import io.varve.core.spi.Extent;
import io.varve.core.spi.Segment;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.manifest.RemoteSegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/**
 * Compares a partition's segments on this machine with those in the bucket, and says what to upload. Only
 * sealed, durable segments count. For one thread.
 */
final class UploadPlan {
    private final List<Segment> segments;
    private final List<RemoteSegment> stored;
    private final long start;
    private final long durableEnd;
    private final long remoteEnd;
    /** Whether the partition begins below what is on this machine: its start is not the one here. */
    private final boolean beginsBelow;
    /** Whether the records above the bucket's end were given up, so that later ones follow with a gap. */
    private final boolean gapped;
    /** What lies below is left as it is: the bucket has records of it that are not on this machine. */
    private final long floor;

    private final List<Segment> pending = new ArrayList<>();

    /**
     * @param extent the hot partition's extent
     * @param segments its segments, oldest first; read after the extent, so that they hold what is durable
     * @param remote what the bucket has
     * @param partitionStart first offset of the partition, on this machine or in the bucket
     */
    private UploadPlan(Extent extent, List<Segment> segments, Optional<RemotePartition> remote, long partitionStart) {
        this.segments = segments;
        durableEnd = extent.durableEnd();
        stored = remote.map(RemotePartition::segments).orElse(List.of());
        start = Math.max(extent.start(), remote.map(RemotePartition::start).orElse(0L));
        remoteEnd = remote.map(RemotePartition::end).orElse(0L);
        beginsBelow = partitionStart < extent.start();
        gapped = partitionStart < remoteEnd && remoteEnd < extent.start();
        floor = beginsBelow ? borderAtOrAbove(extent.start()) : 0;
    }

    private long borderAtOrAbove(long offset) {
        for (RemoteSegment other : stored) {
            if (other.baseOffset() < offset && offset < other.endOffset()) {
                return other.endOffset();
            }
        }
        return offset;
    }

    /**
     * Names the offsets of one object.
     *
     * @param baseOffset first offset, inclusive
     * @param endOffset exclusive
     * @param lastAppendMs time of the last append in ms since the epoch, or -1
     * @param start offset from which on this machine has records; not below the start in the manifest
     * @param partOf bytes of the segment on this machine, if the partition's start lies within it, and the
     *     object has a part of it; else -1
     */
    record ObjectOffsets(long baseOffset, long endOffset, long lastAppendMs, long start, long partOf) {}

    /** Plans for a partition whose sealed segments stay as they are. */
    static UploadPlan of(Extent extent, List<Segment> segments, Optional<RemotePartition> remote, long partitionStart) {
        UploadPlan plan = new UploadPlan(extent, segments, remote, partitionStart);
        plan.find(plan::isLacking);
        return plan;
    }

    /**
     * Plans for a compacted partition.
     *
     * @param partitionStart as for {@link #of}
     * @param replacedBelow as {@link UploadSource#replacedBelow}
     * @param isSame whether the bucket has a segment with the start within it as it is now
     * @param isCopy as {@link UploadSource#isCopy}
     */
    static UploadPlan ofCompacted(
            Extent extent,
            List<Segment> segments,
            Optional<RemotePartition> remote,
            long partitionStart,
            long replacedBelow,
            BiPredicate<Segment, RemoteSegment> isSame,
            Predicate<RemoteSegment> isCopy) {
        UploadPlan plan = new UploadPlan(extent, segments, remote, partitionStart);
        boolean replaces = plan.remoteEnd >= replacedBelow;
        // What was never replaced here is what was uploaded: a look at all batches after each start would
        // cost.
        Predicate<RemoteSegment> copy = stored -> replacedBelow == 0 || isCopy.test(stored);
        plan.find(segment -> plan.isLacking(segment) || replaces && plan.differs(segment, isSame, copy));
        return plan;
    }

    private void find(Predicate<Segment> wanted) {
        for (Segment segment : segments) {
            if (!segment.sealed() || segment.endOffset() > durableEnd) {
                break;
            }
            if (segment.endOffset() > Math.max(start, segment.baseOffset()) && wanted.test(segment)) {
                pending.add(segment);
            }
        }
    }

    private boolean isLacking(Segment segment) {
        return segment.endOffset() > remoteEnd;
    }

    /**
     * Of a segment with the start within it the bucket may have a part. A segment below the start of the
     * bucket's is not uploaded again: its records are deleted.
     */
    private boolean differs(
            Segment segment, BiPredicate<Segment, RemoteSegment> isSame, Predicate<RemoteSegment> isCopy) {
        if (stored.isEmpty() || segment.endOffset() <= stored.get(0).baseOffset() || segment.baseOffset() < floor) {
            return false;
        }
        for (RemoteSegment other : stored) {
            if (other.endOffset() == segment.endOffset()) {
                return segment.baseOffset() < start
                        ? other.baseOffset() > start || !isSame.test(segment, other)
                        : other.baseOffset() != segment.baseOffset()
                                || other.bytes() != segment.bytes()
                                || !isCopy.test(other);
            }
        }
        return true;
    }

    /**
     * Returns what to upload next: what the bucket lacks before what was replaced.
     *
     * @return empty if nothing is pending, or it must wait
     */
    Optional<ObjectOffsets> next() {
        Optional<Segment> lacking = pending.stream().filter(this::isLacking).findFirst();
        if (lacking.isPresent()) {
            return append(lacking.get());
        }
        if (pending.isEmpty()) {
            return Optional.empty();
        }
        Segment first = pending.get(0);
        return alignedEnd(first).map(last -> offsets(Math.max(first.baseOffset(), start), first, last));
    }

    private Optional<ObjectOffsets> append(Segment first) {
        long from = Math.max(Math.max(first.baseOffset(), start), remoteEnd);
        // Records between were trimmed: until the manifest's start says so, nothing can follow.
        boolean waits = !stored.isEmpty() && from > remoteEnd && !gapped;
        return waits ? Optional.empty() : Optional.of(offsets(from, first, first));
    }

    /** The new object must end where one of those it replaces ends. */
    private Optional<Segment> alignedEnd(Segment first) {
        return segments.stream()
                .filter(segment -> segment.sealed() && segment.endOffset() >= first.endOffset())
                .filter(segment -> stored.stream().anyMatch(s -> s.endOffset() == segment.endOffset()))
                .findFirst();
    }

    private ObjectOffsets offsets(long base, Segment first, Segment last) {
        List<Segment> together = segments.stream()
                .filter(s -> s.baseOffset() >= first.baseOffset() && s.endOffset() <= last.endOffset())
                .toList();
        long partOf = first.baseOffset() < start && !beginsBelow ? first.bytes() : -1;
        return new ObjectOffsets(base, last.endOffset(), Segment.lastAppendMs(together), start, partOf);
    }

    /** @return what waits */
    Backlog backlog() {
        return pending.stream()
                .map(segment -> new Backlog(1, segment.bytes(), segment.lastAppendMs()))
                .reduce(Backlog.NONE, Backlog::plus);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import io.varve.core.spi.Extent;
import io.varve.core.spi.Segment;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.manifest.RemoteSegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compares a partition's segments on this machine with those in the bucket, and says what to upload. Only
 * sealed, durable segments count. Immutable.
 *
 * @param pending segments that the bucket lacks, or has as they were before compaction; by ascending offsets
 * @param next what to upload next; empty if nothing is pending
 */
record UploadPlan(List<Segment> pending, Optional<ObjectOffsets> next) {
    /**
     * Names the offsets of one object.
     *
     * @param baseOffset first offset, inclusive
     * @param endOffset exclusive
     * @param lastAppendMs time of the last append in ms since the epoch, or -1
     */
    record ObjectOffsets(long baseOffset, long endOffset, long lastAppendMs) {}

    /**
     * @param segments the hot partition's segments, oldest first
     * @param extent the hot partition's extent, read before the segments
     * @param remote what the bucket has
     * @param compacted whether sealed segments are replaced
     */
    static UploadPlan of(List<Segment> segments, Extent extent, Optional<RemotePartition> remote, boolean compacted) {
        List<RemoteSegment> stored = remote.map(RemotePartition::segments).orElse(List.of());
        long remoteEnd = remote.map(RemotePartition::end).orElse(0L);
        List<Segment> pending = new ArrayList<>();
        for (Segment segment : segments) {
            if (!segment.sealed() || segment.endOffset() > extent.durableEnd()) {
                break;
            }
            boolean counts = segment.endOffset() > Math.max(extent.start(), segment.baseOffset());
            boolean lacking = segment.endOffset() > remoteEnd;
            if (counts && (lacking || compacted && differs(segment, extent.start(), stored))) {
                pending.add(segment);
            }
        }
        return new UploadPlan(List.copyOf(pending), next(pending, segments, extent, stored, remoteEnd));
    }

    /** A segment below the start of the bucket's is not uploaded again: its records are deleted. */
    private static boolean differs(Segment segment, long start, List<RemoteSegment> stored) {
        if (stored.isEmpty() || segment.endOffset() <= stored.get(0).baseOffset()) {
            return false;
        }
        for (RemoteSegment other : stored) {
            if (other.endOffset() == segment.endOffset()) {
                boolean partly = segment.baseOffset() < start || other.baseOffset() != segment.baseOffset();
                long base = Math.max(segment.baseOffset(), start);
                return other.baseOffset() > base || !partly && other.bytes() != segment.bytes();
            }
        }
        return true;
    }

    private static Optional<ObjectOffsets> next(
            List<Segment> pending, List<Segment> segments, Extent extent, List<RemoteSegment> stored, long remoteEnd) {
        if (pending.isEmpty()) {
            return Optional.empty();
        }
        Segment first = pending.get(0);
        long base = Math.max(first.baseOffset(), extent.start());
        if (first.endOffset() > remoteEnd) {
            long from = Math.max(base, remoteEnd);
            // Records between were given up here; until the manifest's start says so, nothing can follow.
            boolean gap = !stored.isEmpty() && from > remoteEnd;
            return gap
                    ? Optional.empty()
                    : Optional.of(new ObjectOffsets(from, first.endOffset(), first.lastAppendMs()));
        }
        return alignedEnd(first, segments, stored)
                .map(last -> new ObjectOffsets(base, last.endOffset(), lastAppend(first, last, segments)));
    }

    /** The new object must end where one of those it replaces ends. */
    private static Optional<Segment> alignedEnd(Segment first, List<Segment> segments, List<RemoteSegment> stored) {
        return segments.stream()
                .filter(segment -> segment.sealed() && segment.endOffset() >= first.endOffset())
                .filter(segment -> stored.stream().anyMatch(s -> s.endOffset() == segment.endOffset()))
                .findFirst();
    }

    private static long lastAppend(Segment first, Segment last, List<Segment> segments) {
        return Segment.lastAppendMs(segments.stream()
                .filter(s -> s.baseOffset() >= first.baseOffset() && s.endOffset() <= last.endOffset())
                .toList());
    }

    /** @return what waits */
    Backlog backlog() {
        return pending.stream()
                .map(segment -> new Backlog(1, segment.bytes(), segment.lastAppendMs()))
                .reduce(Backlog.NONE, Backlog::plus);
    }
}

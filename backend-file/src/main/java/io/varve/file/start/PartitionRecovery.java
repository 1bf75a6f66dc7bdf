// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.core.spi.SegmentLimits;
import io.varve.file.disk.Disk;
import io.varve.file.disk.UninterruptibleFile;
import io.varve.file.segment.FileSegment;
import io.varve.file.segment.SegmentSurvey;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Recovers a partition after a crash: verifies every segment that reaches past the durable end, truncates the
 * torn tail at the last whole batch, and removes segments that do not follow on it. Damaged bytes below the
 * durable end are kept.
 */
final class PartitionRecovery {
    /**
     * A hole of so many offsets between two segments may be the writer's; a smaller one means that batches
     * are missing.
     */
    private static final long MAX_HOLE = 1L << 30;

    /** Why a segment cannot be in its place in the log. */
    private enum Misfit {
        NONE,
        /** It begins below the end of the segment before: the file was copied here by hand. */
        OVERLAPS,
        /** Offsets before it are missing after a clean shutdown: the file was copied here by hand. */
        FOLLOWS_NOTHING,
        /**
         * Offsets before it are missing after a crash: the segment before did not reach the device, or a
         * truncation was interrupted.
         */
        LOST_PREDECESSOR
    }

    private final FoundSegments segments;
    private final PriorState prior;
    private final SegmentLimits limits;
    private final PartitionReceipt receipt;
    private final ProgressLog progress;

    /** @param limits bytes between two index entries */
    PartitionRecovery(
            FoundSegments segments,
            PriorState prior,
            SegmentLimits limits,
            PartitionReceipt receipt,
            ProgressLog progress) {
        this.segments = segments;
        this.prior = prior;
        this.limits = limits;
        this.receipt = receipt;
        this.progress = progress;
    }

    /**
     * Recovers the segments. The caller must then force what lies past the durable end.
     *
     * @param directory the partition's directory
     * @return offset after the last batch, or the durable end if that is higher
     */
    long run(Path directory) throws IOException {
        if (segments.isEmpty()) {
            return prior.start() < prior.durableEnd()
                    ? continueAt(prior.durableEnd(), directory, prior.start())
                    : prior.start();
        }
        int first = firstToCheck();
        long end = segments.get(0).base;
        for (int i = first; i < segments.size(); i++) {
            FileSegment segment = segments.get(i);
            Misfit misfit = i == first ? Misfit.NONE : misfit(segment, end);
            if (misfit != Misfit.NONE) {
                removeMisfit(segment, misfit, end);
                i--;
                continue;
            }
            boolean last = segments.isLast(i);
            long appendedMs = Disk.modifiedMs(segment.log().path());
            SegmentRecovery.Result found = check(i);
            end = found.end();
            if (found.torn() > 0 && truncate(i, found, appendedMs)) {
                return end;
            }
            markForForce(segment, end, appendedMs);
            if (!last) {
                segment.writer().sealIfPossible();
                segment.forceIndexes();
            } else if (found.lost() || end < prior.durableEnd()) {
                return continueAt(
                        Math.max(end, prior.durableEnd()),
                        segment.log().path(),
                        found.lost() ? prior.durableEnd() : end);
            }
        }
        return end;
    }

    /**
     * @return the index of the first segment to verify. Segments before it were forced with their indexes, or
     *     were trimmed, so that only their files still exist
     */
    private int firstToCheck() {
        int i = 0;
        while (!segments.isLast(i)
                && (segments.get(i + 1).base < prior.durableEnd() || segments.get(i + 1).base <= prior.start())) {
            i++;
        }
        return i;
    }

    private SegmentRecovery.Result check(int i) throws IOException {
        FileSegment segment = segments.get(i);
        FileSegment following = segments.isLast(i) ? null : segments.get(i + 1);
        SegmentRecovery.Following next = following == null
                ? SegmentRecovery.Following.NOTHING
                : new SegmentRecovery.Following(following.base, () -> new SegmentSurvey(following).beginsSound());
        SegmentRecovery.Result found = new SegmentRecovery(segment, prior, next, limits, receipt, progress).run();
        segments.indexed(segment);
        segment.bytes(found.bytes());
        return found;
    }

    /**
     * Compares a segment's base offset with the end of the segment before: past the durable end the two are
     * equal.
     */
    private Misfit misfit(FileSegment segment, long end) {
        if (segment.base < end) {
            return Misfit.OVERLAPS;
        }
        boolean hole =
                prior.known() && end >= prior.durableEnd() && segment.base > end && segment.base - end < MAX_HOLE;
        if (!hole) {
            return Misfit.NONE;
        }
        return prior.clean() ? Misfit.FOLLOWS_NOTHING : Misfit.LOST_PREDECESSOR;
    }

    private void removeMisfit(FileSegment segment, Misfit misfit, long end) throws IOException {
        switch (misfit) {
            case OVERLAPS ->
                segments.setAside(
                        segment, "it begins at offset " + segment.base + ", where there are batches up to " + end);
            case FOLLOWS_NOTHING ->
                segments.setAside(segment, "it begins at offset " + segment.base + ", but " + end + " is the end");
            default -> {
                receipt.truncated(
                        segment.bytes(),
                        segment.log().path() + " of " + segment.bytes() + " bytes begins at offset " + segment.base
                                + " where " + end
                                + " is due: what came before did not get to the device, or was being truncated");
                segments.delete(segment);
            }
        }
    }

    /**
     * Truncates a segment at its last whole batch, and deletes those behind it, unless the next one begins
     * where that batch ends.
     *
     * @return true if the segment is the last one now
     */
    private boolean truncate(int i, SegmentRecovery.Result found, long appendedMs) throws IOException {
        FileSegment segment = segments.get(i);
        boolean lacksNothing = !segments.isLast(i) && found.end() == segments.get(i + 1).base;
        long later = 0;
        while (!lacksNothing && !segments.isLast(i)) {
            later += segments.last().bytes();
            segments.delete(segments.last());
        }
        receipt.truncated(
                found.torn() + later,
                segment.log().path() + " at byte " + found.bytes() + " (offset " + found.end() + "), where there is "
                        + found.why() + (later == 0 ? "" : ", and the " + later + " bytes of later segments"));
        segment.lastAppendMs(appendedMs);
        UninterruptibleFile open = segment.log().acquire();
        try {
            open.truncate(found.bytes());
            segment.log().markDirty();
        } finally {
            segment.log().release();
        }
        segment.saveLastAppend();
        return !lacksNothing;
    }

    private void markForForce(FileSegment segment, long end, long appendedMs) {
        if (segment.log().isDirty()) { // rewritten, not appended to
            segment.lastAppendMs(appendedMs);
            segment.saveLastAppend();
        }
        if (end > prior.durableEnd()) {
            segment.log().markDirty(); // to be forced later, with many other partitions
        }
    }

    /** Adds an empty segment after lost durable batches, so that their offsets are never assigned again. */
    private long continueAt(long offset, Path damaged, long found) throws IOException {
        receipt.damaged(damaged + " does not hold every batch below the durable end " + offset + " any more: "
                + (found < offset ? "offsets from " + found + " on are lost, " : "") + "the next one is " + offset);
        segments.append(offset);
        return offset;
    }
}

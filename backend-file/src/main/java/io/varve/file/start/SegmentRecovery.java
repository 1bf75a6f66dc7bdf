// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.core.spi.SegmentLimits;
import io.varve.file.disk.InPlaceRewrite;
import io.varve.file.disk.UninterruptibleFile;
import io.varve.file.segment.FileSegment;
import io.varve.file.segment.LogScan;
import io.varve.file.segment.OffsetIndex;
import io.varve.file.segment.SegmentSurvey;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/**
 * Recovers one segment after a crash: finds where its sound batches end, completes its indexes, and rewrites
 * the batches past the durable end in place. Batches below the durable end were forced: they are verified
 * only after the last index entry below it, and never truncated. This table decides about the first batch
 * that is not sound:
 *
 * <pre>
 * sound batches   the batch may       the segment is          verdict
 * behind it       have been forced
 * yes             -                   -                       damaged: kept, goes on at the next sound batch
 * no              yes, it was         -                       damaged to the end: nothing is appended behind it
 * no              not known           sealed                  damaged to the end
 * no              not known           the last                torn
 * no              no                  the last                torn
 * no              no                  sealed, ends with it,   damaged to the end: it was written whole, for
 *                                     the next one is sound   the next segment was begun after it
 * no              no                  sealed, other           torn
 * </pre>
 */
final class SegmentRecovery {
    /**
     * The outcome.
     *
     * @param bytes end of the kept batches in the log file, exclusive
     * @param end offset after the last batch
     * @param torn bytes past {@code bytes}, for the caller to truncate
     * @param why what is wrong with the first of them
     * @param lost true if durable batches are missing at the end: no batch may be appended to this segment
     */
    record Result(int bytes, long end, long torn, String why, boolean lost) {}

    /**
     * The next segment.
     *
     * @param base its base offset, or -1 when there is none
     * @param beginsSound tells whether it begins with a sound batch; called only when there is one
     */
    record Following(long base, BooleanSupplier beginsSound) {
        /** No segment. */
        static final Following NOTHING = new Following(-1, () -> false);

        private boolean isNothing() {
            return base < 0;
        }
    }

    /** Bytes after which the progress of one segment is logged. */
    private static final int PROGRESS_BYTES = 64 << 20;

    private final FileSegment segment;
    private final PriorState prior;
    private final Following following;
    private final SegmentLimits limits;
    private final PartitionReceipt receipt;
    private final ProgressLog progress;
    /** The highest offset that a batch of the segment can have. */
    private final long maxOffset;

    private LogScan scan;
    private long length;
    /** Position of the scan in the log file. */
    private int at;
    /** The offset due there. */
    private long next;
    /** First byte of the batches past the durable end. */
    private int unforcedFrom = Integer.MAX_VALUE;

    /**
     * @param segment the segment; no other thread may use it
     * @param limits bytes between two index entries
     * @param receipt gets the damage
     */
    SegmentRecovery(
            FileSegment segment,
            PriorState prior,
            Following following,
            SegmentLimits limits,
            PartitionReceipt receipt,
            ProgressLog progress) {
        this.segment = segment;
        this.prior = prior;
        this.following = following;
        this.limits = limits;
        this.receipt = receipt;
        this.progress = progress;
        this.maxOffset = segment.base + Integer.MAX_VALUE;
    }

    Result run() throws IOException {
        UninterruptibleFile open = segment.log().acquire();
        try {
            long size = open.size();
            length = Math.min(size, Integer.MAX_VALUE);
            scan = new LogScan(open, length);
            at = verifiedByIndex();
            next = at > 0 ? segment.offsets().lastOffset() + 1 : segment.base;
            segment.writer().indexedUpTo(at);
            Result found = scan(size);
            rewrite(open, Math.min(unforcedFrom, found.bytes()), found.bytes());
            return found;
        } finally {
            segment.log().release();
        }
    }

    private Result scan(long size) throws IOException {
        int from = at;
        while (at < length) {
            logProgress(from);
            int bytes = scan.soundAt(at, next, maxOffset);
            if (bytes > 0) {
                addSound(bytes);
                continue;
            }
            String why = scan.why();
            long sound = soundBehind();
            if (sound < 0 && isTorn()) {
                return new Result(at, next, size - at, why, false);
            }
            noteDamage(why, sound);
            if (sound < 0) {
                segment.times().keepBelow(next);
                long end = following.isNothing() ? Math.max(next, prior.durableEnd()) : following.base();
                return new Result((int) length, end, 0, why, true);
            }
            at = (int) sound;
            segment.writer().indexNext();
        }
        if (next < prior.durableEnd()) {
            segment.times().keepBelow(next);
        }
        return new Result(at, next, size - at, "", false);
    }

    /** Indexes the sound batch at the scan's position, and moves past it. */
    private void addSound(int bytes) {
        next = scan.lastOffset(at) + 1;
        if (next > prior.durableEnd()) {
            unforcedFrom = Math.min(unforcedFrom, at);
        }
        segment.writer().indexBatch(next - 1, scan.maxTimestamp(at), at, bytes, limits);
        at += bytes;
    }

    /**
     * Searches for a sound batch behind a bad one. If the bad one may have been forced, any sound batch
     * counts; otherwise only one that no client can have forged.
     *
     * @return its position, or -1
     */
    private long soundBehind() throws IOException {
        long sound = scan.findBehind(at, next, maxOffset);
        return sound < 0 && prior.mayBeDurable(next) ? scan.findSound(at + 1L, next, maxOffset) : sound;
    }

    /** Decides by the lower six rows of the table. */
    private boolean isTorn() throws IOException {
        if (prior.mayBeDurable(next)) {
            return !prior.known() && following.isNothing();
        }
        return following.isNothing()
                || !scan.endsWithFile(at)
                || !following.beginsSound().getAsBoolean();
    }

    private void logProgress(int from) {
        int done = at - from;
        if (done > PROGRESS_BYTES) {
            progress.at(() -> segment.log().path() + ": recovered " + mib(done) + " of " + mib(length - from) + " MiB");
        }
    }

    private static long mib(long bytes) {
        return bytes >> 20;
    }

    /**
     * Rewrites bytes before they are forced. The device may have failed to take them: the last process got
     * that report from its force, and ended. The system still has the bytes in memory, counts them as
     * written, and would let the next force succeed.
     */
    private void rewrite(UninterruptibleFile open, long from, long to) throws IOException {
        if (!prior.clean() && from < to) {
            segment.log().markDirty();
            segment.withReserve(() -> InPlaceRewrite.bytes(segment.log().path(), open, from, to));
        }
    }

    private void noteDamage(String why, long sound) {
        receipt.damaged(segment.log().path() + " is damaged at byte " + at + ", where offset " + next + " is due ("
                + why + "), "
                + (prior.mayBeDurable(next) ? "below the durable end" : "with sound batches behind it")
                + ": kept as it is, reads of it fail; "
                + (sound < 0 ? "nothing after it is sound" : "what is sound goes on at byte " + sound));
    }

    /**
     * Drops index entries of batches past the durable end, and verifies the last entry below it. The active
     * segment's indexes are not forced: after a power cut either may be too short, or have zeros in it.
     *
     * @return end of the last entry's batch in the log file, exclusive, or 0 when there is no entry
     */
    private int verifiedByIndex() throws IOException {
        OffsetIndex offsets = segment.offsets();
        offsets.keepBelow(prior.durableEnd(), length);
        segment.times().keepBelow(prior.durableEnd());
        long newest = segment.times().lastTimestamp();
        while (offsets.lastPosition() > 0) {
            int position = offsets.lastPosition();
            int size = scan.soundAt(position, segment.base, maxOffset);
            if (size > 0
                    && scan.lastOffset(position) == offsets.lastOffset()
                    && scan.maxTimestamp(position) <= newest) {
                segment.maxTimestamp(newest);
                return position + size;
            }
            offsets.dropLast();
        }
        // Most idle segments are too short for an entry: correct indexes need not be written again.
        if (newest != new SegmentSurvey(segment).newestTimestamp()) {
            segment.writer().clearIndexes();
        } else {
            segment.maxTimestamp(newest);
        }
        return 0;
    }
}

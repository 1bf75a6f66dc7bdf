// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.core.spi.SegmentLimits;
import io.varve.file.disk.InPlaceRewrite;
import io.varve.file.disk.UninterruptibleFile;
import io.varve.file.segment.FileSegment;
import io.varve.file.segment.LogScan;
import io.varve.file.segment.OffsetIndex;
import java.io.IOException;
import java.util.function.BooleanSupplier;

/**
 * Finds out what of a segment is sound after a crash. Everything below the durable end was forced, so it is looked at only
 * from the last index entry below it on, and never cut; what lies past it is kept up to the last whole, CRC-valid batch, and what is bad
 * before that is damage. Completes the indexes, and writes what lies past the durable end again, as it is.
 */
final class SegmentRecovery {
    /**
     * What was found.
     *
     * @param bytes where the batches kept end in the log file
     * @param end offset after the last batch
     * @param cut bytes past {@code bytes} that are nobody's
     * @param why what is wrong with the first byte cut
     * @param lost true if durable bytes are missing at the end, so that nothing may be appended to this segment
     */
    record Found(int bytes, long end, long cut, String why, boolean lost) {}

    /**
     * How far to trust.
     *
     * @param durableEnd the recovery point: offsets below it were forced
     * @param known false when the checkpoint is lost: then everything may have been forced, and only a tail with nothing sound after
     *     it is taken for torn
     * @param unsure true after a stop that was not proper: what lies past the durable end may be in memory only, whatever was forced
     * @param next base of the next segment, or -1 for the last one
     * @param nextIsSound looks whether that begins with a sound batch
     */
    record Trust(long durableEnd, boolean known, boolean unsure, long next, BooleanSupplier nextIsSound) {
        private boolean mayBeDurable(long offset) {
            return !known || offset < durableEnd;
        }

        private boolean isLast() {
            return next < 0;
        }
    }

    /** Bytes after which the scan of one segment is worth a word. */
    private static final int LONG = 64 << 20;

    private final FileSegment segment;
    private final Trust trust;
    private final SegmentLimits limits;
    private final PartitionReceipt receipt;
    private final long most;
    /** Where the batches past the durable end begin. */
    private int unsureFrom = Integer.MAX_VALUE;

    /**
     * @param segment the segment; nobody else has it yet
     * @param limits how dense to index
     * @param receipt takes note of damage
     */
    SegmentRecovery(FileSegment segment, Trust trust, SegmentLimits limits, PartitionReceipt receipt) {
        this.segment = segment;
        this.trust = trust;
        this.limits = limits;
        this.receipt = receipt;
        this.most = segment.base + Integer.MAX_VALUE;
    }

    Found look(ProgressLog progress) throws IOException {
        UninterruptibleFile open = segment.log().acquire();
        try {
            Found found = scan(open, open.size(), progress);
            writeAgain(open, Math.min(unsureFrom, found.bytes()), found.bytes());
            return found;
        } finally {
            segment.log().release();
        }
    }

    private Found scan(UninterruptibleFile open, long size, ProgressLog progress) throws IOException {
        long length = Math.min(size, Integer.MAX_VALUE);
        LogScan scan = new LogScan(open, length);
        int at = trusted(scan, length);
        int from = at;
        long next = at > 0 ? segment.offsets().lastOffset() + 1 : segment.base;
        segment.writer().indexedUpTo(at);
        while (at < length) {
            int here = at;
            if (here - from > LONG) {
                progress.at(() -> segment.log().path() + ": recovered " + mib(here - from) + " of " + mib(length - from)
                        + " MiB");
            }
            int bytes = scan.soundAt(at, next, most);
            if (bytes > 0) {
                next = scan.lastOffset(at) + 1;
                unsureFrom = next > trust.durableEnd() ? Math.min(unsureFrom, at) : unsureFrom;
                segment.writer().indexBatch(next - 1, scan.maxTimestamp(at), at, bytes, limits);
                at += bytes;
                continue;
            }
            String why = scan.why();
            long sound = scan.findBehind(at, next, most);
            if (sound < 0 && trust.mayBeDurable(next)) {
                sound = scan.findSound(at + 1L, next, most);
            }
            if (sound < 0 && isTorn(scan, at, next)) {
                return new Found(at, next, size - at, why, false);
            }
            damaged(at, next, why, sound);
            if (sound < 0) {
                segment.times().keepBelow(next);
                long end = trust.isLast() ? Math.max(next, trust.durableEnd()) : trust.next();
                return new Found((int) length, end, 0, why, true);
            }
            at = (int) sound;
            segment.writer().indexNext();
        }
        if (next < trust.durableEnd()) {
            segment.times().keepBelow(next);
        }
        return new Found(at, next, size - at, "", false);
    }

    /** Nothing sound is behind it in its segment. It is torn all the same, unless it may be durable, or the next segment shows that it was whole. */
    private boolean isTorn(LogScan scan, int at, long next) throws IOException {
        if (trust.mayBeDurable(next)) {
            return !trust.known() && trust.isLast();
        }
        return trust.isLast() || !scan.endsWithFile(at) || !trust.nextIsSound().getAsBoolean();
    }

    /**
     * A device that failed to take bytes may have been told of to nobody who is left: the last process may have heard of it from its force,
     * and ended. The system has the bytes, takes them for written, and would let the next force succeed.
     */
    private void writeAgain(UninterruptibleFile open, long from, long to) throws IOException {
        if (trust.unsure() && from < to) {
            segment.log().dirty();
            segment.withReserve(() -> InPlaceRewrite.bytes(segment.log().path(), open, from, to));
        }
    }

    private static long mib(long bytes) {
        return bytes >> 20;
    }

    private void damaged(int at, long offset, String why, long sound) {
        receipt.damaged(segment.log().path() + " is damaged at byte " + at + ", where offset " + offset + " is due ("
                + why + "), "
                + (trust.mayBeDurable(offset) ? "below the durable end" : "with sound batches behind it")
                + ": kept as it is, reads of it fail; "
                + (sound < 0 ? "nothing after it is sound" : "what is sound goes on at byte " + sound));
    }

    /**
     * Indexes of the active segment are not forced: a power cut may have left either of them short, or with zeros in it.
     *
     * @return where the last indexed batch below the durable end ends, after dropping every index entry past it
     */
    private int trusted(LogScan scan, long length) throws IOException {
        OffsetIndex offsets = segment.offsets();
        offsets.keepBelow(trust.durableEnd(), length);
        segment.times().keepBelow(trust.durableEnd());
        long newest = segment.times().lastTimestamp();
        while (offsets.lastPosition() > 0) {
            int at = offsets.lastPosition();
            int size = scan.soundAt(at, segment.base, most);
            if (size > 0 && scan.lastOffset(at) == offsets.lastOffset() && scan.maxTimestamp(at) <= newest) {
                segment.maxTimestamp(newest);
                return at + size;
            }
            offsets.dropLast();
        }
        // Most idle segments are too short for an entry: what is right there need not be written again.
        if (newest != segment.newestTimestamp()) {
            segment.writer().clearIndexes();
        } else {
            segment.maxTimestamp(newest);
        }
        return 0;
    }
}

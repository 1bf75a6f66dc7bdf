// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.spi.SegmentLimits;
import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * Finds out what of a segment is sound after a crash. Everything below the durable end was forced, so it is looked at only
 * from the last index entry below it on, and never cut; what lies past it is kept up to the last whole, CRC-valid batch. Looks only;
 * completes the indexes, does not change the log.
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
     * @param next base of the next segment, or -1 for the last one
     */
    record Trust(long durableEnd, boolean known, long next) {
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
    private final Receipt receipt;
    private final long most;

    /**
     * @param segment the segment; nobody else has it yet
     * @param limits how dense to index
     * @param receipt takes note of damage
     */
    SegmentRecovery(FileSegment segment, Trust trust, SegmentLimits limits, Receipt receipt) {
        this.segment = segment;
        this.trust = trust;
        this.limits = limits;
        this.receipt = receipt;
        this.most = segment.base + Integer.MAX_VALUE;
    }

    Found look(Progress progress) throws IOException {
        FileChannel channel = segment.log().acquire();
        try {
            return scan(channel, channel.size(), progress);
        } finally {
            segment.log().release();
        }
    }

    private Found scan(FileChannel channel, long size, Progress progress) throws IOException {
        long length = Math.min(size, Integer.MAX_VALUE);
        LogScan scan = new LogScan(channel, length);
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
                segment.writer().indexBatch(next - 1, scan.maxTimestamp(at), at, bytes, limits);
                at += bytes;
                continue;
            }
            String why = scan.why();
            long sound = trust.mayBeDurable(next) ? scan.findSound(at + 1L, next, most) : -1;
            if (!trust.mayBeDurable(next) || sound < 0 && !trust.known() && trust.isLast()) {
                return new Found(at, next, size - at, why, false);
            }
            damaged(at, next, why, sound);
            if (sound < 0) {
                segment.times().keepBelow(next);
                return new Found((int) length, Math.max(next, trust.durableEnd()), 0, why, true);
            }
            at = (int) sound;
            segment.writer().indexNext();
        }
        if (next < trust.durableEnd()) {
            segment.times().keepBelow(next);
        }
        return new Found(at, next, size - at, "", false);
    }

    private static long mib(long bytes) {
        return bytes >> 20;
    }

    private void damaged(int at, long offset, String why, long sound) {
        receipt.damaged(segment.log().path() + " is damaged at byte " + at + ", where offset " + offset + " is due ("
                + why + "), below the durable end: kept as it is, reads of it fail; "
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
                return at + size;
            }
            offsets.dropLast();
        }
        // Most idle segments are too short for an entry: what is right there need not be written again.
        if (newest != segment.newestTimestamp()) {
            segment.writer().clearIndexes();
        }
        return 0;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.spi.SegmentLimits;
import java.io.IOException;
import java.nio.channels.FileChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what of a segment is sound after a crash. Everything below the durable end was forced, so it is looked at only
 * from the last index entry below it on, and never cut; what lies past it is kept up to the last whole, CRC-valid batch.
 *
 * @param bytes where the batches kept end in the log file
 * @param end offset after the last batch
 * @param cut bytes past {@code bytes} that are nobody's
 * @param why what is wrong with the first byte cut
 * @param lost true if durable bytes are missing at the end, so that nothing may be appended to this segment
 */
record SegmentRecovery(int bytes, long end, long cut, String why, boolean lost) {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentRecovery.class);

    /**
     * Looks at a segment and completes its indexes; does not change its log.
     *
     * @param segment the segment; nobody else has it yet
     * @param durableEnd the recovery point: offsets below it were forced
     * @param limits how dense to index
     */
    static SegmentRecovery of(FileSegment segment, long durableEnd, SegmentLimits limits) throws IOException {
        FileChannel channel = segment.log.acquire();
        try {
            long length = Math.min(channel.size(), Integer.MAX_VALUE);
            LogScan scan = new LogScan(channel, length);
            long most = segment.base + Integer.MAX_VALUE;
            int at = trusted(segment, scan, durableEnd, length, most);
            if (at > 0) {
                segment.indexNext();
            }
            long next = segment.base;
            while (at < length) {
                int size = scan.soundAt(at, next, most);
                if (size > 0) {
                    next = scan.lastOffset(at) + 1;
                    segment.indexBatch(next - 1, scan.maxTimestamp(at), at, size, limits);
                    at += size;
                } else if (next < durableEnd) {
                    String why = scan.why();
                    long sound = scan.findSound(at + 1L, next, most);
                    LOG.warn(
                            "{} is damaged at byte {}, below the durable end {}: {} where offset {} is due; {}",
                            segment.log.path(),
                            at,
                            durableEnd,
                            why,
                            next,
                            sound < 0 ? "nothing after it is sound" : "what is sound goes on at byte " + sound);
                    if (sound < 0) {
                        return new SegmentRecovery((int) length, Math.max(next, durableEnd), 0, why, true);
                    }
                    at = (int) sound;
                    segment.indexNext();
                } else {
                    return new SegmentRecovery(at, next, channel.size() - at, scan.why(), false);
                }
            }
            return new SegmentRecovery(at, next, channel.size() - at, "", false);
        } finally {
            segment.log.release();
        }
    }

    /** @return position of the last indexed batch below the durable end, after dropping every index entry from it on */
    private static int trusted(FileSegment segment, LogScan scan, long durableEnd, long length, long most)
            throws IOException {
        segment.offsets.keepBelow(durableEnd, length);
        if (segment.times.lastTimestamp() < 0) {
            segment.offsets.truncate(0); // the one index got to the device, the other did not: the scan makes both
        }
        while (segment.offsets.lastPosition() > 0) {
            int at = segment.offsets.lastPosition();
            long last = segment.offsets.lastOffset();
            segment.offsets.dropLast();
            if (scan.soundAt(at, segment.base, most) > 0 && scan.lastOffset(at) == last) {
                segment.times.keepBelow(last);
                return at;
            }
        }
        segment.clearIndexes();
        return 0;
    }
}

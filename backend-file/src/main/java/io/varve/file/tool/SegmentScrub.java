// SPDX-License-Identifier: Apache-2.0
package io.varve.file.tool;

import io.varve.file.disk.FileNames;
import io.varve.file.disk.UninterruptibleFile;
import io.varve.file.segment.LogScan;
import io.varve.file.segment.OffsetIndex;
import io.varve.file.segment.TimeIndex;
import io.varve.file.start.ProgressLog;
import io.varve.file.tool.ScrubReport.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Verifies one segment: every batch, and every entry of its indexes against the batches. Changes nothing. */
final class SegmentScrub {
    /**
     * The segment's place in its partition.
     *
     * @param base its base offset
     * @param next base offset of the next segment, or -1 for the last one
     * @param durableEnd the partition's recovery point: after a crash a tail past it may be torn
     * @param clean whether the directory was closed properly
     */
    record Place(long base, long next, long durableEnd, boolean clean) {
        private boolean isLast() {
            return next < 0;
        }

        private boolean mayBeTorn(long offset) {
            return !clean && offset >= durableEnd;
        }
    }

    private final Path log;
    private final Place place;
    private final Throttle throttle;
    private final ScrubReport report;
    private final ProgressLog progress;
    private OffsetEntries offsets;
    private TimeEntries times;

    SegmentScrub(Path log, Place place, Throttle throttle, ScrubReport report, ProgressLog progress) {
        this.log = log;
        this.place = place;
        this.throttle = throttle;
        this.report = report;
        this.progress = progress;
    }

    /**
     * Verifies the segment.
     *
     * @return offset after the last sound batch
     */
    long run() throws IOException {
        report.checked(Kind.SEGMENTS);
        offsets = new OffsetEntries(entries(FileNames.INDEX));
        times = new TimeEntries(entries(FileNames.TIME_INDEX));
        try (UninterruptibleFile open = UninterruptibleFile.open(log, StandardOpenOption.READ)) {
            long length = open.size();
            if (length > Integer.MAX_VALUE) {
                report.damaged(Kind.SEGMENTS, log, length + " bytes, more than a segment can have");
                length = Integer.MAX_VALUE;
            }
            long end = scan(new LogScan(open, length), length);
            boolean mayLag = !place.clean && place.isLast();
            offsets.finish(length, mayLag);
            times.finish(mayLag);
            return end;
        }
    }

    private ByteBuffer entries(String suffix) throws IOException {
        Path index = log.resolveSibling(FileNames.name(place.base, suffix));
        if (Files.exists(index)) {
            return ByteBuffer.wrap(Files.readAllBytes(index));
        }
        if (place.mayBeTorn(place.base)) {
            report.note(index, "missing; the next start builds it");
        } else {
            report.damaged(Kind.SEGMENTS, index, "missing; the next start builds it anew");
        }
        return null;
    }

    private long scan(LogScan scan, long length) throws IOException {
        long maxOffset = place.isLast() ? place.base + Integer.MAX_VALUE : place.next - 1;
        long next = place.base;
        long at = 0;
        while (at < length) {
            progress.at(() ->
                    log + ": " + (report.bytes() >> 20) + " MiB verified so far, " + report.damages() + " damages");
            int size = scan.soundAt(at, next, maxOffset);
            if (size > 0) {
                report.checked(Kind.BATCHES);
                report.bytes(size);
                next = scan.lastOffset(at) + 1;
                offsets.batch(at, next - 1);
                times.batch(next - 1, scan.maxTimestamp(at));
                at += size;
                throttle.pace(size);
                continue;
            }
            String why = scan.why();
            long sound = scan.findSound(at + 1, next, maxOffset);
            if (sound < 0 && place.isLast() && place.mayBeTorn(next)) {
                report.note(
                        log,
                        (length - at) + " bytes from byte " + at + " on (offset " + next
                                + "), past the recovery point: " + why + "; the next start cuts them");
                return next;
            }
            report.damaged(
                    Kind.BATCHES,
                    log,
                    "damaged at byte " + at + " where offset " + next + " is due: " + why + "; "
                            + (sound < 0 ? "nothing after it is sound" : "what is sound goes on at byte " + sound));
            offsets.skip(sound < 0 ? length : sound);
            times.skip();
            if (sound < 0) {
                return next;
            }
            throttle.pace(sound - at);
            at = sound;
        }
        return next;
    }

    /** Verifies the offset index's entries by the batches that the scan passes. */
    private final class OffsetEntries {
        private final ByteBuffer entries;
        private final Path file = log.resolveSibling(FileNames.name(place.base, FileNames.INDEX));
        private long lastOffset = -1;
        private long lastPosition = -1;

        OffsetEntries(ByteBuffer entries) {
            this.entries = entries == null ? ByteBuffer.allocate(0) : entries;
        }

        private boolean upTo(long position) {
            return entries.remaining() >= OffsetIndex.ENTRY
                    && Integer.toUnsignedLong(entries.getInt(entries.position() + Integer.BYTES)) <= position;
        }

        void batch(long at, long offset) {
            while (upTo(at)) {
                int entryAt = entries.position();
                long relative = Integer.toUnsignedLong(entries.getInt());
                long position = Integer.toUnsignedLong(entries.getInt());
                report.checked(Kind.OFFSET_ENTRIES);
                if (relative <= lastOffset || position <= lastPosition) {
                    wrong(entryAt, relative, position, "is not above the one before");
                } else if (position != at) {
                    wrong(entryAt, relative, position, "points where no batch starts");
                } else if (place.base + relative != offset) {
                    wrong(entryAt, relative, position, "points at the batch that ends with offset " + offset);
                }
                lastOffset = Math.max(lastOffset, relative);
                lastPosition = Math.max(lastPosition, position);
            }
        }

        /** Skips the entries of damaged batches: they cannot be verified. */
        void skip(long position) {
            while (upTo(position - 1)) {
                lastOffset = Integer.toUnsignedLong(entries.getInt());
                lastPosition = Integer.toUnsignedLong(entries.getInt());
            }
        }

        void finish(long length, boolean mayLag) {
            if (!entries.hasRemaining()) {
                return;
            }
            String what = "from byte " + entries.position() + " on, " + entries.remaining()
                    + " bytes are no entries of batches; the log has " + length + " bytes";
            if (mayLag) {
                report.note(file, what + "; the next start drops them");
            } else {
                report.damaged(Kind.OFFSET_ENTRIES, file, what);
            }
        }

        private void wrong(int at, long relative, long position, String how) {
            report.damaged(
                    Kind.OFFSET_ENTRIES,
                    file,
                    "entry at byte " + at + " (offset " + (place.base + relative) + ", byte " + position + ") " + how);
        }
    }

    /** Verifies the time index's entries by the batches that the scan passes. */
    private final class TimeEntries {
        private final ByteBuffer entries;
        private final Path file = log.resolveSibling(FileNames.name(place.base, FileNames.TIME_INDEX));
        private final boolean missing;
        private long lastTimestamp = -1;
        private long newest = -1;
        private boolean skipped;

        TimeEntries(ByteBuffer entries) {
            this.missing = entries == null;
            this.entries = missing ? ByteBuffer.allocate(0) : entries;
        }

        void batch(long offset, long timestamp) {
            newest = Math.max(newest, timestamp);
            while (entries.remaining() >= TimeIndex.ENTRY
                    && place.base + entries.getInt(entries.position() + Long.BYTES) <= offset) {
                int entryAt = entries.position();
                long entry = entries.getLong();
                long entryOffset = place.base + entries.getInt();
                report.checked(Kind.TIME_ENTRIES);
                String of = "entry at byte " + entryAt + " (timestamp " + entry + ", offset " + entryOffset + ") ";
                if (entry <= lastTimestamp) {
                    report.damaged(Kind.TIME_ENTRIES, file, of + "is not above the one before");
                } else if (entry != timestamp && !skipped) {
                    report.damaged(Kind.TIME_ENTRIES, file, of + "points at a batch of timestamp " + timestamp);
                }
                lastTimestamp = Math.max(lastTimestamp, entry);
            }
        }

        void skip() {
            skipped = true;
        }

        void finish(boolean mayLag) {
            boolean complete = missing || lastTimestamp == newest;
            if (mayLag || skipped || complete && !entries.hasRemaining()) {
                return;
            }
            report.damaged(
                    Kind.TIME_ENTRIES,
                    file,
                    complete
                            ? "from byte " + entries.position() + " on, " + entries.remaining()
                                    + " bytes are no entries of batches"
                            : "ends with timestamp " + lastTimestamp + ", the log's largest is " + newest);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import io.varve.core.spi.StorageException;

/**
 * Searches a segment's time index, and checks each answer by the log. An entry may be wrong, entries may be
 * missing, and an entry may be written before its batch. Where the log is damaged at an entry's batch, the
 * entry is trusted.
 */
final class SegmentTimes {
    private final FileSegment segment;
    private final TimeIndex times;

    /** @param segment a segment with at least one batch */
    SegmentTimes(FileSegment segment) {
        this.segment = segment;
        this.times = segment.times();
    }

    /** @return max timestamp of the segment in ms since the epoch, or -1 */
    long newest() {
        long indexed = times.lastTimestamp();
        if (indexed >= 0 && !isAt(times.lastOffset(), indexed)) {
            times.distrust("its last entry, of timestamp " + indexed + ", is of no batch of the segment");
            indexed = -1;
        }
        return Math.max(indexed, newestFrom(indexed < 0 ? 0 : endOfIndexed()));
    }

    /**
     * Finds where the part of the log begins that the index may not cover. No batch behind the last entry
     * should be newer, but entries at the end may be missing, and that does not show. Where timestamps
     * ascend, few batches are behind the last entry.
     *
     * @return position of the first batch that the index may not cover
     */
    private int endOfIndexed() {
        int last = segment.offsets().lastPosition();
        if (times.lastOffset() >= segment.offsets().lastOffset()) {
            return last;
        }
        try {
            int newest = SegmentSearch.positionOf(segment, times.lastOffset(), segment.bytes());
            return Math.max(0, Math.min(last, newest));
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.CORRUPT);
            return 0;
        }
    }

    /**
     * Finds an offset to search a timestamp from. An entry without a batch is skipped: it may be wrong, or
     * belong to a batch that is being appended.
     *
     * @return an offset such that every batch before the one that holds it is older than {@code timestamp}
     */
    long floor(long timestamp) {
        TimeIndex.Entry entry = times.floor(timestamp);
        return entry != null && isAt(entry.offset(), entry.timestamp()) ? entry.offset() : segment.base;
    }

    private boolean isAt(long offset, long timestamp) {
        try {
            int at = SegmentSearch.positionOf(segment, offset, segment.bytes());
            if (at < 0) {
                return segment.offsets().lastPosition()
                        >= segment.bytes(); // then the log ends early, and the entry may be right
            }
            return segment.readingHeaders(
                    cursor -> cursor.onBatch() && cursor.baseOffset() <= offset && cursor.maxTimestamp() == timestamp,
                    at,
                    segment.bytes());
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.CORRUPT);
            return true;
        }
    }

    /** @return max timestamp of the batches from a position on, damaged ones skipped, or -1 */
    private long newestFrom(int position) {
        return segment.readingHeaders(
                cursor -> {
                    long newest = -1;
                    while (true) {
                        try {
                            while (cursor.onBatch()) {
                                newest = Math.max(newest, cursor.maxTimestamp());
                                cursor.advance();
                            }
                            return newest;
                        } catch (StorageException e) {
                            e.rethrowUnless(StorageException.Kind.CORRUPT);
                            if (!SegmentSearch.trySkipDamage(segment, cursor)) {
                                return newest;
                            }
                        }
                    }
                },
                position,
                segment.bytes());
    }
}

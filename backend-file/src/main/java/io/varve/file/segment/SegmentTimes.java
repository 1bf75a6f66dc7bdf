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

    /**
     * @return the max timestamp of the segment, and the last offset of the first batch that has it; timestamp
     *     -1 when no batch has a timestamp
     */
    TimeIndex.Entry newest() {
        TimeIndex.Entry indexed = new TimeIndex.Entry(times.lastTimestamp(), times.lastOffset());
        if (indexed.timestamp() >= 0 && !isAt(indexed.offset(), indexed.timestamp())) {
            times.distrust("its last entry, of timestamp " + indexed.timestamp() + ", is of no batch of the segment");
            indexed = new TimeIndex.Entry(-1, segment.base - 1);
        }
        return newestFrom(indexed.timestamp() < 0 ? 0 : endOfIndexed(), indexed);
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

    /** @return the newest batch from a position on, damaged ones skipped; {@code known} if none is newer */
    private TimeIndex.Entry newestFrom(int position, TimeIndex.Entry known) {
        return segment.readingHeaders(
                cursor -> {
                    TimeIndex.Entry newest = known;
                    while (true) {
                        try {
                            while (cursor.onBatch()) {
                                if (cursor.maxTimestamp() > newest.timestamp()) {
                                    newest = new TimeIndex.Entry(cursor.maxTimestamp(), cursor.lastOffset());
                                }
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

// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import io.varve.core.spi.StorageException;

/**
 * Searches a segment's time index, and verifies what it says by the log: an entry may be wrong, entries may
 * be gone, or have come before the batches at the end. A log that is damaged where an entry points cannot say
 * otherwise.
 */
final class SegmentTimes {
    private final FileSegment segment;
    private final TimeIndex times;

    /** @param segment has batches */
    SegmentTimes(FileSegment segment) {
        this.segment = segment;
        this.times = segment.times();
    }

    /** @return largest timestamp of the segment in ms since the epoch, or -1 */
    long newest() {
        long indexed = times.lastTimestamp();
        if (indexed >= 0 && !isAt(times.lastOffset(), indexed)) {
            times.distrust("its last entry, of timestamp " + indexed + ", is of no batch of the segment");
            indexed = -1;
        }
        return Math.max(indexed, newestFrom(indexed < 0 ? 0 : endOfIndexed()));
    }

    /**
     * Behind the last entry nothing should be newer, but entries at the end may be gone, which leaves an
     * index like any other. Where timestamps ascend there are few batches behind the last entry.
     *
     * @return the position behind which the index may not tell of everything
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
     * An entry that is of no batch is passed over: it may be a wrong one, or of a batch that is just being
     * appended.
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
                return segment.offsets().lastPosition() >= segment.bytes(); // then it is the log that ends early
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

    /** @return largest timestamp of the batches from a position on, as far as they are sound, or -1 */
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

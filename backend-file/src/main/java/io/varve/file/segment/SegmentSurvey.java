// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import io.varve.core.spi.StorageException;

/**
 * Reads a segment's batch headers up to the first damaged one, and sums them up. Verifies no checksum, except
 * in {@link #beginsSound}.
 */
public final class SegmentSurvey {
    private final FileSegment segment;

    /** @param segment no thread may append to it meanwhile */
    public SegmentSurvey(FileSegment segment) {
        this.segment = segment;
    }

    /** @return offset after the last batch that can be reached from the last index entry */
    public long end() {
        return segment.readingHeaders(
                cursor -> {
                    long next = segment.base;
                    try {
                        while (cursor.onBatch()) {
                            next = Math.max(next, cursor.lastOffset() + 1);
                            cursor.advance();
                        }
                        return next;
                    } catch (StorageException e) {
                        return next;
                    }
                },
                segment.offsets().lastPosition(),
                segment.bytes());
    }

    /** @return max timestamp of the batches in ms since the epoch, or -1 */
    public long newestTimestamp() {
        return segment.readingHeaders(
                cursor -> {
                    long newest = -1;
                    try {
                        while (cursor.onBatch()) {
                            newest = Math.max(newest, cursor.maxTimestamp());
                            cursor.advance();
                        }
                        return newest;
                    } catch (StorageException e) {
                        return newest;
                    }
                },
                0,
                segment.bytes());
    }

    /**
     * @return true if the segment begins with a batch whose checksum matches and whose offset is at least the
     *     base
     */
    public boolean beginsSound() {
        long base = segment.base;
        return segment.bytes() > 0
                && segment.verifying(scan -> scan.soundAt(0, base, base + Integer.MAX_VALUE) > 0, segment.bytes());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import io.varve.core.spi.StorageException;

/**
 * Walks over a segment's batch headers as far as they make sense, and tells what they add up to. Nothing is
 * verified but what says so.
 */
public final class SegmentSurvey {
    private final FileSegment segment;

    /** @param segment not appended to meanwhile */
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
     * @return true if the segment begins with a batch whose checksum matches, and whose offset is not below
     *     the base
     */
    public boolean beginsSound() {
        long base = segment.base;
        return segment.bytes() > 0
                && segment.verifying(scan -> scan.soundAt(0, base, base + Integer.MAX_VALUE) > 0, segment.bytes());
    }
}

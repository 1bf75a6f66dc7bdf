// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageException;

/**
 * Finds batches in a segment by its indexes, checks what the indexes say, and skips damage. Stateless but for
 * one search.
 */
public final class SegmentSearch {
    private static final int NOT_HERE = -1;
    private static final int WRONG_INDEX = -2;

    private final FileSegment segment;
    private final long offset;
    private final boolean checking;

    private SegmentSearch(FileSegment segment, long offset, boolean checking) {
        this.segment = segment;
        this.offset = offset;
        this.checking = checking;
    }

    /**
     * Finds the batch of an offset.
     *
     * @param readable end of the batches to search, a batch boundary, exclusive
     * @return first byte of the first batch whose last offset is at least {@code offset}, or -1
     * @throws StorageException CORRUPT if the batch of the offset is damaged; damage elsewhere is skipped
     */
    public static int positionOf(FileSegment segment, long offset, int readable) {
        return new SegmentSearch(segment, offset, false).position(readable);
    }

    /**
     * As {@link #positionOf}, for a reader. Where a batch begins below the offset, its checksum is verified
     * too: the header field that says that it reaches the offset may be what is damaged.
     */
    public static int soundPositionOf(FileSegment segment, long offset, int readable) {
        return new SegmentSearch(segment, offset, true).position(readable);
    }

    private int position(int readable) {
        int from = offset <= segment.base ? 0 : indexed(segment, offset);
        if (from >= readable) {
            return beyondIndex(readable);
        }
        if (from > 0) {
            int found = segment.readingHeaders(cursor -> seek(cursor, from), from, readable);
            if (found != WRONG_INDEX) {
                return found;
            }
            segment.offsets()
                    .distrust("its entry for offset " + offset + " does not point at a batch that starts there");
        }
        return segment.readingHeaders(cursor -> seek(cursor, 0), 0, readable);
    }

    /**
     * Searches the log from its beginning when the index points past its end. Either the entry is wrong, or
     * the log was cut short.
     */
    private int beyondIndex(int readable) {
        int found = segment.readingHeaders(cursor -> seek(cursor, 0), 0, readable);
        if (found != NOT_HERE) {
            segment.offsets().distrust("its entry for offset " + offset + " points past the end of the log");
        }
        return found;
    }

    private static int indexed(FileSegment segment, long offset) {
        try {
            return segment.offsets().floor(offset);
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.CORRUPT);
            segment.offsets().distrust(e.getMessage());
            return 0;
        }
    }

    private int seek(BatchCursor cursor, int indexed) {
        while (true) {
            try {
                return step(cursor, indexed);
            } catch (StorageException e) {
                e.rethrowUnless(StorageException.Kind.CORRUPT);
                if (indexed > 0 && cursor.position() == indexed) {
                    return WRONG_INDEX;
                }
                skipDamage(segment, cursor, offset, e);
            }
        }
    }

    private int step(BatchCursor cursor, int indexed) {
        while (cursor.onBatch()) {
            if (cursor.baseOffset() < segment.base) {
                throw cursor.damaged("a batch of offset " + cursor.baseOffset() + ", below the file's name");
            }
            if (cursor.lastOffset() - segment.base > Integer.MAX_VALUE) {
                throw cursor.damaged("a batch of offset " + cursor.baseOffset() + ", too far above the file's name");
            }
            if (cursor.lastOffset() >= offset) {
                if (checking && cursor.baseOffset() < offset && !isSound(cursor)) {
                    throw cursor.damaged("a batch that claims to hold offset " + offset);
                }
                boolean indexedTooHigh = indexed > 0 && cursor.position() == indexed && cursor.lastOffset() > offset;
                return indexedTooHigh ? WRONG_INDEX : cursor.position();
            }
            cursor.advance();
        }
        return NOT_HERE;
    }

    private boolean isSound(BatchCursor cursor) {
        int at = cursor.position();
        return segment.verifying(
                scan -> scan.soundAt(at, segment.base, segment.base + Integer.MAX_VALUE) > 0, cursor.limit());
    }

    /**
     * Moves the cursor to the next sound batch behind the damage it is at.
     *
     * @return false if there is none
     */
    static boolean trySkipDamage(FileSegment segment, BatchCursor cursor) {
        int at = cursor.position();
        long sound = segment.verifying(
                scan -> scan.findSound(at + 1L, segment.base, segment.base + Integer.MAX_VALUE), cursor.limit());
        if (sound >= 0) {
            cursor.moveTo((int) sound);
        }
        return sound >= 0;
    }

    /**
     * Moves the cursor to the next sound batch behind the damage it is at. Where a wrong length has led the
     * cursor too far, the damage begins at the batch before.
     *
     * @param offset the offset searched for
     * @throws StorageException the damage, if the offset may lie in it
     */
    static void skipDamage(FileSegment segment, BatchCursor cursor, long offset, StorageException damage) {
        int at = cursor.position();
        int before = cursor.positionBefore();
        long maxOffset = segment.base + Integer.MAX_VALUE;
        long sound = segment.verifying(
                scan -> {
                    boolean wrongLength = before < at && scan.soundAt(before, segment.base, maxOffset) == 0;
                    long found = scan.findSound((wrongLength ? before : at) + 1L, segment.base, maxOffset);
                    return found < 0 || scan.baseOffset(found) > offset ? -1 : found;
                },
                cursor.limit());
        if (sound < 0) {
            throw damage;
        }
        segment.logDamage(damage.getMessage(), sound);
        cursor.moveTo((int) sound);
    }

    /**
     * Verifies by its indexes that a sealed segment, in which an offset was not found, is whole. Compaction
     * leaves gaps at the end of a segment, and a file that was cut short looks the same.
     *
     * @throws StorageException CORRUPT if batches are missing at the end
     */
    public static void requireWhole(FileSegment segment) {
        int bytes = segment.bytes();
        long indexed = segment.times().lastOffset();
        if (segment.offsets().lastPosition() >= bytes && segment.offsets().lastPosition() > 0
                || indexed >= segment.base && positionOf(segment, indexed, bytes) == NOT_HERE) {
            throw new StorageException(
                    StorageException.Kind.CORRUPT,
                    segment.log().path() + " is damaged at byte " + bytes
                            + ": it ends there, but its indexes know of batches up to offset "
                            + Math.max(indexed, segment.offsets().lastOffset()));
        }
    }

    /**
     * @return end of the sound batches from {@code from} on that hold no offset at or above {@code end}, in
     *     bytes, exclusive
     * @throws StorageException CORRUPT if the first batch is damaged
     */
    public static int endOfSound(FileSegment segment, int from, int readable, long end) {
        return segment.readingHeaders(
                cursor -> {
                    try {
                        while (cursor.onBatch() && cursor.lastOffset() < end) {
                            cursor.advance();
                        }
                    } catch (StorageException e) {
                        e.rethrowUnless(StorageException.Kind.CORRUPT);
                        if (cursor.position() == from) {
                            throw e;
                        }
                    }
                    return cursor.position();
                },
                from,
                readable);
    }

    /**
     * A batch boundary of a segment.
     *
     * @param position first byte of the batch behind it, or the end of the bytes that were searched
     * @param offset first offset of the batch behind it; -1 when that was not looked at
     */
    public record Boundary(int position, long offset) {}

    /**
     * @return the largest batch boundary that is at most {@code from + maxBytes}; at least one batch is above
     *     {@code from}
     */
    public static Boundary boundaryWithin(FileSegment segment, int from, int readable, int maxBytes) {
        if (readable - from <= maxBytes) {
            return new Boundary(readable, -1);
        }
        int maxEnd = from + maxBytes;
        int near = Math.max(from, segment.offsets().floorPosition(maxEnd));
        Boundary end = segment.readingHeaders(cursor -> endOfBatches(cursor, from, maxEnd), near, readable);
        return end != null ? end : segment.readingHeaders(cursor -> endOfBatches(cursor, from, maxEnd), from, readable);
    }

    /**
     * @return the end of the last batch within {@code maxEnd}, or null when the index has led to a position
     *     where no batch begins
     */
    private static Boundary endOfBatches(BatchCursor cursor, int from, int maxEnd) {
        int start = cursor.position();
        int end = start;
        try {
            while (cursor.onBatch()) {
                if (end > from && end + cursor.size() > maxEnd) {
                    return new Boundary(end, cursor.baseOffset());
                }
                cursor.advance();
                end = cursor.position();
            }
            return new Boundary(end, -1);
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.CORRUPT);
            if (start == from && end == from) {
                throw e;
            }
            return end > start ? new Boundary(end, -1) : null;
        }
    }

    /**
     * Returns a region for a reader, as {@link FileSegment#slice} does, after every batch in it was verified.
     *
     * @return the region up to the first damaged batch
     * @throws StorageException CORRUPT if the first batch is damaged
     */
    public static BatchSlice soundSlice(FileSegment segment, int from, int to) {
        int sound = segment.verifying(
                scan -> {
                    long next = segment.base;
                    int at = from;
                    while (at < to) {
                        int size = scan.soundAt(at, next, segment.base + Integer.MAX_VALUE);
                        if (size == 0 && at > from) {
                            return at;
                        }
                        if (size == 0) {
                            throw new StorageException(
                                    StorageException.Kind.CORRUPT,
                                    segment.log().path() + " is damaged at byte " + at + ": " + scan.why());
                        }
                        next = scan.lastOffset(at) + 1;
                        at += size;
                    }
                    return at;
                },
                to);
        return segment.slice(from, sound);
    }
}

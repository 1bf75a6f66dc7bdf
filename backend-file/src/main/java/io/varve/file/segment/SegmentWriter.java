// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.SegmentRoll;
import io.varve.file.disk.Disk;
import io.varve.file.disk.UninterruptibleFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends to a segment and to its indexes; remembers of the batches so far what that takes. Not thread-safe.
 */
public final class SegmentWriter {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentWriter.class);
    private static final long UNKNOWN = Long.MIN_VALUE;

    private final FileSegment segment;
    private long offsetOfMaxTimestamp;
    private long firstTimestamp = UNKNOWN;
    /** In ms since the epoch; of a segment that was there at the start, the last one before it. */
    private long firstAppendMs = UNKNOWN;
    /** Bytes of batches since the one the last index entry points at. */
    private long sinceIndexed;

    SegmentWriter(FileSegment segment) {
        this.segment = segment;
    }

    /**
     * Call before every append.
     *
     * @param nowMs ms since the epoch
     * @return true if the run must go to another segment
     */
    public boolean mustEndBefore(BatchRun run, SegmentLimits limits, long nowMs) {
        if (run.nextOffset() - 1 - segment.base > Integer.MAX_VALUE) {
            return true;
        }
        if (firstAppendMs == UNKNOWN) {
            firstAppendMs = segment.bytes() == 0 ? nowMs : segment.lastAppendMs();
        }
        if (segment.bytes() == 0) {
            return false;
        }
        return SegmentRoll.isDue(limits, segment.bytes(), firstTimestamp(), firstAppendMs, run, nowMs)
                || segment.offsets().isFull(limits.indexMaxBytes())
                || segment.times().isFull(limits.indexMaxBytes());
    }

    private long firstTimestamp() {
        if (firstTimestamp == UNKNOWN) {
            firstTimestamp = segment.readingHeaders(SegmentWriter::timestampHere, 0, segment.bytes());
        }
        return firstTimestamp;
    }

    /**
     * @return -1 where there is no batch, or a damaged one, which is no reason to refuse what is to come
     *     after it
     */
    private static long timestampHere(BatchCursor cursor) {
        try {
            return cursor.onBatch() ? cursor.maxTimestamp() : -1;
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.CORRUPT);
            return -1;
        }
    }

    /** Writes a run at the end. When this throws, the segment is as it was. */
    public void append(BatchRun run, SegmentLimits limits, Runnable written) {
        int at = segment.bytes();
        int size = run.bytes().remaining();
        loadIndexes(limits);
        UninterruptibleFile open;
        try {
            open = segment.log().acquire();
        } catch (IOException e) {
            throw Disk.writeFailure("opening", segment.log().path(), e);
        }
        try {
            segment.log().markDirty();
            Disk.writeFully(open, run.bytes().duplicate(), at);
            segment.log().markDirty();
        } catch (IOException e) {
            truncateTornAppend(at, e);
            throw Disk.writeFailure(
                    "appending " + size + " bytes at " + at, segment.log().path(), e);
        } finally {
            segment.log().release();
        }
        written.run();
        index(run, at, limits);
        segment.bytes(at + size);
    }

    /** Whatever the indexes have to be asked is asked before something is written: it may fail. */
    private void loadIndexes(SegmentLimits limits) {
        segment.maxTimestamp();
        segment.times().lastTimestamp();
        segment.offsets().isFull(limits.indexMaxBytes());
    }

    /** Takes a torn append away, so that recovery can never mistake it for a whole one. */
    private void truncateTornAppend(int to, IOException why) {
        boolean interrupted = Thread.interrupted(); // it closes channels, and may be why the append failed
        try {
            UninterruptibleFile open = segment.log().acquire();
            try {
                if (open.size() > to) { // a file system gone read-only has taken nothing, and would refuse to cut
                    open.truncate(to);
                }
            } finally {
                segment.log().release();
            }
        } catch (IOException e) {
            e.addSuppressed(why);
            throw new TornAppendException(
                    "cutting a torn append back to byte " + to + " failed at "
                            + segment.log().path(),
                    e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void index(BatchRun run, int at, SegmentLimits limits) {
        ByteBuffer batches = run.bytes();
        int first = batches.position();
        for (int in = first; in < batches.limit(); ) {
            int size = BatchHeader.sizeInBytes(batches, in);
            indexBatch(
                    BatchHeader.lastOffset(batches, in),
                    BatchHeader.maxTimestamp(batches, in),
                    at + in - first,
                    size,
                    limits);
            in += size;
        }
    }

    /** Notes a batch, with an index entry if one is due. */
    public void indexBatch(long lastOffset, long timestamp, int position, int size, SegmentLimits limits) {
        if (position == 0) {
            firstTimestamp = timestamp;
        }
        if (timestamp > segment.maxTimestamp()) {
            segment.maxTimestamp(timestamp);
            offsetOfMaxTimestamp = lastOffset;
        }
        if (sinceIndexed > limits.indexIntervalBytes() && !segment.offsets().isFull(limits.indexMaxBytes())) {
            try {
                segment.times()
                        .append(
                                segment.maxTimestamp(),
                                offsetOfMaxTimestamp); // first: an entry more does no harm, one less would
                segment.offsets().append(lastOffset, position);
                sinceIndexed = 0;
            } catch (IOException e) {
                LOG.debug(
                        "No entry for offset {} in the indexes of {}; the next batch gets one",
                        lastOffset,
                        segment.log().path(),
                        e);
            }
        }
        sinceIndexed += size;
    }

    /** Completes the time index: its last entry is the segment's largest timestamp. */
    public void seal() throws IOException {
        segment.times().append(segment.maxTimestamp(), offsetOfMaxTimestamp);
    }

    /**
     * {@link #seal}, or where that fails leaves it to those who ask for the largest timestamp to look at the
     * last batches.
     */
    public void sealIfPossible() {
        try {
            seal();
        } catch (IOException e) {
            LOG.debug("The time index of {} cannot be completed", segment.log().path(), e);
        }
    }

    /** Counts from here on what lies between two index entries. */
    public void indexedUpTo(int position) {
        sinceIndexed = position - segment.offsets().lastPosition();
    }

    /** Gives the next batch an index entry, whatever the interval. */
    public void indexNext() {
        sinceIndexed = Integer.MAX_VALUE;
    }

    /**
     * Takes up after the last index entry where the segment was left.
     *
     * @return offset after the last batch
     * @throws StorageException CORRUPT if the entry does not point at its batch, or what follows is not a row
     *     of whole batches up to the end of the segment
     */
    public long resume() {
        int from = segment.offsets().lastPosition();
        segment.maxTimestamp(); // known before: to find it out takes the cursor
        return segment.readingHeaders(
                cursor -> {
                    long next = segment.base;
                    if (from > 0
                            && (!cursor.onBatch()
                                    || cursor.lastOffset() != segment.offsets().lastOffset())) {
                        throw cursor.damaged("its index's last entry says otherwise");
                    }
                    while (cursor.onBatch()) {
                        if (cursor.baseOffset() < next) {
                            throw cursor.damaged(
                                    "a batch of offset " + cursor.baseOffset() + " where " + next + " is due");
                        }
                        next = cursor.lastOffset() + 1;
                        if (cursor.maxTimestamp() > segment.maxTimestamp()) {
                            segment.maxTimestamp(cursor.maxTimestamp());
                            offsetOfMaxTimestamp = cursor.lastOffset();
                        }
                        cursor.advance();
                    }
                    sinceIndexed = segment.bytes() - from;
                    return next;
                },
                from,
                segment.bytes());
    }

    /** Builds the indexes anew from the batch headers; what is damaged is stepped over. */
    public void rebuildIndexes(SegmentLimits limits) throws IOException {
        clearIndexes();
        segment.readingHeaders(
                cursor -> {
                    while (true) {
                        try {
                            indexFrom(cursor, limits);
                            return null;
                        } catch (StorageException e) {
                            e.rethrowUnless(StorageException.Kind.CORRUPT);
                            SegmentSearch.skipDamage(segment, cursor, Long.MAX_VALUE, e);
                            indexNext();
                        }
                    }
                },
                0,
                segment.bytes());
    }

    private void indexFrom(BatchCursor cursor, SegmentLimits limits) {
        while (cursor.onBatch()) {
            indexBatch(cursor.lastOffset(), cursor.maxTimestamp(), cursor.position(), cursor.size(), limits);
            cursor.advance();
        }
    }

    /** Forgets the indexes' content, to be built anew from the log. */
    public void clearIndexes() throws IOException {
        segment.offsets().truncate(0);
        segment.times().truncate(0);
        segment.maxTimestamp(-1);
        sinceIndexed = 0;
    }
}

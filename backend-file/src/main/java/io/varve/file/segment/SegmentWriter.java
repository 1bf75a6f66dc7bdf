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

/** Appends batches to a segment, and entries to its indexes. Not thread-safe. */
public final class SegmentWriter {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentWriter.class);
    private static final long UNKNOWN = Long.MIN_VALUE;
    /**
     * Bytes of batches whose index entries are written together. After a crash, recovery reads about as many
     * again, and makes the entries anew.
     */
    private static final int INDEXED_TOGETHER = 1 << 20;
    /** Max number of entries that are written together, of each index. */
    private static final int ENTRIES_TOGETHER = 256;

    private final FileSegment segment;
    /** Last offset of the first batch that has the max timestamp; UNKNOWN if it was there at the start. */
    private long offsetOfMaxTimestamp = UNKNOWN;
    /** True once the batches from before the start were searched for that offset. */
    private boolean newestSearched;
    /** True while the indexes are complete, as a clean shutdown leaves them. */
    private boolean sealed;

    private long firstTimestamp = UNKNOWN;
    /**
     * When the first batch was appended, in ms since the epoch. For a segment with batches from before the
     * start: when the last of those was appended.
     */
    private long firstAppendMs = UNKNOWN;
    /** Bytes of batches since the one that the last index entry points at. */
    private long sinceIndexed;
    /** Position in the log up to which all index entries are in the files. */
    private int indexesWritten;

    SegmentWriter(FileSegment segment) {
        this.segment = segment;
    }

    /**
     * Tells whether a segment must end before a run. Call before every append.
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
     * @return the batch's max timestamp; -1 where there is no batch or a damaged one: that must not refuse
     *     later appends
     */
    private static long timestampHere(BatchCursor cursor) {
        try {
            return cursor.onBatch() ? cursor.maxTimestamp() : -1;
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.CORRUPT);
            return -1;
        }
    }

    /**
     * Writes a run at the end of the segment. When this throws, the segment is unchanged.
     *
     * @param limits when to add an index entry
     * @param written runs when the bytes are in the page cache
     * @throws StorageException FULL, or RETRY if there are no descriptors left
     * @throws TornAppendException if the append failed half way and could not be undone
     */
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

    /** Reads the state of the indexes before the log is written: reading may fail. */
    private void loadIndexes(SegmentLimits limits) {
        segment.maxTimestamp();
        segment.times().lastTimestamp();
        searchNewest();
        segment.offsets().isFull(limits.indexMaxBytes());
        sealed = false;
    }

    /** Finds the newest batch from before the start, if the time index has no entry of it. */
    private void searchNewest() {
        if (!newestSearched) {
            if (offsetOfMaxTimestamp == UNKNOWN
                    && segment.maxTimestamp() > segment.times().lastTimestamp()) {
                offsetOfMaxTimestamp = new SegmentTimes(segment).newest().offset();
            }
            newestSearched = true;
        }
    }

    /** Truncates a torn append, so that recovery can never take it for a whole one. */
    private void truncateTornAppend(int to, IOException why) {
        boolean interrupted = Thread.interrupted(); // it closes channels, and may have made the append fail
        try {
            UninterruptibleFile open = segment.log().acquire();
            try {
                if (open.size() > to) { // a read-only file system has written nothing, and refuses to truncate
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

    /**
     * Counts a batch, and adds an index entry for it if one is due.
     *
     * @param timestamp max timestamp of the batch, in ms since the epoch
     * @param position first byte of the batch
     * @param size bytes of the batch
     */
    public void indexBatch(long lastOffset, long timestamp, int position, int size, SegmentLimits limits) {
        if (position == 0) {
            firstTimestamp = timestamp;
        }
        if (timestamp > segment.maxTimestamp()) {
            segment.maxTimestamp(timestamp);
            offsetOfMaxTimestamp = lastOffset;
        }
        if (sinceIndexed > limits.indexIntervalBytes() && !segment.offsets().isFull(limits.indexMaxBytes())) {
            indexMaxTimestamp(); // first: a surplus entry does no harm, a missing one makes searches longer
            segment.offsets().append(lastOffset, position);
            sinceIndexed = 0;
            if (position - indexesWritten >= INDEXED_TOGETHER
                    || segment.offsets().unwritten() >= ENTRIES_TOGETHER) {
                writeIndexesIfPossible();
            }
        }
        sinceIndexed += size;
    }

    private void indexMaxTimestamp() {
        if (offsetOfMaxTimestamp != UNKNOWN) {
            segment.times().append(segment.maxTimestamp(), offsetOfMaxTimestamp);
        }
    }

    /** Writes the index entries that are in memory, those by time first, as they were appended. */
    private void writeIndexes() throws IOException {
        segment.times().write();
        segment.offsets().write();
        indexesWritten = segment.offsets().lastPosition();
    }

    /** Calls {@link #writeIndexes}, and logs a failure: the entries stay in memory. */
    void writeIndexesIfPossible() {
        try {
            writeIndexes();
        } catch (IOException e) {
            LOG.debug(
                    "The last entries of the indexes of {} are not written yet",
                    segment.log().path(),
                    e);
        }
    }

    /** Completes the indexes: the last entry of the time index is the segment's max timestamp. */
    public void seal() throws IOException {
        if (!sealed) {
            if (segment.bytes() > 0) {
                searchNewest();
            }
            indexMaxTimestamp();
            writeIndexes();
            sealed = true;
        }
    }

    /**
     * Calls {@link #seal}, and logs a failure: then a search for the max timestamp scans the last batches.
     */
    public void sealIfPossible() {
        try {
            seal();
        } catch (IOException e) {
            LOG.debug("The time index of {} cannot be completed", segment.log().path(), e);
        }
    }

    /**
     * Starts to count the bytes since the last index entry.
     *
     * @param position end of the batches so far, exclusive
     */
    public void indexedUpTo(int position) {
        sinceIndexed = position - segment.offsets().lastPosition();
    }

    /** Makes the next batch get an index entry, whatever the interval. */
    public void indexNext() {
        sinceIndexed = Integer.MAX_VALUE;
    }

    /** As {@link #resume}, for a segment whose indexes are complete, as a clean shutdown leaves them. */
    public long resumeSealed() {
        long end = resume();
        sealed = true;
        return end;
    }

    /**
     * Reads the headers of the batches after the last index entry, so that appends can go on.
     *
     * @return offset after the last batch
     * @throws StorageException CORRUPT if the entry does not point at its batch, or if other bytes than whole
     *     batches follow
     */
    public long resume() {
        int from = segment.offsets().lastPosition();
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
                        cursor.advance();
                    }
                    sinceIndexed = segment.bytes() - from;
                    return next;
                },
                from,
                segment.bytes());
    }

    /** Builds the indexes anew from the batch headers; damaged batches are skipped. */
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

    /** Empties the indexes, so that they can be built anew from the log. */
    public void clearIndexes() throws IOException {
        segment.offsets().truncate(0);
        segment.times().truncate(0);
        segment.maxTimestamp(-1);
        offsetOfMaxTimestamp = UNKNOWN;
        newestSearched = true; // whoever clears them indexes every batch
        sealed = false;
        sinceIndexed = 0;
        indexesWritten = 0;
    }
}

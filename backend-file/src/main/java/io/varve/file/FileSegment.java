// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One segment: a log file and its two indexes. Batches lie in the log one after another; what lies past {@link #bytes} is nobody's.
 * One writer; readers stay below the end the partition has published to them.
 */
final class FileSegment {
    private static final Logger LOG = LoggerFactory.getLogger(FileSegment.class);
    private static final long UNKNOWN = Long.MIN_VALUE;

    final long base;
    final PooledFile log;
    final OffsetIndex offsets;
    final TimeIndex times;
    private volatile int bytes;
    private volatile long maxTimestamp = UNKNOWN;
    private long offsetOfMaxTimestamp;
    private long firstTimestamp = UNKNOWN;
    private long sinceIndexed;
    private boolean damageSaid;

    /** @param bytes length of the batches in the log file, which exists */
    FileSegment(OpenFiles pool, Path directory, long base, int bytes) {
        this.base = base;
        this.bytes = bytes;
        this.log = new PooledFile(pool, directory, base, Layout.LOG);
        this.offsets = new OffsetIndex(new PooledFile(pool, directory, base, Layout.INDEX), base);
        this.times = new TimeIndex(new PooledFile(pool, directory, base, Layout.TIME_INDEX), base);
    }

    int bytes() {
        return bytes;
    }

    /** @return largest timestamp in ms since the epoch, or -1 */
    long maxTimestamp() {
        long known = maxTimestamp;
        if (known == UNKNOWN) {
            known = times.lastTimestamp();
            maxTimestamp = known;
        }
        return known;
    }

    /** @return true if the run must go to another segment */
    boolean mustEndBefore(BatchRun run, SegmentLimits limits) {
        if (run.nextOffset() - 1 - base > Integer.MAX_VALUE) {
            return true;
        }
        if (bytes == 0) {
            return false;
        }
        long first = firstTimestamp();
        return (long) bytes + run.bytes().remaining() > limits.segmentBytes()
                || first >= 0 && run.maxTimestamp() - first > limits.segmentMs()
                || offsets.isFull(limits.indexMaxBytes())
                || times.isFull(limits.indexMaxBytes());
    }

    private long firstTimestamp() {
        if (firstTimestamp == UNKNOWN) {
            firstTimestamp = reading(cursor -> cursor.onBatch() ? cursor.maxTimestamp() : -1L, 0, bytes);
        }
        return firstTimestamp;
    }

    /** Writes a run at the end. When this throws, the segment is as it was. */
    void append(BatchRun run, SegmentLimits limits, Runnable written) {
        int at = bytes;
        int size = run.bytes().remaining();
        FileChannel channel;
        try {
            channel = log.acquire();
        } catch (IOException e) {
            throw Disk.writeFailure("opening", log.path(), e);
        }
        try {
            log.dirty();
            Disk.writeFully(channel, run.bytes().duplicate(), at);
            log.dirty();
        } catch (IOException e) {
            cutBack(at, e);
            throw Disk.writeFailure("appending " + size + " bytes at " + at, log.path(), e);
        } finally {
            log.release();
        }
        written.run();
        index(run, at, limits);
        bytes = at + size;
    }

    /** Takes a torn append away, so that recovery can never mistake it for a whole one. */
    private void cutBack(int to, IOException why) {
        boolean interrupted = Thread.interrupted(); // it closes channels, and may be why the append failed
        try {
            FileChannel channel = log.acquire();
            try {
                if (channel.size() > to) { // a file system gone read-only has taken nothing, and would refuse to cut
                    channel.truncate(to);
                }
            } finally {
                log.release();
            }
        } catch (IOException e) {
            e.addSuppressed(why);
            throw new BrokenException("cutting a torn append back to byte " + to + " failed at " + log.path(), e);
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
    void indexBatch(long lastOffset, long timestamp, int position, int size, SegmentLimits limits) {
        if (position == 0) {
            firstTimestamp = timestamp;
        }
        if (timestamp > maxTimestamp()) {
            maxTimestamp = timestamp;
            offsetOfMaxTimestamp = lastOffset;
        }
        if (sinceIndexed > limits.indexIntervalBytes() && !offsets.isFull(limits.indexMaxBytes())) {
            try {
                times.append(maxTimestamp, offsetOfMaxTimestamp); // first: an entry more does no harm, one less would
                offsets.append(lastOffset, position);
                sinceIndexed = 0;
            } catch (IOException e) {
                LOG.debug("No entry for offset {} in the indexes of {}; the next batch gets one", lastOffset, log, e);
            }
        }
        sinceIndexed += size;
    }

    /** Completes the time index: its last entry is the segment's largest timestamp. */
    void seal() throws IOException {
        times.append(maxTimestamp(), offsetOfMaxTimestamp);
    }

    /** {@link #seal}, or where that fails does without the time index, which the next start then builds anew. */
    void sealIfPossible() {
        try {
            seal();
        } catch (IOException e) {
            times.distrust("it cannot be completed: " + e.getMessage());
        }
    }

    /**
     * @param readable end of the batches to look at, a batch boundary
     * @return first byte of the first batch whose last offset is at least {@code offset}, or -1
     * @throws StorageException CORRUPT if what is there at the offset is damaged; damage elsewhere is stepped over
     */
    int positionOf(long offset, int readable) {
        int from = offset <= base ? 0 : indexed(offset);
        if (from > 0) {
            int found = reading(cursor -> seek(cursor, offset, from), from, readable);
            if (found != WRONG_INDEX) {
                return found;
            }
            offsets.distrust("its entry for offset " + offset + " does not point at a batch that starts there");
        }
        return reading(cursor -> seek(cursor, offset, 0), 0, readable);
    }

    private int indexed(long offset) {
        try {
            return offsets.floor(offset);
        } catch (StorageException e) {
            if (e.kind() != StorageException.Kind.CORRUPT) {
                throw e;
            }
            offsets.distrust(e.getMessage());
            return 0;
        }
    }

    private static final int NOT_HERE = -1;
    private static final int WRONG_INDEX = -2;

    private int seek(BatchCursor cursor, long offset, int indexed) {
        while (true) {
            try {
                return step(cursor, offset, indexed);
            } catch (StorageException e) {
                if (e.kind() != StorageException.Kind.CORRUPT) {
                    throw e;
                }
                if (indexed > 0 && cursor.position() == indexed) {
                    return WRONG_INDEX;
                }
                stepOver(cursor, offset, e);
            }
        }
    }

    private int step(BatchCursor cursor, long offset, int indexed) {
        while (cursor.onBatch()) {
            if (cursor.baseOffset() < base) {
                throw cursor.damaged("a batch of offset " + cursor.baseOffset() + ", below the file's name");
            }
            if (cursor.lastOffset() >= offset) {
                boolean indexedTooHigh = indexed > 0 && cursor.position() == indexed && cursor.lastOffset() > offset;
                return indexedTooHigh ? WRONG_INDEX : cursor.position();
            }
            cursor.advance();
        }
        return NOT_HERE;
    }

    /** Moves on to the next sound batch, unless what is looked for lies in the damage. */
    private void stepOver(BatchCursor cursor, long offset, StorageException damage) {
        int at = cursor.position();
        long sound = checking(
                scan -> {
                    long found = scan.findSound(at + 1L, base, base + Integer.MAX_VALUE);
                    return found < 0 || scan.baseOffset(found) > offset ? -1 : found;
                },
                cursor.limit());
        if (sound < 0) {
            throw damage;
        }
        if (!damageSaid) {
            damageSaid = true;
            LOG.warn("{}; what is sound goes on at byte {}", damage.getMessage(), sound);
        }
        cursor.moveTo((int) sound);
    }

    /**
     * Holds a sealed segment in which an offset was not found against its indexes: compaction leaves gaps, a file cut short looks the
     * same.
     *
     * @throws StorageException CORRUPT if batches are missing at the end
     */
    void requireWhole() {
        long indexed = times.lastOffset();
        if (offsets.lastPosition() >= bytes && offsets.lastPosition() > 0
                || indexed >= base && positionOf(indexed, bytes) == NOT_HERE) {
            throw new StorageException(
                    StorageException.Kind.CORRUPT,
                    log.path() + " is damaged at byte " + bytes
                            + ": it ends there, but its indexes know of batches up to offset "
                            + Math.max(indexed, offsets.lastOffset()));
        }
    }

    /** @return where the batches end that begin at {@code from}, are sound and hold no offset at or above {@code end} */
    int endOfSound(int from, int readable, long end) {
        return reading(
                cursor -> {
                    try {
                        while (cursor.onBatch() && cursor.lastOffset() < end) {
                            cursor.advance();
                        }
                    } catch (StorageException e) {
                        if (e.kind() != StorageException.Kind.CORRUPT || cursor.position() == from) {
                            throw e;
                        }
                    }
                    return cursor.position();
                },
                from,
                readable);
    }

    /** @return the largest batch boundary not above {@code from + maxBytes}, at least one batch above {@code from} */
    int cut(int from, int readable, int maxBytes) {
        if (readable - from <= maxBytes) {
            return readable;
        }
        int most = from + maxBytes;
        int near = Math.max(from, offsets.floorPosition(most));
        int end = reading(cursor -> walk(cursor, from, most), near, readable);
        return end >= 0 ? end : reading(cursor -> walk(cursor, from, most), from, readable);
    }

    /** @return where the last batch ends that is to be read, or -1 when the index has led to a place where there is no batch */
    private static int walk(BatchCursor cursor, int from, int most) {
        int start = cursor.position();
        int end = start;
        try {
            while (cursor.onBatch() && (end <= from || end + cursor.size() <= most)) {
                cursor.advance();
                end = cursor.position();
            }
            return end;
        } catch (StorageException e) {
            if (e.kind() != StorageException.Kind.CORRUPT || start == from && end == from) {
                throw e;
            }
            return end > start ? end : -1;
        }
    }

    /** Takes a region for a reader, who keeps the file open by it. */
    BatchSlice slice(int from, int to) {
        try {
            return new FileSlice(log, log.acquire(), from, to - from);
        } catch (IOException e) {
            throw Disk.readFailure("opening", log.path(), e);
        }
    }

    /**
     * Takes a region for a reader as {@link #slice} does, once every batch in it has been held against its checksum.
     *
     * @return the region up to the first damaged batch
     * @throws StorageException CORRUPT if the first batch is damaged
     */
    BatchSlice soundSlice(int from, int to) {
        int sound = checking(
                scan -> {
                    long next = base;
                    int at = from;
                    while (at < to) {
                        int size = scan.soundAt(at, next, base + Integer.MAX_VALUE);
                        if (size == 0 && at > from) {
                            return at;
                        }
                        if (size == 0) {
                            throw new StorageException(
                                    StorageException.Kind.CORRUPT,
                                    log.path() + " is damaged at byte " + at + ": " + scan.why());
                        }
                        next = scan.lastOffset(at) + 1;
                        at += size;
                    }
                    return at;
                },
                to);
        return slice(from, sound);
    }

    @FunctionalInterface
    private interface Check<T> {
        T by(LogScan scan) throws IOException;
    }

    private <T> T checking(Check<T> check, int limit) {
        try {
            FileChannel channel = log.acquire();
            try {
                return check.by(new LogScan(channel, limit));
            } finally {
                log.release();
            }
        } catch (IOException e) {
            throw Disk.readFailure("checking", log.path(), e);
        }
    }

    @FunctionalInterface
    interface Look<T> {
        T at(BatchCursor cursor);
    }

    /** Looks at the batches between two boundaries. */
    <T> T reading(Look<T> look, int from, int to) {
        try {
            FileChannel channel = log.acquire();
            try {
                return look.at(BatchCursor.open(log, channel, from, to));
            } finally {
                log.release();
            }
        } catch (IOException e) {
            throw Disk.readFailure("opening", log.path(), e);
        }
    }

    /** Makes the batches durable, and with a sealed segment its indexes: they are not looked into after a crash. */
    void force(boolean sealed) throws IOException {
        if (log.isDirty()) {
            long mark = log.mark();
            FileChannel channel = log.acquire();
            try {
                Disk.force(channel, false);
            } finally {
                log.release();
            }
            log.clean(mark);
        }
        if (sealed) {
            forceIndexes();
        }
    }

    void forceIndexes() throws IOException {
        offsets.force();
        times.force();
    }

    /** Sets where batches end in the log file. */
    void bytes(int bytes) {
        this.bytes = bytes;
    }

    /** Gives the next batch an index entry, whatever the interval. */
    void indexNext() {
        sinceIndexed = Integer.MAX_VALUE;
    }

    /**
     * Takes up after the last index entry where the segment was left.
     *
     * @return offset after the last batch
     * @throws StorageException CORRUPT if the entry does not point at its batch, or what follows is not a row of whole batches up to
     *     {@link #bytes}
     */
    long resume() {
        int from = offsets.lastPosition();
        return reading(
                cursor -> {
                    long next = base;
                    if (from > 0 && (!cursor.onBatch() || cursor.lastOffset() != offsets.lastOffset())) {
                        throw cursor.damaged("its index's last entry says otherwise");
                    }
                    while (cursor.onBatch()) {
                        if (cursor.baseOffset() < next) {
                            throw cursor.damaged(
                                    "a batch of offset " + cursor.baseOffset() + " where " + next + " is due");
                        }
                        next = cursor.lastOffset() + 1;
                        if (cursor.maxTimestamp() > maxTimestamp()) {
                            maxTimestamp = cursor.maxTimestamp();
                            offsetOfMaxTimestamp = cursor.lastOffset();
                        }
                        cursor.advance();
                    }
                    sinceIndexed = bytes - from;
                    return next;
                },
                from,
                bytes);
    }

    /** @return offset after the last batch that can be reached from the last index entry */
    long endOfBatches() {
        return reading(
                cursor -> {
                    long next = base;
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
                offsets.lastPosition(),
                bytes);
    }

    /** Builds the indexes anew from the batch headers; what is damaged is stepped over. */
    void rebuildIndexes(SegmentLimits limits) throws IOException {
        clearIndexes();
        reading(
                cursor -> {
                    while (true) {
                        try {
                            indexFrom(cursor, limits);
                            return null;
                        } catch (StorageException e) {
                            if (e.kind() != StorageException.Kind.CORRUPT) {
                                throw e;
                            }
                            stepOver(cursor, Long.MAX_VALUE, e);
                            indexNext();
                        }
                    }
                },
                0,
                bytes);
    }

    private void indexFrom(BatchCursor cursor, SegmentLimits limits) {
        while (cursor.onBatch()) {
            indexBatch(cursor.lastOffset(), cursor.maxTimestamp(), cursor.position(), cursor.size(), limits);
            cursor.advance();
        }
    }

    /** Creates the files of an empty segment. Their names are durable when the directory is forced. */
    static FileSegment create(OpenFiles pool, Path directory, long base, Runnable afterLog) throws IOException {
        Path log = directory.resolve(Layout.name(base, Layout.LOG));
        Files.createFile(log);
        try {
            afterLog.run();
            createIndexes(directory, base);
        } catch (IOException e) { // else the next try would find it in its way
            Disk.discard(directory.resolve(Layout.name(base, Layout.TIME_INDEX)), e);
            Disk.discard(directory.resolve(Layout.name(base, Layout.INDEX)), e);
            Disk.discard(log, e);
            throw e;
        }
        return new FileSegment(pool, directory, base, 0);
    }

    /** Creates empty index files, in place of whatever has their names. */
    static void createIndexes(Path directory, long base) throws IOException {
        for (String suffix : new String[] {Layout.INDEX, Layout.TIME_INDEX}) {
            Disk.write(directory.resolve(Layout.name(base, suffix)), ByteBuffer.allocate(0), false);
        }
    }

    /** Forgets the indexes' content, to be built anew from the log. */
    void clearIndexes() throws IOException {
        offsets.truncate(0);
        times.truncate(0);
        maxTimestamp = -1;
        sinceIndexed = 0;
    }

    /** Gives the files to nobody any more, without touching them on disk. */
    void retire() {
        log.retire();
        offsets.file().retire();
        times.file().retire();
    }

    /**
     * Takes the segment's name away and frees its space when the last reader has left. The names are durable when the directory is
     * forced.
     */
    void remove() {
        retire(); // first, so that no reader looks for a file that has lost its name
        Path path = log.path();
        Path gone = path.resolveSibling(path.getFileName() + Layout.DELETED);
        try {
            Files.deleteIfExists(offsets.file().path());
            Files.deleteIfExists(times.file().path());
            if (Files.exists(path)) {
                Disk.rename(path, gone);
            }
        } catch (IOException e) {
            throw Disk.writeFailure("removing a segment", path, e);
        }
        log.whenUnused(() -> unlink(gone));
    }

    private static void unlink(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("{} cannot be deleted: {}; the next start tries again", file, e.getMessage());
        }
    }
}

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
    private final FilePartition partition;
    private volatile int bytes;
    private volatile long maxTimestamp = UNKNOWN;
    /** Made when first needed: most segments lie idle, and there are many. */
    private volatile SegmentFiles files;

    /** The writer's place; null while nobody writes. */
    private Tail tail;

    private boolean retired;
    private boolean damageSaid;

    /** What the writer remembers of the batches so far. */
    private static final class Tail {
        private long offsetOfMaxTimestamp;
        private long firstTimestamp = UNKNOWN;
        private long sinceIndexed;
    }

    /** @param bytes length of the batches in the log file, which exists */
    FileSegment(FilePartition partition, long base, int bytes) {
        this.partition = partition;
        this.base = base;
        this.bytes = bytes;
    }

    private SegmentFiles files() {
        SegmentFiles known = files;
        return known != null ? known : makeFiles();
    }

    private synchronized SegmentFiles makeFiles() {
        if (files == null) {
            SegmentFiles made = new SegmentFiles(partition, base);
            if (retired) {
                made.retire();
            }
            files = made;
        }
        return files;
    }

    PooledFile log() {
        return files().log();
    }

    OffsetIndex offsets() {
        return files().offsets();
    }

    TimeIndex times() {
        return files().times();
    }

    /** Closes the files and forgets what is known of them, unless they wait to be forced. Only while nobody else has the segment. */
    synchronized void rest() {
        if (files != null && !files.isDirty()) {
            files.retire();
            files = null;
        }
    }

    private Tail tail() {
        if (tail == null) {
            tail = new Tail();
        }
        return tail;
    }

    int bytes() {
        return bytes;
    }

    /** @return largest timestamp in ms since the epoch, or -1 */
    long maxTimestamp() {
        long known = maxTimestamp;
        if (known == UNKNOWN) {
            known = files == null ? TimeIndex.lastTimestamp(partition.directory(), base) : UNKNOWN;
            if (known == UNKNOWN) {
                known = times().lastTimestamp();
            }
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
                || offsets().isFull(limits.indexMaxBytes())
                || times().isFull(limits.indexMaxBytes());
    }

    private long firstTimestamp() {
        if (tail().firstTimestamp == UNKNOWN) {
            tail().firstTimestamp = reading(cursor -> cursor.onBatch() ? cursor.maxTimestamp() : -1L, 0, bytes);
        }
        return tail().firstTimestamp;
    }

    /** Writes a run at the end. When this throws, the segment is as it was. */
    void append(BatchRun run, SegmentLimits limits, Runnable written) {
        int at = bytes;
        int size = run.bytes().remaining();
        FileChannel channel;
        try {
            channel = log().acquire();
        } catch (IOException e) {
            throw Disk.writeFailure("opening", log().path(), e);
        }
        try {
            log().dirty();
            Disk.writeFully(channel, run.bytes().duplicate(), at);
            log().dirty();
        } catch (IOException e) {
            cutBack(at, e);
            throw Disk.writeFailure("appending " + size + " bytes at " + at, log().path(), e);
        } finally {
            log().release();
        }
        written.run();
        index(run, at, limits);
        bytes = at + size;
    }

    /** Takes a torn append away, so that recovery can never mistake it for a whole one. */
    private void cutBack(int to, IOException why) {
        boolean interrupted = Thread.interrupted(); // it closes channels, and may be why the append failed
        try {
            FileChannel channel = log().acquire();
            try {
                if (channel.size() > to) { // a file system gone read-only has taken nothing, and would refuse to cut
                    channel.truncate(to);
                }
            } finally {
                log().release();
            }
        } catch (IOException e) {
            e.addSuppressed(why);
            throw new BrokenException("cutting a torn append back to byte " + to + " failed at " + log().path(), e);
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
            tail().firstTimestamp = timestamp;
        }
        if (timestamp > maxTimestamp()) {
            maxTimestamp = timestamp;
            tail().offsetOfMaxTimestamp = lastOffset;
        }
        if (tail().sinceIndexed > limits.indexIntervalBytes() && !offsets().isFull(limits.indexMaxBytes())) {
            try {
                times().append(
                                maxTimestamp,
                                tail().offsetOfMaxTimestamp); // first: an entry more does no harm, one less would
                offsets().append(lastOffset, position);
                tail().sinceIndexed = 0;
            } catch (IOException e) {
                LOG.debug(
                        "No entry for offset {} in the indexes of {}; the next batch gets one",
                        lastOffset,
                        log().path(),
                        e);
            }
        }
        tail().sinceIndexed += size;
    }

    /** Completes the time index: its last entry is the segment's largest timestamp. */
    void seal() throws IOException {
        times().append(maxTimestamp(), tail().offsetOfMaxTimestamp);
    }

    /** {@link #seal}, or where that fails does without the time index, which the next start then builds anew. */
    void sealIfPossible() {
        try {
            seal();
        } catch (IOException e) {
            times().distrust("it cannot be completed: " + e.getMessage());
        }
    }

    /** Takes a region for a reader, who keeps the file open by it. */
    BatchSlice slice(int from, int to) {
        try {
            return new FileSlice(log(), log().acquire(), from, to - from);
        } catch (IOException e) {
            throw Disk.readFailure("opening", log().path(), e);
        }
    }

    @FunctionalInterface
    interface Check<T> {
        T by(LogScan scan) throws IOException;
    }

    /** Holds batches against their checksums. */
    <T> T checking(Check<T> check, int limit) {
        try {
            FileChannel channel = log().acquire();
            try {
                return check.by(new LogScan(channel, limit));
            } finally {
                log().release();
            }
        } catch (IOException e) {
            throw Disk.readFailure("checking", log().path(), e);
        }
    }

    @FunctionalInterface
    interface Look<T> {
        T at(BatchCursor cursor);
    }

    /** Looks at the batches between two boundaries. */
    <T> T reading(Look<T> look, int from, int to) {
        try {
            FileChannel channel = log().acquire();
            try {
                return look.at(BatchCursor.open(log(), channel, from, to));
            } finally {
                log().release();
            }
        } catch (IOException e) {
            throw Disk.readFailure("opening", log().path(), e);
        }
    }

    /** Makes the batches durable, and with a sealed segment its indexes: they are not looked into after a crash. */
    void force(boolean sealed) throws IOException {
        if (log().isDirty()) {
            long mark = log().mark();
            FileChannel channel = log().acquire();
            try {
                Disk.force(channel, false);
            } finally {
                log().release();
            }
            log().clean(mark);
        }
        if (sealed) {
            forceIndexes();
        }
    }

    void forceIndexes() throws IOException {
        offsets().force();
        times().force();
    }

    /** Says once where the segment is damaged, and where it is sound again. */
    void sayDamaged(String damage, long sound) {
        if (!damageSaid) {
            damageSaid = true;
            LOG.warn("{}; what is sound goes on at byte {}", damage, sound);
        }
    }

    /** Sets where batches end in the log file. */
    void bytes(int bytes) {
        this.bytes = bytes;
    }

    /** Counts from here on what lies between two index entries. */
    void indexedUpTo(int position) {
        tail().sinceIndexed = position - offsets().lastPosition();
    }

    /** Gives the next batch an index entry, whatever the interval. */
    void indexNext() {
        tail().sinceIndexed = Integer.MAX_VALUE;
    }

    /**
     * Takes up after the last index entry where the segment was left.
     *
     * @return offset after the last batch
     * @throws StorageException CORRUPT if the entry does not point at its batch, or what follows is not a row of whole batches up to
     *     {@link #bytes}
     */
    long resume() {
        int from = offsets().lastPosition();
        return reading(
                cursor -> {
                    long next = base;
                    if (from > 0
                            && (!cursor.onBatch()
                                    || cursor.lastOffset() != offsets().lastOffset())) {
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
                            tail().offsetOfMaxTimestamp = cursor.lastOffset();
                        }
                        cursor.advance();
                    }
                    tail().sinceIndexed = bytes - from;
                    return next;
                },
                from,
                bytes);
    }

    /** @return largest timestamp of the batches from the first on, up to where they stop making sense, or -1 */
    long newestTimestamp() {
        return reading(
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
                offsets().lastPosition(),
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
                            SegmentSearch.stepOver(this, cursor, Long.MAX_VALUE, e);
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
    static FileSegment create(FilePartition partition, long base, Runnable afterLog) throws IOException {
        Path directory = partition.directory();
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
        return new FileSegment(partition, base, 0);
    }

    /** Creates empty index files, in place of whatever has their names. */
    static void createIndexes(Path directory, long base) throws IOException {
        for (String suffix : new String[] {Layout.INDEX, Layout.TIME_INDEX}) {
            Disk.write(directory.resolve(Layout.name(base, suffix)), ByteBuffer.allocate(0), false);
        }
    }

    /** Forgets the indexes' content, to be built anew from the log. */
    void clearIndexes() throws IOException {
        offsets().truncate(0);
        times().truncate(0);
        maxTimestamp = -1;
        tail().sinceIndexed = 0;
    }

    /** Gives the files to nobody any more, without touching them on disk. */
    synchronized void retire() {
        retired = true;
        if (files != null) {
            files.retire();
        }
    }

    /**
     * Takes the segment's name away and frees its space when the last reader has left. The names are durable when the directory is
     * forced.
     */
    void remove() {
        retire(); // first, so that no reader looks for a file that has lost its name
        Path path = log().path();
        Path gone = path.resolveSibling(path.getFileName() + Layout.DELETED);
        try {
            Files.deleteIfExists(offsets().file().path());
            Files.deleteIfExists(times().file().path());
            if (Files.exists(path)) {
                Disk.rename(path, gone);
            }
        } catch (IOException e) {
            throw Disk.writeFailure("removing a segment", path, e);
        }
        log().whenUnused(() -> unlink(gone));
    }

    private static void unlink(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("{} cannot be deleted: {}; the next start tries again", file, e.getMessage());
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import io.varve.core.spi.BatchSlice;
import io.varve.file.disk.DirectorySpace;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileNames;
import io.varve.file.disk.PartitionDirectory;
import io.varve.file.disk.PooledFile;
import io.varve.file.disk.UninterruptibleFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens, forces and removes the files of one segment, a log file and its two indexes, and keeps where its
 * batches end. Batches lie in the log one after another; bytes past {@link #bytes} belong to no batch. One
 * writer; readers stay below the end that the partition has published.
 */
public final class FileSegment {
    private static final Logger LOG = LoggerFactory.getLogger(FileSegment.class);

    /** The segment's base offset, which is in the names of its files. */
    public final long base;

    private final PartitionDirectory directory;
    private volatile int bytes;
    private final LazyLong maxTimestamp = new LazyLong();
    private final LazyLong lastAppendMs = new LazyLong();
    /** True while the file's time of modification is not that of the last append; used by the writer only. */
    private boolean lastAppendUnsaved;

    /** Created when first needed: there are many segments, and most are idle. */
    private volatile SegmentFiles files;

    /** Created when first needed, by the writer. */
    private SegmentWriter writer;

    /** True if the index files were created for this segment, and no entry can be in them. */
    private boolean hasNewIndexes;

    private boolean retired;
    private boolean damageLogged;

    /** @param bytes bytes of batches in the log file, which exists */
    public FileSegment(PartitionDirectory directory, long base, int bytes) {
        this.directory = directory;
        this.base = base;
        this.bytes = bytes;
    }

    /** @return a segment whose log and indexes were just created, and are empty */
    static FileSegment created(PartitionDirectory directory, long base) {
        FileSegment segment = new FileSegment(directory, base, 0);
        segment.hasNewIndexes = true;
        return segment;
    }

    private SegmentFiles files() {
        SegmentFiles known = files;
        return known != null ? known : makeFiles();
    }

    private synchronized SegmentFiles makeFiles() {
        if (files == null) {
            SegmentFiles made = new SegmentFiles(directory, base, hasNewIndexes);
            if (retired) {
                made.retire();
            }
            files = made;
        }
        return files;
    }

    /** @return the file of batches */
    public PooledFile log() {
        return files().log();
    }

    /** @return the offset index */
    public OffsetIndex offsets() {
        return files().offsets();
    }

    /** @return the time index */
    public TimeIndex times() {
        return files().times();
    }

    /**
     * Closes the files and forgets their state, unless they wait to be forced. No other thread may use the
     * segment meanwhile.
     */
    public synchronized void forgetFiles() {
        if (files != null && !files.isDirty()) {
            files.retire();
            files = null;
            hasNewIndexes = false;
        }
    }

    /** @return the segment's writer; for one thread at a time */
    public SegmentWriter writer() {
        if (writer == null) {
            writer = new SegmentWriter(this);
        }
        return writer;
    }

    /** @return end of the batches in the log file, in bytes, exclusive */
    public int bytes() {
        return bytes;
    }

    /** @return largest timestamp in ms since the epoch, or -1 */
    public long maxTimestamp() {
        return maxTimestamp.get(
                one -> one.bytes == 0 ? -1 : new SegmentTimes(one).newest().timestamp(), this);
    }

    /**
     * Returns when a batch was last appended, in ms since the epoch, or -1. Until this process appends, that
     * is the file's time of modification, which {@link #saveLastAppend} sets.
     */
    public long lastAppendMs() {
        return lastAppendMs.get(one -> one.bytes == 0 ? -1 : Disk.modifiedMs(one.path()), this);
    }

    /** Sets when a batch was last appended, in ms since the epoch. */
    public void lastAppendMs(long ms) {
        lastAppendMs.set(ms);
        lastAppendUnsaved = true;
    }

    /**
     * Sets the file's time of modification to the time of the last append. Where that fails, the file keeps
     * the time of its last write.
     */
    public void saveLastAppend() {
        if (lastAppendUnsaved && bytes > 0) {
            Disk.setModifiedMs(path(), lastAppendMs());
            lastAppendUnsaved = false;
        }
    }

    /** @return the path of the log; does not create {@link #files} */
    private Path path() {
        return directory.file(base, FileNames.LOG);
    }

    /**
     * Returns a region for a reader. The file stays open until the region is closed.
     *
     * @param from first byte
     * @param to end, exclusive
     * @throws io.varve.core.spi.StorageException RETRY if the file cannot be opened
     * @throws io.varve.file.disk.RetiredException if the segment was replaced, truncated or removed
     */
    public BatchSlice slice(int from, int to) {
        try {
            return new FileSlice(log(), log().acquire(), from, to - from);
        } catch (IOException e) {
            throw Disk.readFailure("opening", log().path(), e);
        }
    }

    /** A check of batches by their checksums. */
    @FunctionalInterface
    public interface Verification<T> {
        T by(LogScan scan) throws IOException;
    }

    /**
     * Runs a check of batches by their checksums.
     *
     * @param limit end of the bytes to check, exclusive
     */
    public <T> T verifying(Verification<T> verification, int limit) {
        try {
            UninterruptibleFile open = log().acquire();
            try {
                return verification.by(new LogScan(open, limit));
            } finally {
                log().release();
            }
        } catch (IOException e) {
            throw Disk.readFailure("checking", log().path(), e);
        }
    }

    /** A scan of batch headers. */
    @FunctionalInterface
    public interface HeaderScan<T> {
        T at(BatchCursor cursor);
    }

    /**
     * Scans the headers of the batches between two batch boundaries.
     *
     * @param from first byte
     * @param to end, exclusive
     */
    public <T> T readingHeaders(HeaderScan<T> scan, int from, int to) {
        try {
            UninterruptibleFile open = log().acquire();
            try {
                return scan.at(BatchCursor.open(log(), open, from, to));
            } finally {
                log().release();
            }
        } catch (IOException e) {
            throw Disk.readFailure("opening", log().path(), e);
        }
    }

    /** Makes the batches durable, and a sealed segment's indexes: no start verifies those after a crash. */
    public void force(boolean sealed) throws IOException {
        if (log().isDirty()) {
            long mark = log().mark();
            UninterruptibleFile open = log().acquire();
            try {
                open.force(false);
            } finally {
                log().release();
            }
            log().markClean(mark);
        }
        if (sealed) {
            forceIndexes();
        }
    }

    /** Makes the indexes survive a power cut. */
    public void forceIndexes() throws IOException {
        offsets().force();
        times().force();
    }

    /** As {@link DirectorySpace#withReserve(DirectorySpace.Write)}. */
    public void withReserve(DirectorySpace.Write write) throws IOException {
        directory.withReserve(write);
    }

    /**
     * Logs where the segment is damaged, and where sound batches go on; only the first damage of a segment.
     */
    void logDamage(String damage, long sound) {
        if (!damageLogged) {
            damageLogged = true;
            LOG.warn("{}; what is sound goes on at byte {}", damage, sound);
        }
    }

    /**
     * @return an offset to search a timestamp from: every batch before the one that holds it is older than
     *     {@code timestamp}
     */
    public long floor(long timestamp) {
        return new SegmentTimes(this).floor(timestamp);
    }

    /** Sets the largest timestamp, in ms since the epoch, or -1. */
    public void maxTimestamp(long timestamp) {
        maxTimestamp.set(timestamp);
    }

    /** Sets the end of the batches in the log file, in bytes, exclusive. */
    public void bytes(int bytes) {
        this.bytes = bytes;
    }

    /** Retires the files: they cannot be acquired any more. The files on disk stay as they are. */
    public synchronized void retire() {
        retired = true;
        if (files != null) {
            files.retire();
        }
    }

    /** Closes the files that are neither in use nor dirty; they are opened again when needed. */
    public synchronized void closeIdleFiles() {
        if (files != null) {
            files.closeIdle();
        }
    }

    /** Removes the segment without a delay. */
    public void remove() {
        remove(0);
    }

    /**
     * Removes the segment: renames its log, and deletes it when the last reader has left, but not before the
     * delay. The change of names is durable when the directory is forced.
     *
     * @param delayMs min time for which the log stays under its new name, in ms
     */
    public void remove(long delayMs) {
        retire(); // first, so that no reader opens a file that has lost its name
        Path path = log().path();
        Path gone = path.resolveSibling(path.getFileName() + FileNames.DELETED);
        try {
            Files.deleteIfExists(offsets().file().path());
            Files.deleteIfExists(times().file().path());
            if (Files.exists(path)) {
                log().move(gone, name -> renameAway(path, name));
            }
        } catch (IOException e) {
            throw Disk.writeFailure("removing a segment", path, e);
        }
        log().whenUnused(() -> directory.drop(gone, delayMs));
    }

    /** Renames a log, or deletes it where the directory has no space for another name. */
    private static void renameAway(Path path, Path gone) throws IOException {
        try {
            Disk.rename(path, gone);
        } catch (IOException e) {
            LOG.debug("{} cannot be renamed, deleting it as it is", path, e);
            Files.delete(path);
        }
    }
}

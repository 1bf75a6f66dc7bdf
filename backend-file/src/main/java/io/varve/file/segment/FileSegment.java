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
 * Opens, forces and removes the files of one segment, and knows where its batches end: a log file and its two
 * indexes. Batches lie in the log one after another; bytes past {@link #bytes} belong to none. One writer;
 * readers stay below the end that the partition has published.
 */
public final class FileSegment {
    private static final Logger LOG = LoggerFactory.getLogger(FileSegment.class);

    /** The segment's base offset, which is in the names of its files. */
    public final long base;

    private final PartitionDirectory directory;
    private volatile int bytes;
    private final LazyLong maxTimestamp = new LazyLong();
    private final LazyLong lastAppendMs = new LazyLong();
    /** Its file does not tell of the last append yet; the writer's. */
    private boolean lastAppendUnsaved;

    /** Made when first needed: most segments lie idle, and there are many. */
    private volatile SegmentFiles files;

    /** Made when first needed, by the writer. */
    private SegmentWriter writer;

    private boolean retired;
    private boolean damageLogged;

    /** @param bytes length of the batches in the log file, which exists */
    public FileSegment(PartitionDirectory directory, long base, int bytes) {
        this.directory = directory;
        this.base = base;
        this.bytes = bytes;
    }

    private SegmentFiles files() {
        SegmentFiles known = files;
        return known != null ? known : makeFiles();
    }

    private synchronized SegmentFiles makeFiles() {
        if (files == null) {
            SegmentFiles made = new SegmentFiles(directory, base);
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
     * Closes the files and forgets what is known of them, unless they wait to be forced. Only while no other
     * thread has the segment.
     */
    public synchronized void forgetFiles() {
        if (files != null && !files.isDirty()) {
            files.retire();
            files = null;
        }
    }

    /** @return who appends; for one thread at a time */
    public SegmentWriter writer() {
        if (writer == null) {
            writer = new SegmentWriter(this);
        }
        return writer;
    }

    /** @return where the batches end in the log file */
    public int bytes() {
        return bytes;
    }

    /** @return largest timestamp in ms since the epoch, or -1 */
    public long maxTimestamp() {
        return maxTimestamp.get(() -> bytes == 0 ? -1 : new SegmentTimes(this).newest());
    }

    /**
     * When a batch was last appended, in ms since the epoch, or -1. While nothing is appended the file's time
     * of modification tells; it is the clock's own once {@link #saveLastAppend} has set it.
     */
    public long lastAppendMs() {
        return lastAppendMs.get(() -> bytes == 0 ? -1 : Disk.modifiedMs(path()));
    }

    /** Sets when a batch was last appended, in ms since the epoch. */
    public void lastAppendMs(long ms) {
        lastAppendMs.set(ms);
        lastAppendUnsaved = true;
    }

    /**
     * Leaves word of the last append in the file's time of modification. What cannot be noted is told by the
     * time of the last write.
     */
    public void saveLastAppend() {
        if (lastAppendUnsaved && bytes > 0) {
            Disk.setModifiedMs(path(), lastAppendMs());
            lastAppendUnsaved = false;
        }
    }

    /** Where the log lies, without anything being made for its use. */
    private Path path() {
        return directory.file(base, FileNames.LOG);
    }

    /** Takes a region for a reader, who keeps the file open by it. */
    public BatchSlice slice(int from, int to) {
        try {
            return new FileSlice(log(), log().acquire(), from, to - from);
        } catch (IOException e) {
            throw Disk.readFailure("opening", log().path(), e);
        }
    }

    /** What to verify in a segment's log. */
    @FunctionalInterface
    public interface Verification<T> {
        T by(LogScan scan) throws IOException;
    }

    /** Verifies batches by their checksums. */
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

    /** What to find out from a segment's batch headers. */
    @FunctionalInterface
    public interface HeaderScan<T> {
        T at(BatchCursor cursor);
    }

    /** Looks at the batches between two boundaries. */
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

    /**
     * Makes the batches durable, and with a sealed segment its indexes: they are not looked into after a
     * crash.
     */
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

    /** Makes what was written to the indexes survive a power cut. */
    public void forceIndexes() throws IOException {
        offsets().force();
        times().force();
    }

    /** As {@link DirectorySpace#withReserve(DirectorySpace.Write)}. */
    public void withReserve(DirectorySpace.Write write) throws IOException {
        directory.withReserve(write);
    }

    /** Says once where the segment is damaged, and where it is sound again. */
    void logDamage(String damage, long sound) {
        if (!damageLogged) {
            damageLogged = true;
            LOG.warn("{}; what is sound goes on at byte {}", damage, sound);
        }
    }

    /**
     * @return an offset such that every batch before the one that holds it is older than {@code timestamp}
     */
    public long floor(long timestamp) {
        return new SegmentTimes(this).floor(timestamp);
    }

    /** Sets the largest timestamp, in ms since the epoch, or -1. */
    public void maxTimestamp(long timestamp) {
        maxTimestamp.set(timestamp);
    }

    /** Sets where batches end in the log file. */
    public void bytes(int bytes) {
        this.bytes = bytes;
    }

    /** Gives the files out no more, without touching them on disk. */
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

    /** As {@link #remove(long)}, at once. */
    public void remove() {
        remove(0);
    }

    /**
     * Takes the segment's name away and frees its space when the last reader has left, but no sooner than the
     * delay says. The names are durable when the directory is forced.
     *
     * @param delayMs how long the log's file is to stay under another name, in ms
     */
    public void remove(long delayMs) {
        retire(); // first, so that no reader looks for a file that has lost its name
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

    /**
     * A directory without space for another name need not take one, except where files in use cannot be
     * deleted.
     */
    private static void renameAway(Path path, Path gone) throws IOException {
        try {
            Disk.rename(path, gone);
        } catch (IOException e) {
            LOG.debug("{} cannot be renamed, deleting it as it is", path, e);
            Files.delete(path);
        }
    }
}

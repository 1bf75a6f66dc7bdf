// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import io.varve.file.disk.Disk;
import io.varve.file.disk.FileNames;
import io.varve.file.disk.PartitionDirectory;
import io.varve.file.disk.UninterruptibleFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Truncates a segment and its indexes at a batch boundary. Readers of the segment keep their bytes: if its
 * log is in use, a shorter copy takes its name.
 */
public final class SegmentTruncation {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentTruncation.class);
    /** Bytes copied at a time. */
    private static final int CHUNK = 1 << 18;

    private final PartitionDirectory directory;
    private final FileSegment old;
    private final Path log;

    /** @param old the segment; {@link #run} retires its files */
    public SegmentTruncation(PartitionDirectory directory, FileSegment old) {
        this.directory = directory;
        this.old = old;
        this.log = directory.file(old.base, FileNames.LOG);
    }

    /**
     * Truncates the segment; the log is durable on return.
     *
     * @param bytes end of the last batch that is kept, exclusive
     * @param end offset after that batch
     * @param unique a number that no other truncation in the directory has used; names the file that readers
     *     keep
     * @return the segment that replaces the old one
     * @throws IOException if it failed; the files may be half truncated
     */
    public FileSegment run(int bytes, long end, long unique) throws IOException {
        long lastAppendMs = old.lastAppendMs();
        old.writer().writeIndexesIfPossible(); // the segment that replaces this one reads them
        old.offsets().file().retire();
        old.times().file().retire();
        boolean unread = old.log().retire();
        if (!unread) {
            keepForReaders(unique);
            Path copy = log.resolveSibling(log.getFileName() + FileNames.TEMPORARY);
            copyHead(copy, bytes);
            Files.move(copy, log, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        FileSegment shortened = new FileSegment(directory, old.base, bytes);
        UninterruptibleFile open = shortened.log().acquire();
        try {
            open.truncate(bytes);
            open.force(true);
        } finally {
            shortened.log().release();
        }
        shortened.offsets().keepBelow(end, bytes);
        shortened.times().keepBelow(end);
        shortened.writer().resume();
        shortened.lastAppendMs(bytes == 0 ? -1 : lastAppendMs);
        shortened.saveLastAppend();
        return shortened;
    }

    /** Links the log to a second name, so that its readers can open it again after an interrupt. */
    private void keepForReaders(long unique) {
        Path gone = log.resolveSibling(log.getFileName() + "." + unique + FileNames.DELETED);
        try {
            old.log().move(gone, name -> Files.createLink(name, log));
            old.log().whenUnused(() -> directory.drop(gone, 0));
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("{} has no other name while it is read: an interrupt may end that", log, e);
        }
    }

    private void copyHead(Path to, int bytes) throws IOException {
        try (UninterruptibleFile source = UninterruptibleFile.open(log, StandardOpenOption.READ);
                UninterruptibleFile target = UninterruptibleFile.open(
                        to, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer chunk = ByteBuffer.allocateDirect(Math.min(CHUNK, bytes));
            for (int at = 0; at < bytes; at += chunk.limit()) {
                chunk.clear().limit(Math.min(chunk.capacity(), bytes - at));
                if (Disk.read(source, chunk, at) < chunk.limit()) {
                    throw new EOFException(log + " ends before byte " + bytes);
                }
                Disk.writeFully(target, chunk.flip(), at);
            }
            target.force(true);
        }
    }
}

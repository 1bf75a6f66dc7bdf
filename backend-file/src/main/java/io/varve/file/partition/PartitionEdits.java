// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.FileNames;
import io.varve.file.disk.ForceFailedException;
import io.varve.file.disk.UninterruptibleFile;
import io.varve.file.segment.FileSegment;
import io.varve.file.segment.SegmentSearch;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trims and truncates a partition. Called with its monitor held. The order of steps is such that a crash between any two of them leaves
 * either the partition as it was, or as it is to be; of a trim perhaps with files that nobody can see any more.
 */
final class PartitionEdits {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionEdits.class);

    /** Bytes copied at a time. */
    private static final int CHUNK = 1 << 18;

    private final FilePartition partition;
    private final long deleteDelayMs;

    /** @param limits say how long files of trimmed segments stay */
    PartitionEdits(FilePartition partition, SegmentLimits limits) {
        this.partition = partition;
        this.deleteDelayMs = limits.deleteDelayMs();
    }

    void trimTo(long start) {
        PartitionView now = partition.view();
        if (start <= now.start()) {
            return;
        }
        if (start < now.end() || now.active().base >= start) {
            trimHead(now, start);
        } else if (start == now.end()) {
            startAnew(now);
        } else {
            trimHead(now, now.active().base);
            emptyAt(start); // needs a little room, which trimming the head may just have made
        }
    }

    /**
     * Drops every batch behind a new segment at the end, which needs a name but no room for bytes: trimming everything must work when
     * the storage is full. The new name is durable first, for it tells the next offset when the others are gone.
     */
    private void startAnew(PartitionView now) {
        FileSegment only = null;
        try {
            partition.hit(FileFailPoints.EMPTY_BEFORE_CREATE);
            only = create(now.end());
            Disk.forceDirectory(partition.path());
        } catch (ForceFailedException e) {
            throw broken("emptying at " + now.end(), e);
        } catch (IOException e) {
            if (only != null) {
                only.remove();
            }
            throw Disk.writeFailure("starting a segment to empty the partition", partition.path(), e);
        }
        PartitionView empty = new PartitionView(now.end(), new FileSegment[] {only}, now.end(), 0);
        partition.publishTrimmed(empty);
        partition.durability().publish(empty, now.end());
        partition.hit(FileFailPoints.EMPTY_BEFORE_FILES);
        for (FileSegment old : now.segments()) {
            old.remove(deleteDelayMs);
        }
    }

    private FileSegment create(long base) throws IOException {
        FileSegment[] made = new FileSegment[1];
        partition.directory().withReserve(() -> made[0] = FileSegment.create(partition.directory(), base, () -> {}));
        return made[0];
    }

    private void trimHead(PartitionView now, long start) {
        int first = now.indexOf(start);
        FileSegment[] kept = Arrays.copyOfRange(now.segments(), first, now.segments().length);
        partition.publishTrimmed(new PartitionView(Math.max(start, now.start()), kept, now.end(), now.tailBytes()));
        for (int i = 0; i < first; i++) {
            now.segments()[i].remove(deleteDelayMs);
        }
    }

    void truncateTo(long end) {
        PartitionView now = partition.view();
        if (end < 0) {
            throw new StorageException(StorageException.Kind.MISUSE, partition.id() + ": truncation to " + end);
        }
        if (end >= now.end()) {
            return;
        }
        if (end <= now.start() && end != now.segments()[0].base) {
            emptyAt(end);
            return;
        }
        int last = now.indexOf(end);
        int bytes = positionOf(now, last, end);
        while (bytes == 0 && last > 0) {
            last--;
            bytes = positionOf(now, last, end);
        }
        long newEnd = endOf(now.segments()[last], bytes);
        if (newEnd <= now.start() && end > now.start()) {
            emptyAt(now.start());
            return;
        }
        try {
            cut(now, last, bytes, newEnd);
        } catch (IOException | StorageException e) {
            throw broken("truncating to " + end, e);
        }
    }

    private static int positionOf(PartitionView now, int i, long end) {
        int found = SegmentSearch.positionOf(now.segments()[i], end, now.bytesOf(i));
        return found < 0 ? now.bytesOf(i) : found;
    }

    /** @return offset after the last batch that ends at {@code bytes}, or the base when there is none */
    private static long endOf(FileSegment segment, int bytes) {
        return segment.reading(
                cursor -> {
                    long next = segment.base;
                    while (cursor.onBatch()) {
                        next = cursor.lastOffset() + 1;
                        cursor.advance();
                    }
                    return next;
                },
                bytes == 0 ? 0 : segment.offsets().floorPosition(bytes - 1),
                bytes);
    }

    private void cut(PartitionView now, int last, int bytes, long newEnd) throws IOException {
        long start = Math.min(now.start(), newEnd);
        partition.durability().promiseLess(start, newEnd);
        partition.hit(FileFailPoints.TRUNCATE_BEFORE_FILES);
        FileSegment[] kept = Arrays.copyOf(now.segments(), last + 1);
        // It happens at once, by the cut or the first removal: later segments that a crash leaves do not join on to
        // anything.
        kept[last] = shorten(kept[last], bytes, newEnd);
        partition.hit(FileFailPoints.TRUNCATE_AFTER_CUT);
        for (int i = last + 1; i < now.segments().length; i++) {
            now.segments()[i].remove();
        }
        Disk.forceDirectory(partition.path());
        partition.durability().publish(new PartitionView(start, kept, newEnd, bytes), -1);
        FileSnapshots.dropAbove(partition.path(), newEnd);
    }

    /** @return the segment without what lies past {@code bytes}; readers of the old one keep what they have */
    private FileSegment shorten(FileSegment old, int bytes, long end) throws IOException {
        Path path = old.log().path();
        long lastAppendMs = old.lastAppendMs();
        old.offsets().file().retire();
        old.times().file().retire();
        boolean unread = old.log().retire();
        if (!unread) {
            keepName(old, path);
            Path copy = path.resolveSibling(path.getFileName() + FileNames.TEMPORARY);
            copyHead(path, copy, bytes);
            Files.move(copy, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        FileSegment shortened = new FileSegment(partition.directory(), old.base, bytes);
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
        shortened.noteLastAppend();
        return shortened;
    }

    /** The file is to lose its name while it is read. Should an interrupt close it, it is found under another one. */
    private void keepName(FileSegment old, Path path) {
        Path gone =
                path.resolveSibling(path.getFileName() + "." + partition.home().nextNumber() + FileNames.DELETED);
        try {
            old.log().move(gone, name -> Files.createLink(name, path));
            old.log().whenUnused(() -> partition.directory().drop(gone, 0));
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("{} has no other name while it is read: an interrupt may end that", path, e);
        }
    }

    private static void copyHead(Path from, Path to, int bytes) throws IOException {
        try (UninterruptibleFile source = UninterruptibleFile.open(from, StandardOpenOption.READ);
                UninterruptibleFile target = UninterruptibleFile.open(
                        to, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer chunk = ByteBuffer.allocateDirect(Math.min(CHUNK, bytes));
            for (int at = 0; at < bytes; at += chunk.limit()) {
                chunk.clear().limit(Math.min(chunk.capacity(), bytes - at));
                if (Disk.read(source, chunk, at) < chunk.limit()) {
                    throw new EOFException(from + " ends before byte " + bytes);
                }
                Disk.writeFully(target, chunk.flip(), at);
            }
            target.force(true);
        }
    }

    /**
     * Drops every batch; the next offset is {@code offset}, wherever that lies. Durable on return. The commit point is a name in the
     * directory: until the checkpoints say the same, the next start goes by it.
     */
    private void emptyAt(long offset) {
        PartitionView now = partition.view();
        Path mark = partition.path().resolve(FileNames.name(offset, FileNames.EMPTIED));
        try {
            partition.directory().withReserve(() -> Files.createFile(mark));
            Disk.forceDirectory(partition.path());
            partition.durability().promiseLess(offset, offset);
        } catch (ForceFailedException e) {
            throw broken("emptying at " + offset, e);
        } catch (IOException e) {
            takeBack(mark, e);
            throw Disk.writeFailure(
                    "writing the checkpoints of an emptied partition",
                    partition.home().path(),
                    e);
        }
        try {
            partition.hit(FileFailPoints.EMPTY_BEFORE_FILES);
            for (int i = now.segments().length - 1; i >= 0; i--) {
                now.segments()[i].remove();
            }
            partition.hit(FileFailPoints.EMPTY_BEFORE_CREATE);
            FileSegment only = create(offset);
            Files.delete(mark);
            Disk.forceDirectory(partition.path());
            partition.durability().publish(new PartitionView(offset, new FileSegment[] {only}, offset, 0), offset);
            FileSnapshots.dropAbove(partition.path(), offset);
        } catch (IOException | StorageException e) {
            throw broken("emptying at " + offset, e);
        }
    }

    private void takeBack(Path mark, IOException why) {
        try {
            Files.deleteIfExists(mark);
            Disk.forceDirectory(partition.path());
        } catch (IOException e) {
            e.addSuppressed(why);
            throw broken("emptying", e);
        }
    }

    private StorageException broken(String what, Exception e) {
        return partition.durability().refuseWrites(what + " failed half way: " + e.getMessage(), e);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.file.ring;

import io.varve.core.record.Crc32c;
import io.varve.file.disk.DirectAccess;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileNames;
import io.varve.file.disk.UninterruptibleFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.BooleanSupplier;

/**
 * Writes frames to a ring, a file of fixed size whose blocks were all written before, so that a frame takes
 * one write of the device and no commit of the file system's journal. Not thread-safe.
 *
 * <pre>
 *  0 magic    int32   0x56524E47 "VRNG"
 *  4 version  int32   1
 *  8 epoch    int64   the frames of this epoch count; 0: the ring is empty
 * 16 size     int64   bytes of the file, a multiple of 4096
 * 24 crc      int32   CRC-32C of bytes 0 to 23
 * 28 zeros, to byte 4095; frames follow, each at a multiple of 4096
 * </pre>
 */
public final class RingFile implements AutoCloseable {
    /** Bytes of a block: the header and each frame take whole blocks. */
    public static final int BLOCK = 4096;

    static final int MAGIC = 0x56524E47;
    static final int VERSION = 1;
    /** Bytes of the header's fields. */
    static final int HEADER = 28;
    /** The epoch of an empty ring. */
    static final long EMPTY = 0;

    private static final int CRC = 24;
    private static final int ZEROED_AT_ONCE = 1 << 18;
    /** A frame takes at most this part of a ring. */
    private static final int FRAMES = 8;

    private final UninterruptibleFile file;
    private final RingSpace space;
    private final FrameBuffer frame;
    private final long epoch;
    private long next = 1;

    private RingFile(UninterruptibleFile file, long size, long epoch) {
        this.file = file;
        this.space = new RingSpace(BLOCK, size);
        this.frame = new FrameBuffer((int) Math.min(FrameBuffer.MAX, size / FRAMES / BLOCK * BLOCK));
        this.epoch = epoch;
        frame.clear();
    }

    /**
     * Creates an empty ring; durable on return.
     *
     * @param size bytes, a multiple of 4096
     * @param canceled is asked now and then; nothing is left of the ring when it returns true
     * @return false if it was canceled
     */
    public static boolean create(Path path, long size, BooleanSupplier canceled) throws IOException {
        Path aside = path.resolveSibling(path.getFileName() + FileNames.TEMPORARY);
        try {
            if (!fill(aside, size, canceled)) {
                Files.delete(aside);
                return false;
            }
        } catch (IOException e) {
            Disk.discard(aside, e);
            throw e;
        }
        Disk.rename(aside, path);
        Disk.forceDirectory(path.getParent());
        return true;
    }

    private static boolean fill(Path aside, long size, BooleanSupplier canceled) throws IOException {
        try (UninterruptibleFile open = UninterruptibleFile.open(
                aside, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            open.truncate(0);
            ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROED_AT_ONCE);
            for (long at = 0; at < size; at += zeros.limit()) {
                if (canceled.getAsBoolean()) {
                    return false;
                }
                zeros.clear().limit((int) Math.min(zeros.capacity(), size - at));
                Disk.writeFully(open, zeros, at);
            }
            Disk.writeFully(open, header(EMPTY, size), 0);
            open.force(true);
            return true;
        }
    }

    /**
     * Opens a ring that has nothing a start needs, and begins a new epoch in it; durable on return.
     *
     * @param epoch any number but 0 that no client can guess, so that no record can pass for a frame
     * @return null if the file is not a ring of this size
     */
    public static RingFile begin(Path path, long size, long epoch) throws IOException {
        RingHeader header = RingHeader.read(path);
        if (header == null || header.size() != size || Files.size(path) != size) {
            return null;
        }
        UninterruptibleFile direct = DirectAccess.open(path, BLOCK, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
        UninterruptibleFile file = direct != null
                ? direct
                : UninterruptibleFile.open(path, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
        try {
            Disk.writeFully(file, header(epoch, size), 0);
        } catch (IOException e) {
            file.close();
            throw e;
        }
        return new RingFile(file, size, epoch);
    }

    /**
     * Empties a ring; durable on return.
     *
     * @return false if there is none, or the file is not a ring: then it is unchanged
     */
    public static boolean empty(Path path) throws IOException {
        RingHeader header = RingHeader.read(path);
        if (header != null && header.epoch() != EMPTY) {
            try (UninterruptibleFile open =
                    UninterruptibleFile.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                Disk.writeFully(open, header(EMPTY, header.size()), 0);
                open.force(false);
            }
        }
        return header != null;
    }

    private static ByteBuffer header(long epoch, long size) {
        ByteBuffer block = DirectAccess.buffer(BLOCK, BLOCK);
        block.putInt(0, MAGIC).putInt(4, VERSION).putLong(8, epoch).putLong(16, size);
        return block.putInt(CRC, Crc32c.of(block, 0, CRC));
    }

    static int roundedUp(int bytes) {
        return (bytes + BLOCK - 1) / BLOCK * BLOCK;
    }

    /** @return the frame that {@link #write} writes next; empty at first */
    public FrameBuffer frame() {
        return frame;
    }

    /** @return the sequence of the frame that {@link #write} writes next */
    public long next() {
        return next;
    }

    /** @return bytes of the frames that a start would read */
    public long used() {
        return space.used();
    }

    /**
     * Tells whether there is space for the frame.
     *
     * @param spare blocks that must stay free behind it, for frames that cannot wait
     * @return false if frames must first be given up, by a frame that names a newer one the oldest
     */
    public boolean hasSpace(int spare) {
        return space.find(frame.sizeInRing(), spare * BLOCK) >= 0;
    }

    /**
     * Writes the frame, for which there {@link #hasSpace is space}; durable on return. Then it is empty.
     *
     * @param oldest sequence of the oldest frame that a start must read, at most {@link #next}
     * @throws IOException if it may not be durable: the ring must not be used any more
     */
    public void write(long oldest) throws IOException {
        int bytes = frame.sizeInRing();
        long at = space.find(bytes, 0);
        Disk.writeFully(file, frame.finish(epoch, next, oldest), at);
        space.place(next, at, bytes);
        space.release(oldest); // not before: what a torn frame has overwritten must not be needed
        next++;
        frame.clear();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.file.ring;

import io.varve.file.disk.Disk;
import io.varve.file.disk.UninterruptibleFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Reads the frames of a ring that a start needs: from the oldest that the newest one names to the newest.
 * Every length is checked before it is used. One thread.
 */
public final class RingContent {
    /** A sound frame. */
    private record Frame(long sequence, long oldest, long at, int length) {}

    /** Takes the entries of a ring, oldest first. */
    @FunctionalInterface
    public interface EntryVisitor {
        /**
         * Takes an entry.
         *
         * @param sequence of its frame
         */
        void entry(long sequence, RingEntry entry) throws IOException;
    }

    private final Path path;
    /** Holds one frame; all reads of the ring share it. */
    private final ByteBuffer buffer;

    private final List<Frame> frames = new ArrayList<>();
    private String damage = "";

    private RingContent(Path path, int frameBytes) {
        this.path = path;
        this.buffer = ByteBuffer.allocateDirect(frameBytes);
    }

    /** Finds the frames of a ring; none if the file is absent or the ring is empty. */
    public static RingContent read(Path path) throws IOException {
        RingHeader header = RingHeader.read(path);
        boolean isUsed = header != null && header.epoch() != RingFile.EMPTY;
        RingContent content = new RingContent(path, isUsed ? FrameBuffer.MAX : 0);
        if (isUsed) {
            content.find(header.epoch());
            content.keepNeeded();
        } else if (header == null && Files.exists(path)) {
            content.damage = "its header is not sound, so nothing in it can be used";
        }
        return content;
    }

    /** @return true if there is nothing that a start must write to logs */
    public boolean isEmpty() {
        return frames.isEmpty();
    }

    /** @return what is wrong with the ring, or an empty text */
    public String damage() {
        return damage;
    }

    private void find(long epoch) throws IOException {
        try (UninterruptibleFile open = UninterruptibleFile.open(path, StandardOpenOption.READ)) {
            long size = open.size();
            for (long at = RingFile.BLOCK; at < size; ) {
                Frame frame = frameAt(open, at, epoch);
                if (frame == null) {
                    at += RingFile.BLOCK;
                } else {
                    frames.add(frame);
                    at += RingFile.roundedUp(FrameBuffer.HEADER + frame.length);
                }
            }
        }
    }

    /** @return the sound frame that begins at a position, its bytes in the buffer; or null */
    private Frame frameAt(UninterruptibleFile open, long at, long epoch) throws IOException {
        buffer.clear().limit(FrameBuffer.HEADER);
        if (Disk.read(open, buffer, at) < FrameBuffer.HEADER) {
            return null;
        }
        int length = buffer.getInt(FrameBuffer.LENGTH);
        boolean plausible = buffer.getInt(0) == FrameBuffer.MAGIC
                && buffer.getInt(4) == FrameBuffer.VERSION
                && buffer.getLong(8) == epoch
                && length >= 0
                && length <= buffer.capacity() - FrameBuffer.HEADER;
        if (!plausible) {
            return null;
        }
        int end = FrameBuffer.HEADER + length;
        buffer.limit(end);
        if (Disk.read(open, buffer, at + FrameBuffer.HEADER) < length
                || FrameBuffer.checksum(buffer, end) != buffer.getInt(FrameBuffer.CRC)) {
            return null;
        }
        return new Frame(buffer.getLong(16), buffer.getLong(24), at, length);
    }

    /**
     * Drops the frames that were given up. A frame that is missing among the others has rotted: those before
     * it are dropped as well, for it may have said that they no longer count.
     */
    private void keepNeeded() {
        frames.sort(Comparator.comparingLong(Frame::sequence));
        if (frames.isEmpty()) {
            return;
        }
        Frame newest = frames.get(frames.size() - 1);
        int from = frames.size() - 1;
        while (from > 0
                && frames.get(from - 1).sequence == frames.get(from).sequence - 1
                && frames.get(from).sequence > newest.oldest) {
            from--;
        }
        long first = frames.get(from).sequence;
        if (first > newest.oldest) {
            damage = "frame " + (first - 1) + " is not sound: it and those before it, back to " + newest.oldest
                    + ", cannot be used";
        }
        frames.subList(0, from).clear();
    }

    /**
     * Reads all entries, oldest first; may be called again. An entry's bytes are valid until the visitor
     * returns.
     *
     * @throws IOException if the file cannot be read, or a sound frame has other content than entries
     */
    public void visit(EntryVisitor visitor) throws IOException {
        if (frames.isEmpty()) {
            return;
        }
        try (UninterruptibleFile open = UninterruptibleFile.open(path, StandardOpenOption.READ)) {
            for (Frame frame : frames) {
                buffer.clear().limit(frame.length);
                if (Disk.read(open, buffer, frame.at + FrameBuffer.HEADER) < frame.length) {
                    throw new IOException(path + " has become shorter");
                }
                buffer.flip();
                while (buffer.hasRemaining()) {
                    visitor.entry(frame.sequence, entry(frame));
                }
            }
        }
    }

    private RingEntry entry(Frame frame) throws IOException {
        try {
            return RingEntry.read(buffer);
        } catch (IllegalArgumentException e) {
            throw new IOException(path + ": frame " + frame.sequence + " at byte " + frame.at + " has no entries", e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import io.varve.file.disk.PooledFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Finds batches of a segment by offset: maps the last offsets of some batches to their positions in the log.
 * One entry, big-endian, as Kafka's:
 *
 * <pre>
 * 0 offset    int32  last offset of the batch, minus the segment's base
 * 4 position  int32  first byte of the batch in the log
 * </pre>
 */
public final class OffsetIndex {
    /** Bytes of an entry. */
    public static final int ENTRY = 8;

    private final IndexFile entries;
    private final long base;
    /**
     * The last entry, its offset in the upper half, or -1 when not known: reads at the end of the log need no
     * other.
     */
    private volatile long last = -1;

    /** @param isNew true if the file was just created */
    OffsetIndex(PooledFile file, long base, boolean isNew) {
        this.entries = new IndexFile(file, ENTRY, List.of(OffsetIndex::offsetField, OffsetIndex::positionField), isNew);
        this.base = base;
    }

    /** @return position of the last indexed batch whose last offset is at most {@code offset}, or 0 */
    int floor(long offset) {
        long relative = offset - base;
        long known = last;
        if (known >= 0 && relative >= known >>> 32 && entries.count() > 0) {
            return (int) known;
        }
        int found = entries.floor(OffsetIndex::offsetField, relative);
        return found < 0 ? 0 : position(found);
    }

    /** @return the last indexed position that is at most {@code position}, or 0 */
    public int floorPosition(int position) {
        long known = last;
        if (known >= 0 && position >= (int) known && entries.count() > 0) {
            return (int) known;
        }
        int found = entries.floor(OffsetIndex::positionField, position);
        return found < 0 ? 0 : position(found);
    }

    void append(long lastOffset, int position) {
        long relative = lastOffset - base;
        int before = entries.count();
        entries.append(entries.blank().putInt((int) relative).putInt(position));
        if (entries.count() > before) {
            last = relative << 32 | position;
        }
    }

    boolean isFull(int maxBytes) {
        return entries.count() >= maxBytes / ENTRY;
    }

    /**
     * Drops the first wrong entry and all entries after it. An entry is wrong if it breaks the order, lies
     * outside the log, or belongs to a batch at or above {@code end}.
     *
     * @param length bytes in the log
     */
    public void keepBelow(long end, long length) throws IOException {
        ByteBuffer all = entries.content();
        long offset = -1;
        long position = 0;
        int kept = 0;
        while (all.remaining() >= ENTRY) {
            long nextOffset = all.getInt();
            long nextPosition = all.getInt();
            if (nextOffset <= offset
                    || nextPosition <= position
                    || nextPosition >= length
                    || base + nextOffset >= end) {
                break;
            }
            offset = nextOffset;
            position = nextPosition;
            kept++;
        }
        truncate(kept);
    }

    /** @return position of the last indexed batch, or 0 */
    public int lastPosition() {
        int count = entries.count();
        return count == 0 ? 0 : position(count - 1);
    }

    /** @return last offset of the last indexed batch; the base minus 1 when there is none */
    public long lastOffset() {
        int count = entries.count();
        return count == 0 ? base - 1 : base + entries.get(count - 1, OffsetIndex::offsetField);
    }

    /** Drops the last entry; there must be one. */
    public void dropLast() throws IOException {
        truncate(entries.count() - 1);
    }

    private int position(int i) {
        return (int) entries.get(i, OffsetIndex::positionField);
    }

    void truncate(int count) throws IOException {
        last = -1;
        entries.truncate(count);
    }

    /** @return number of entries that are in memory only */
    int unwritten() {
        return entries.unwritten();
    }

    /** Writes the entries in memory to the file. When this throws, they are still in memory. */
    void write() throws IOException {
        entries.write();
    }

    void force() throws IOException {
        entries.force();
    }

    void distrust(String why) {
        entries.distrust(why);
    }

    /** @return true if it has entries that were not forced, or is not trusted */
    boolean isDirty() {
        return entries.isDirty();
    }

    /** @return the index's file */
    public PooledFile file() {
        return entries.file();
    }

    private static long offsetField(ByteBuffer buffer, int at) {
        return buffer.getInt(at);
    }

    private static long positionField(ByteBuffer buffer, int at) {
        return buffer.getInt(at + Integer.BYTES);
    }
}

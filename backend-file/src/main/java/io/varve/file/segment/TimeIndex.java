// SPDX-License-Identifier: Apache-2.0
package io.varve.file.segment;

import io.varve.file.disk.PooledFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Finds batches of a segment by timestamp: keeps the max timestamp up to some of them. One entry, big-endian,
 * as Kafka's; timestamps ascend strictly:
 *
 * <pre>
 * 0 timestamp  int64  max timestamp so far, ms since the epoch
 * 8 offset     int32  last offset of the first batch that has it, minus the segment's base
 * </pre>
 */
public final class TimeIndex {
    /** Bytes of an entry. */
    public static final int ENTRY = 12;

    private final IndexFile entries;
    private final long base;
    private final LazyLong last = new LazyLong();

    /** @param isNew true if the file was just created */
    TimeIndex(PooledFile file, long base, boolean isNew) {
        this.entries = new IndexFile(file, ENTRY, List.of(TimeIndex::timestampField, TimeIndex::offsetField), isNew);
        this.base = base;
    }

    /**
     * An entry.
     *
     * @param timestamp ms since the epoch
     * @param offset last offset of the first batch that has it
     */
    record Entry(long timestamp, long offset) {}

    /**
     * @return the last entry whose timestamp is at most {@code timestamp}, or null. If the entry is right,
     *     every batch before its own is older
     */
    Entry floor(long timestamp) {
        int found = entries.floor(TimeIndex::timestampField, timestamp);
        return found < 0 ? null : new Entry(entries.get(found, TimeIndex::timestampField), offset(found));
    }

    /** Appends an entry if its timestamp is above that of the last entry. */
    void append(long timestamp, long offset) {
        if (timestamp > lastTimestamp()) {
            int before = entries.count();
            entries.append(entries.blank().putLong(timestamp).putInt((int) (offset - base)));
            if (entries.count() > before) {
                last.set(timestamp);
            }
        }
    }

    /** @return the last entry's timestamp in ms since the epoch, or -1 */
    public long lastTimestamp() {
        return last.get(TimeIndex::storedLastTimestamp, this);
    }

    private long storedLastTimestamp() {
        int count = entries.count();
        return count == 0 ? -1 : entries.get(count - 1, TimeIndex::timestampField);
    }

    /** @return the last entry's offset; the base minus 1 when there is none */
    long lastOffset() {
        int count = entries.count();
        return count == 0 ? base - 1 : offset(count - 1);
    }

    /** @return true if only the entry that seals the segment still fits, as in Kafka */
    boolean isFull(int maxBytes) {
        return entries.count() >= maxBytes / ENTRY - 1;
    }

    private long offset(int i) {
        return base + entries.get(i, TimeIndex::offsetField);
    }

    /**
     * Drops the first wrong entry and all entries after it. An entry is wrong if it breaks the order, or
     * belongs to a batch at or above {@code end}.
     */
    public void keepBelow(long end) throws IOException {
        ByteBuffer all = entries.content();
        long before = -1;
        int kept = 0;
        while (all.remaining() >= ENTRY) {
            long timestamp = all.getLong();
            long relative = all.getInt();
            if (timestamp <= before || relative < 0 || base + relative >= end) {
                break;
            }
            before = timestamp;
            kept++;
        }
        truncate(kept);
    }

    void truncate(int count) throws IOException {
        last.forget();
        entries.truncate(count);
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

    private static long timestampField(ByteBuffer buffer, int at) {
        return buffer.getLong(at);
    }

    private static long offsetField(ByteBuffer buffer, int at) {
        return buffer.getInt(at + Long.BYTES);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.core.transaction;

import io.varve.core.record.Crc32c;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes and reads the aborted transactions whose markers lie in one segment: Kafka's {@code .txnindex},
 * stored under the segment's first offset.
 *
 * <pre>
 * entries of 34 bytes, by the offset of the marker:
 *   version int16 = 0, producerId int64, firstOffset int64, lastOffset int64, lastStableOffset int64
 * </pre>
 *
 * The format has no checksum. A {@link Part} in the producer snapshot has the checksum instead.
 *
 * <p>Source: Kafka's TransactionIndex and AbortedTxn. Stateless, thread-safe.
 */
public final class TransactionIndex {
    /** The index's name in {@link io.varve.core.spi.Snapshots}. */
    public static final String NAME = "txnindex";

    private static final short VERSION = 0;
    private static final int ENTRY_BYTES = 34;

    private TransactionIndex() {}

    /**
     * Describes the first {@code count} entries of one segment's index, so that a reader can verify them.
     *
     * @param base the segment's first offset
     * @param lastMarker offset of the last marker counted
     * @param count number of entries, 1 or more
     * @param crc CRC-32C of their bytes
     */
    public record Part(long base, long lastMarker, int count, int crc) {}

    /**
     * Holds one segment's index.
     *
     * @param part describes its entries
     * @param bytes all its entries; empty when they are known to be stored already
     */
    public record StoredPart(Part part, Optional<ByteBuffer> bytes) {}

    /**
     * Divides the aborted transactions of a partition among its segments.
     *
     * @param rows the aborted transactions known now
     * @param bases first offsets of the segments, ascending, at least one
     * @param stored the parts known to be stored
     * @return the index of each segment that has aborted transactions, ascending
     */
    public static List<StoredPart> write(AbortedSnapshot rows, List<Long> bases, List<Part> stored) {
        List<StoredPart> segments = new ArrayList<>();
        int row = rows.from();
        for (int i = 0; i < bases.size() && row < rows.to(); i++) {
            int end = i + 1 < bases.size() ? rows.at(bases.get(i + 1)) : rows.to();
            if (end > row) {
                segments.add(segment(bases.get(i), rows, row, end, stored));
                row = end;
            }
        }
        return segments;
    }

    private static StoredPart segment(long base, AbortedSnapshot rows, int from, int to, List<Part> stored) {
        long lastMarker = rows.lastOffset(to - 1);
        for (Part part : stored) {
            if (part.base() == base && part.count() == to - from && part.lastMarker() == lastMarker) {
                return new StoredPart(part, Optional.empty());
            }
        }
        ByteBuffer bytes = ByteBuffer.allocate((to - from) * ENTRY_BYTES);
        for (int row = from; row < to; row++) {
            AbortedTransaction one = rows.get(row);
            bytes.putShort(VERSION)
                    .putLong(one.producerId())
                    .putLong(one.firstOffset())
                    .putLong(one.lastOffset())
                    .putLong(one.lastStableOffset());
        }
        bytes.flip();
        return new StoredPart(new Part(base, lastMarker, to - from, Crc32c.of(bytes)), Optional.of(bytes));
    }

    /**
     * @param bytes the stored index of a segment, from position to limit; not moved
     * @param part the entries it must hold; entries after them are ignored
     * @return the entries, or empty when the bytes do not match the part
     */
    public static Optional<List<AbortedTransaction>> read(ByteBuffer bytes, Part part) {
        long size = (long) part.count() * ENTRY_BYTES;
        if (part.count() < 1 || bytes.remaining() < size) {
            return Optional.empty();
        }
        ByteBuffer entries = bytes.slice(bytes.position(), (int) size);
        if (Crc32c.of(entries) != part.crc()) {
            return Optional.empty();
        }
        List<AbortedTransaction> read = new ArrayList<>(part.count());
        long above = -1;
        while (entries.hasRemaining()) {
            short version = entries.getShort();
            AbortedTransaction entry =
                    new AbortedTransaction(entries.getLong(), entries.getLong(), entries.getLong(), entries.getLong());
            if (version != VERSION || entry.lastOffset() <= above) {
                return Optional.empty();
            }
            above = entry.lastOffset();
            read.add(entry);
        }
        return above == part.lastMarker() ? Optional.of(read) : Optional.empty();
    }

    /**
     * @param bytes the stored index of a segment
     * @param part the entries it must hold
     * @return whether no bytes follow those entries
     */
    public static boolean isAll(ByteBuffer bytes, Part part) {
        return bytes.remaining() == (long) part.count() * ENTRY_BYTES;
    }
}

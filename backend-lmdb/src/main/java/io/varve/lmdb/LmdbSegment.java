// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.nio.ByteBuffer;

/**
 * Describes a segment of a partition: the batches under one store number from {@code base} up to the next
 * segment's base. Base and store never change; the other fields are guarded by the partition.
 *
 * <p>The store is the partition's own number, except where compaction replaced segments. The batches of such
 * a replacement lie under a number of their own: they are stored in several transactions, and swapped in by
 * one.
 */
final class LmdbSegment {
    static final int BYTES = Integer.BYTES + 4 * Long.BYTES;

    final long base;
    final int store;
    long bytes;
    long maxTimestamp = -1;
    /** Max timestamp of the first batch, in ms since the epoch; undefined when there is no batch. */
    long firstTimestamp = -1;
    /**
     * When the first batch was appended, in ms since the epoch, or -1 when there is none. Not stored: after a
     * start it is the time of the last append before.
     */
    long firstAppendMs = -1;
    /**
     * When a batch was last appended, in ms since the epoch, or -1 when there is none or the time is not
     * known.
     */
    long lastAppendMs = -1;

    LmdbSegment(long base, int store) {
        this.base = base;
        this.store = store;
    }

    /** Reads a segment that {@link #write} has written. */
    static LmdbSegment read(long base, ByteBuffer from) {
        LmdbSegment segment = new LmdbSegment(base, from.getInt());
        segment.bytes = from.getLong();
        segment.maxTimestamp = from.getLong();
        segment.firstTimestamp = from.getLong();
        segment.lastAppendMs = from.remaining() >= Long.BYTES ? from.getLong() : -1; // early versions did not store it
        segment.firstAppendMs = segment.lastAppendMs;
        return segment;
    }

    ByteBuffer write(ByteBuffer into) {
        return into.putInt(store)
                .putLong(bytes)
                .putLong(maxTimestamp)
                .putLong(firstTimestamp)
                .putLong(lastAppendMs);
    }

    void add(int size, long timestamp) {
        if (bytes == 0) {
            firstTimestamp = timestamp;
        }
        bytes += size;
        maxTimestamp = Math.max(maxTimestamp, timestamp);
    }

    /**
     * Notes the time of an append.
     *
     * @param now ms since the epoch
     */
    void appended(long now) {
        firstAppendMs = firstAppendMs < 0 ? now : firstAppendMs;
        lastAppendMs = now;
    }

    /** @return a copy that does not change with this */
    LmdbSegment copy() {
        LmdbSegment copy = new LmdbSegment(base, store);
        copy.bytes = bytes;
        copy.maxTimestamp = maxTimestamp;
        copy.firstTimestamp = firstTimestamp;
        copy.firstAppendMs = firstAppendMs;
        copy.lastAppendMs = lastAppendMs;
        return copy;
    }
}

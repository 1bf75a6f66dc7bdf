// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.nio.ByteBuffer;

/**
 * A piece of a partition: the keys of one store number from {@code base} up to the next segment's base.
 * Base and store never change; the rest is guarded by the partition.
 *
 * <p>The store is the partition's own number, except where compaction replaced segments. The batches of
 * such a replacement lie under a number of their own: they are stored in small transactions, and swapped in
 * by one.
 */
final class LmdbSegment {
    static final int BYTES = Integer.BYTES + 4 * Long.BYTES;

    final long base;
    final int store;
    long bytes;
    long maxTimestamp = -1;
    /** Max timestamp of the first batch, in ms; of no meaning when there is none. */
    long firstTimestamp = -1;
    /**
     * When a batch was first appended, in ms since the epoch, or the earliest time known to be no earlier;
     * -1 when there is none. Not stored.
     */
    long firstAppendMs = -1;
    /** When a batch was last appended, in ms since the epoch, or -1 when nothing was or it is not known. */
    long lastAppendMs = -1;

    LmdbSegment(long base, int store) {
        this.base = base;
        this.store = store;
    }

    /** Reads what {@link #write} wrote. */
    static LmdbSegment read(long base, ByteBuffer from) {
        LmdbSegment segment = new LmdbSegment(base, from.getInt());
        segment.bytes = from.getLong();
        segment.maxTimestamp = from.getLong();
        segment.firstTimestamp = from.getLong();
        segment.lastAppendMs =
                from.remaining() >= Long.BYTES ? from.getLong() : -1; // the first versions did not store it
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

    /** @param now when a run was appended, in ms since the epoch */
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

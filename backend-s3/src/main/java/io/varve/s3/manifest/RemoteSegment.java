// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import io.varve.core.spi.StorageException;
import io.varve.s3.object.Chunk;
import io.varve.s3.object.SegmentIndex;
import java.util.Objects;
import java.util.UUID;

/**
 * Describes a segment in the bucket. Immutable.
 *
 * @param key key of its object, at most {@value #MAX_KEY} characters of ASCII
 * @param object id of its object, unique to the attempt that stored it
 * @param baseOffset first offset, inclusive
 * @param endOffset offset after the last, exclusive, above the base; the next segment's base. A truncation or
 *     a restored copy may lower it below that of the object: batches at or above it do not count, nor do
 *     blobs of offsets above it
 * @param bytes bytes of its batches as appended; of all chunks with one that counts, if its end was lowered
 * @param objectBytes size of its object in bytes
 * @param firstTimestamp max timestamp of its first batch in ms since the epoch, or -1
 * @param maxTimestamp largest timestamp in ms since the epoch, or -1
 * @param lastAppendMs time of its last append in ms since the epoch, or -1
 * @param index its chunks and blobs
 */
public record RemoteSegment(
        String key,
        UUID object,
        long baseOffset,
        long endOffset,
        long bytes,
        long objectBytes,
        long firstTimestamp,
        long maxTimestamp,
        long lastAppendMs,
        SegmentIndex index) {
    static final int MAX_KEY = 1024;

    /** @throws StorageException MISUSE if a component is out of the range given above */
    public RemoteSegment {
        Objects.requireNonNull(object, "object");
        Objects.requireNonNull(index, "index");
        if (key.isEmpty() || key.length() > MAX_KEY || !key.chars().allMatch(c -> c > ' ' && c < 127)) {
            throw misuse(key, "the key must be 1 to " + MAX_KEY + " printable characters of ASCII");
        }
        if (baseOffset < 0 || endOffset <= baseOffset) {
            throw misuse(key, "offsets from " + baseOffset + " to " + endOffset + ", must be 0 or more, and ascend");
        }
        if (bytes < 0 || objectBytes < 0) {
            throw misuse(key, bytes + " bytes in " + objectBytes + ", must be 0 or more");
        }
    }

    /**
     * Lowers the end.
     *
     * @param end above the base; nothing changes if it is not below the present end
     * @return the segment without the batches at or above {@code end}. Bytes and timestamps are those of the
     *     chunks that remain in part or whole
     */
    RemoteSegment cut(long end) {
        if (end >= endOffset) {
            return this;
        }
        long kept = 0;
        long timestamp = -1;
        for (Chunk chunk : index.chunks()) {
            if (chunk.baseOffset() < end) {
                kept += chunk.bytes();
                timestamp = Math.max(timestamp, chunk.maxTimestamp());
            }
        }
        long first = kept == 0 ? -1 : firstTimestamp;
        return new RemoteSegment(
                key, object, baseOffset, end, kept, objectBytes, first, timestamp, lastAppendMs, index);
    }

    @Override
    public String toString() {
        return "[" + baseOffset + ", " + endOffset + ") in " + key;
    }

    private static StorageException misuse(String key, String what) {
        return new StorageException(StorageException.Kind.MISUSE, "segment in '" + key + "': " + what);
    }
}

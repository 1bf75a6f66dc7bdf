// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.OffsetAt;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** Finds batches in a decoded chunk. Its frames were checked when it was decoded. Stateless. */
final class BatchSearch {
    private BatchSearch() {}

    /**
     * Says which bytes of a chunk a read returns.
     *
     * @param from the first byte
     * @param bytes number of bytes; 0 if no batch lies between
     */
    record Extract(int from, int bytes) {}

    /** @return whole batches, as {@link io.varve.core.spi.PartitionStore#read} says */
    static Extract between(ByteBuffer chunk, long offset, long endOffset, int maxBytes) {
        int at = 0;
        while (at < chunk.limit() && BatchHeader.nextOffset(chunk, at) <= offset) {
            at += BatchHeader.sizeInBytes(chunk, at);
        }
        int from = at;
        while (at < chunk.limit() && BatchHeader.nextOffset(chunk, at) <= endOffset) {
            int size = BatchHeader.sizeInBytes(chunk, at);
            if (at > from && at - from + size > maxBytes) {
                break;
            }
            at += size;
        }
        return new Extract(from, at - from);
    }

    /**
     * @return the first batch with an offset at or above start, none at or above end, and a max timestamp of
     *     at least the timestamp; null if there is none
     */
    static OffsetAt atOrAfter(ByteBuffer chunk, long timestamp, long start, long endOffset) {
        for (int at = 0; at < chunk.limit(); at += BatchHeader.sizeInBytes(chunk, at)) {
            long next = BatchHeader.nextOffset(chunk, at);
            if (next > endOffset) {
                return null;
            }
            if (next > start && BatchHeader.maxTimestamp(chunk, at) >= timestamp) {
                return new OffsetAt(BatchHeader.baseOffset(chunk, at), BatchHeader.maxTimestamp(chunk, at));
            }
        }
        return null;
    }

    /** @return the end of the last batch that ends at or below the offset; empty if the first one does not */
    static OptionalLong lastEnd(ByteBuffer chunk, long offset) {
        long end = -1;
        for (int at = 0; at < chunk.limit(); at += BatchHeader.sizeInBytes(chunk, at)) {
            long next = BatchHeader.nextOffset(chunk, at);
            if (next > offset) {
                break;
            }
            end = next;
        }
        return end < 0 ? OptionalLong.empty() : OptionalLong.of(end);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.manifest.RemoteSegment;
import io.varve.s3.object.Chunk;
import io.varve.s3.object.SegmentObjectReader;
import java.nio.ByteBuffer;
import java.util.List;

/** Finds the border between two batches in the bucket at which a truncation or a copy ends. Thread-safe. */
final class BatchBorder {
    private final SegmentObjectReader objects;

    BatchBorder(SegmentObjectReader objects) {
        this.objects = objects;
    }

    /**
     * Returns the end of the last batch before the first one that reaches an offset or a timestamp. Reads at
     * most one chunk.
     *
     * @param segments adjacent segments, oldest first
     * @param endOffset offset that no batch before the border reaches above
     * @param endTimestamp timestamp in ms that no batch before the border has, nor a later one
     * @return offset after that batch; the base of the first segment if there is no such batch
     * @throws StorageException RETRY if the bucket does not answer; CORRUPT
     */
    long before(List<RemoteSegment> segments, long endOffset, long endTimestamp) {
        long border = segments.isEmpty() ? endOffset : segments.get(0).baseOffset();
        for (RemoteSegment segment : segments) {
            if (segment.endOffset() > endOffset || segment.maxTimestamp() >= endTimestamp) {
                return within(segment, border, endOffset, endTimestamp);
            }
            border = segment.endOffset();
        }
        return border;
    }

    private long within(RemoteSegment segment, long before, long endOffset, long endTimestamp) {
        long border = before;
        for (Chunk chunk : segment.index().chunks()) {
            boolean reaches = chunk.endOffset() > endOffset || chunk.maxTimestamp() >= endTimestamp;
            if (chunk.baseOffset() >= segment.endOffset()) {
                break;
            }
            if (reaches || chunk.endOffset() > segment.endOffset()) {
                return within(read(segment, chunk), border, Math.min(endOffset, segment.endOffset()), endTimestamp);
            }
            border = chunk.endOffset();
        }
        return border;
    }

    private static long within(ByteBuffer batches, long before, long endOffset, long endTimestamp) {
        long border = before;
        for (int at = batches.position(); at < batches.limit(); at += BatchHeader.sizeInBytes(batches, at)) {
            long next = BatchHeader.nextOffset(batches, at);
            if (next > endOffset || BatchHeader.maxTimestamp(batches, at) >= endTimestamp) {
                break;
            }
            border = next;
        }
        return border;
    }

    private ByteBuffer read(RemoteSegment segment, Chunk chunk) {
        try {
            return objects.chunk(segment.key(), segment.object(), segment.index(), chunk);
        } catch (ObjectStoreException e) {
            throw BucketFailure.of(e);
        }
    }
}

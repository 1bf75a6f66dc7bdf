// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.ContractChecks;
import io.varve.file.disk.RetiredException;
import io.varve.file.segment.BatchCursor;
import io.varve.file.segment.FileSegment;
import io.varve.file.segment.FileSlice;
import io.varve.file.segment.SegmentSearch;

/**
 * Reads batches of a partition, as one view shows it. Throws {@link RetiredException} when the view is out of
 * date. Stateless.
 */
final class FilePartitionReader {
    private FilePartitionReader() {}

    /**
     * The range to read.
     *
     * @param offset first offset, inclusive
     * @param end end offset, exclusive
     * @param maxBytes max bytes, unless the first batch is larger
     * @param verify whether to verify each batch by its checksum
     */
    record ReadRequest(long offset, long end, int maxBytes, boolean verify) {}

    static BatchSlice read(FilePartition partition, PartitionView now, ReadRequest request) {
        long offset = request.offset();
        int maxBytes = request.maxBytes();
        ContractChecks.requireReadable(partition.id(), offset, maxBytes, now.start(), now.end());
        DurablePosition durable = partition.durability().durable();
        long end = Math.min(request.end(), now.end());
        for (int i = now.indexOf(offset); i < now.segments().length && now.segments()[i].base < end; i++) {
            FileSegment segment = now.segments()[i];
            NextRead next = partition.nextRead();
            int from = next != null && next.isOf(segment, offset, now.bytesOf(i))
                    ? next.position()
                    : SegmentSearch.soundPositionOf(segment, offset, now.bytesOf(i));
            if (from >= 0) {
                int limit = limit(now, i, durable, end, from);
                if (limit <= from) {
                    return FileSlice.EMPTY;
                }
                SegmentSearch.Boundary to = SegmentSearch.boundaryWithin(segment, from, limit, maxBytes);
                partition.nextRead(behind(now, i, durable, to));
                return request.verify()
                        ? SegmentSearch.soundSlice(segment, from, to.position())
                        : segment.slice(from, to.position());
            }
            if (!now.isActive(i)) {
                SegmentSearch.requireWhole(segment);
            }
        }
        return FileSlice.EMPTY;
    }

    /** @return where a reader goes on behind a boundary in segment {@code i}, or null if that is not known */
    private static NextRead behind(PartitionView now, int i, DurablePosition durable, SegmentSearch.Boundary to) {
        FileSegment segment = now.segments()[i];
        if (to.offset() >= 0) {
            return new NextRead(segment, to.offset(), to.position());
        }
        if (durable.segment() == segment && durable.bytes() == to.position()) {
            return new NextRead(segment, durable.offset(), to.position());
        }
        return now.isActive(i) && now.tailBytes() == to.position()
                ? new NextRead(segment, now.end(), to.position())
                : null;
    }

    /**
     * @return end of the last batch of segment {@code i} whose offsets are all below {@code end}, in bytes,
     *     exclusive
     */
    private static int limit(PartitionView now, int i, DurablePosition durable, long end, int from) {
        if (end >= now.endOf(i)) {
            return now.bytesOf(i);
        }
        FileSegment segment = now.segments()[i];
        if (durable.offset() == end && durable.segment() == segment) {
            return durable.bytes();
        }
        try {
            int straddling = SegmentSearch.positionOf(segment, end, now.bytesOf(i));
            return straddling < 0 ? now.bytesOf(i) : straddling;
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.CORRUPT);
            // The end offset lies in the damage, and the batches to read before it.
            return SegmentSearch.endOfSound(segment, from, now.bytesOf(i), end);
        }
    }

    static OffsetAt offsetAt(PartitionView now, long timestamp) {
        for (int i = now.indexOf(now.start()); i < now.segments().length; i++) {
            FileSegment segment = now.segments()[i];
            if (now.bytesOf(i) == 0 || segment.maxTimestamp() < timestamp) {
                continue;
            }
            int bytes = now.bytesOf(i);
            int from = SegmentSearch.positionOf(segment, Math.max(segment.floor(timestamp), now.start()), bytes);
            if (from < 0) {
                continue;
            }
            OffsetAt found = segment.readingHeaders(cursor -> firstAtOrAfter(cursor, timestamp), from, bytes);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static OffsetAt firstAtOrAfter(BatchCursor cursor, long timestamp) {
        while (cursor.onBatch()) {
            if (cursor.maxTimestamp() >= timestamp) {
                return new OffsetAt(cursor.baseOffset(), cursor.maxTimestamp());
            }
            cursor.advance();
        }
        return null;
    }
}

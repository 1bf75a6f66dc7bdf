// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.ContractChecks;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.segment.FileSegment;
import io.varve.file.segment.SegmentSearch;
import io.varve.file.segment.SegmentTruncation;
import java.io.IOException;
import java.util.Arrays;

/**
 * Truncates a partition: drops each batch that has an offset at or above a given one. Called with the
 * partition's monitor held. A crash between any two steps leaves the partition untruncated or truncated.
 */
final class PartitionTruncation {
    private final FilePartition partition;

    PartitionTruncation(FilePartition partition) {
        this.partition = partition;
    }

    /**
     * Truncates the partition; durable on return.
     *
     * @param end lowest offset to drop
     * @throws StorageException MISUSE if {@code end} is below 0; FULL if it failed: the partition is
     *     unchanged, or read-only from now on
     */
    void run(long end) {
        PartitionView now = partition.view();
        ContractChecks.requireTruncation(partition.id(), end);
        if (end >= now.end()) {
            return;
        }
        if (end <= now.start() && end != now.segments()[0].base) {
            new PartitionEmptying(partition).run(end);
            return;
        }
        int last = now.indexOf(end);
        int bytes = positionOf(now, last, end);
        while (bytes == 0 && last > 0) {
            last--;
            bytes = positionOf(now, last, end);
        }
        long newEnd = endOf(now.segments()[last], bytes);
        if (newEnd <= now.start() && end > now.start()) {
            new PartitionEmptying(partition).run(now.start());
            return;
        }
        try {
            partition.durability().leaveRing();
        } catch (IOException e) {
            throw Disk.writeFailure("truncating to " + end, partition.path(), e);
        }
        try {
            truncate(now, last, bytes, newEnd);
        } catch (IOException | StorageException e) {
            throw partition.durability().failedHalfWay("truncating to " + end, e);
        }
    }

    private static int positionOf(PartitionView now, int i, long end) {
        int found = SegmentSearch.positionOf(now.segments()[i], end, now.bytesOf(i));
        return found < 0 ? now.bytesOf(i) : found;
    }

    /** @return offset after the last batch that ends at {@code bytes}, or the base when there is none */
    private static long endOf(FileSegment segment, int bytes) {
        return segment.readingHeaders(
                cursor -> {
                    long next = segment.base;
                    while (cursor.onBatch()) {
                        next = cursor.lastOffset() + 1;
                        cursor.advance();
                    }
                    return next;
                },
                bytes == 0 ? 0 : segment.offsets().floorPosition(bytes - 1),
                bytes);
    }

    private void truncate(PartitionView now, int last, int bytes, long newEnd) throws IOException {
        long start = Math.min(now.start(), newEnd);
        partition.durability().lowerCheckpoints(start, newEnd);
        partition.hit(FileFailPoints.TRUNCATE_BEFORE_FILES);
        FileSegment[] kept = Arrays.copyOf(now.segments(), last + 1);
        // The first step that changes a file truncates the partition: later segments that a crash leaves do
        // not follow on the end.
        kept[last] = new SegmentTruncation(partition.directory(), kept[last])
                .run(bytes, newEnd, partition.dataDirectory().nextNumber());
        partition.hit(FileFailPoints.TRUNCATE_AFTER_CUT);
        for (int i = last + 1; i < now.segments().length; i++) {
            now.segments()[i].remove();
        }
        Disk.forceDirectory(partition.path());
        partition.durability().publish(new PartitionView(start, kept, newEnd, bytes), -1);
        FileSnapshots.deleteAbove(partition, newEnd);
    }
}

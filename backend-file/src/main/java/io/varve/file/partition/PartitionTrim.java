// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.SegmentLimits;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.ForceFailedException;
import io.varve.file.segment.FileSegment;
import java.io.IOException;
import java.util.Arrays;

/**
 * Trims a partition: raises its start, and removes the segments below it. Called with the partition's monitor
 * held. A crash between any two steps leaves the partition untrimmed or trimmed, perhaps with files that no
 * reader can see any more.
 */
final class PartitionTrim {
    private final FilePartition partition;
    private final long deleteDelayMs;

    /** @param limits how long files of trimmed segments stay */
    PartitionTrim(FilePartition partition, SegmentLimits limits) {
        this.partition = partition;
        this.deleteDelayMs = limits.deleteDelayMs();
    }

    /**
     * Trims the partition.
     *
     * @param start the new start. At or below the present start nothing happens; above the end the partition
     *     is emptied
     * @throws StorageException FULL if files could not be written; the partition is unchanged, or read-only
     *     from now on
     */
    void run(long start) {
        PartitionView now = partition.view();
        if (start <= now.start()) {
            return;
        }
        if (start < now.end() || now.active().base >= start) {
            trimHead(now, start);
        } else if (start == now.end()) {
            trimAll(now);
        } else {
            trimHead(now, now.active().base);
            // Needs a little space, which trimming the head may just have made.
            new PartitionEmptying(partition).run(start);
        }
    }

    /**
     * Drops every batch: creates an empty segment at the end, then removes the others. That needs a file
     * name, but no space for bytes: trimming everything must work when the disk is full. The new name is
     * durable first, because it keeps the next offset when the other segments are gone.
     */
    private void trimAll(PartitionView now) {
        FileSegment only = null;
        try {
            partition.durability().settle();
            partition.hit(FileFailPoints.EMPTY_BEFORE_CREATE);
            only = partition.createSegment(now.end());
            Disk.forceDirectory(partition.path());
        } catch (ForceFailedException e) {
            throw partition.durability().failedHalfWay("emptying at " + now.end(), e);
        } catch (IOException e) {
            if (only != null) {
                only.remove();
            }
            throw Disk.writeFailure("starting a segment to empty the partition", partition.path(), e);
        }
        PartitionView empty = new PartitionView(now.end(), new FileSegment[] {only}, now.end(), 0);
        partition.publishTrimmed(empty);
        partition.durability().publish(empty, now.end());
        partition.hit(FileFailPoints.EMPTY_BEFORE_FILES);
        for (FileSegment old : now.segments()) {
            old.remove(deleteDelayMs);
        }
    }

    private void trimHead(PartitionView now, long start) {
        int first = now.indexOf(start);
        FileSegment[] kept = Arrays.copyOfRange(now.segments(), first, now.segments().length);
        partition.publishTrimmed(new PartitionView(Math.max(start, now.start()), kept, now.end(), now.tailBytes()));
        for (int i = 0; i < first; i++) {
            now.segments()[i].remove(deleteDelayMs);
        }
    }
}

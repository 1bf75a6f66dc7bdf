// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.FileNames;
import io.varve.file.disk.ForceFailedException;
import io.varve.file.segment.FileSegment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Empties a partition, and lets it go on at any offset. Called with the partition's monitor held. The commit
 * point is a file in the directory, {@code OFFSET.emptied}: if it exists, the next start completes the
 * emptying.
 */
final class PartitionEmptying {
    private final FilePartition partition;

    PartitionEmptying(FilePartition partition) {
        this.partition = partition;
    }

    /**
     * Drops every batch; durable on return.
     *
     * @param offset the next offset
     * @throws StorageException FULL; the partition is unchanged, or read-only from now on
     */
    void run(long offset) {
        PartitionView now = partition.view();
        Path mark = partition.directory().file(offset, FileNames.EMPTIED);
        try {
            partition.durability().leaveRing();
            partition.durability().settle();
            partition.directory().withReserve(() -> Files.createFile(mark));
            Disk.forceDirectory(partition.path());
            partition.durability().lowerCheckpoints(offset, offset);
        } catch (ForceFailedException e) {
            throw partition.durability().failedHalfWay("emptying at " + offset, e);
        } catch (IOException e) {
            deleteMark(mark, e);
            throw Disk.writeFailure(
                    "writing the checkpoints of an emptied partition",
                    partition.dataDirectory().path(),
                    e);
        }
        try {
            partition.hit(FileFailPoints.EMPTY_BEFORE_FILES);
            for (int i = now.segments().length - 1; i >= 0; i--) {
                now.segments()[i].remove();
            }
            partition.hit(FileFailPoints.EMPTY_BEFORE_CREATE);
            FileSegment only = partition.createSegment(offset);
            Files.delete(mark);
            Disk.forceDirectory(partition.path());
            partition.durability().publish(new PartitionView(offset, new FileSegment[] {only}, offset, 0), offset);
            FileSnapshots.deleteAbove(partition, offset);
        } catch (IOException | StorageException e) {
            throw partition.durability().failedHalfWay("emptying at " + offset, e);
        }
    }

    private void deleteMark(Path mark, IOException why) {
        try {
            Files.deleteIfExists(mark);
            Disk.forceDirectory(partition.path());
        } catch (IOException e) {
            e.addSuppressed(why);
            throw partition.durability().failedHalfWay("emptying", e);
        }
    }
}

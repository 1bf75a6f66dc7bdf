// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileNames;
import io.varve.file.partition.FilePartition;
import io.varve.file.partition.FileSnapshots;
import io.varve.file.partition.PartitionSync;
import io.varve.file.partition.PartitionView;
import io.varve.file.segment.FileSegment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/**
 * Reads a partition's directory at a start: finishes interrupted edits, finds the segments, finds their end
 * or recovers them, and rebuilds missing indexes. After a clean shutdown it reads only the end of the active
 * segment.
 */
public final class PartitionLoader {
    private final FilePartition partition;
    private final ProgressLog progress;
    private final SegmentLimits limits;
    private final Path directory;
    private final PartitionReceipt receipt;
    private final FoundSegments segments;

    private PartitionLoader(FilePartition partition, SegmentLimits limits, ProgressLog progress) {
        this.partition = partition;
        this.progress = progress;
        this.limits = limits;
        this.directory = partition.path();
        this.receipt =
                new PartitionReceipt(partition.id(), partition.durability().recoveryPoint());
        this.segments = new FoundSegments(partition, receipt);
    }

    /**
     * Loads a partition, unless it is loaded. After a crash, call {@link PartitionSync#sync} next: it makes
     * durable what lies past the recovery point.
     *
     * @param limits bytes between two entries of a rebuilt index
     * @param clean true if the data directory was closed properly
     * @return what was found, for the caller to log; null when the partition was loaded already
     * @throws StorageException RETRY if its files cannot be read
     */
    public static PartitionReceipt load(
            FilePartition partition, SegmentLimits limits, boolean clean, ProgressLog progress) {
        synchronized (partition) {
            if (partition.isLoaded()) {
                return null;
            }
            PartitionLoader loader = new PartitionLoader(partition, limits, progress);
            try {
                partition.loaded(loader.load(clean), clean);
            } catch (IOException e) {
                throw Disk.readFailure("opening a partition", partition.path(), e);
            }
            return loader.receipt;
        }
    }

    private PartitionView load(boolean clean) throws IOException {
        InterruptedEdits edits = new InterruptedEdits(partition, receipt);
        Set<String> names = edits.finish();
        partition.snapshotFiles().found(names);
        segments.find(names);
        segments.setOverlappingAside();
        long point = partition.durability().recoveryPoint();
        PriorState prior = new PriorState(partition.durability().startPoint(), Math.max(0, point), point >= 0, clean);
        long end = clean ? resume(prior) : recover(prior);
        new IndexRebuild(segments, limits, progress).run(end);
        long start = start(prior, end);
        if (segments.isEmpty() || start > end) {
            segments.restartAt(start);
            end = start;
        }
        if (!clean) {
            FileSnapshots.deleteAbove(partition, end); // they describe records that are gone
        }
        if (segments.haveChanged() || edits.hasChanged()) {
            Disk.forceDirectory(directory);
        }
        receipt.recovered(end);
        segments.all().forEach(FileSegment::forgetFiles);
        FileSegment[] all = segments.all().toArray(new FileSegment[0]);
        return new PartitionView(start, all, end, segments.last().bytes());
    }

    /**
     * Finds the end after a clean shutdown: reads only the headers after the active segment's last index
     * entry.
     */
    private long resume(PriorState prior) throws IOException {
        if (segments.isEmpty()) {
            return recover(prior);
        }
        FileSegment active = segments.last();
        String wrong;
        try {
            long end = active.writer().resumeSealed();
            if (end >= prior.durableEnd() && (active.base <= prior.durableEnd() || !prior.known())) {
                return end;
            }
            wrong = active.log().path() + " holds offsets " + active.base + " to " + end + " where "
                    + prior.durableEnd() + " was the end";
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.CORRUPT);
            wrong = e.getMessage();
        }
        receipt.damaged("it was closed properly but is damaged: " + wrong);
        return recover(prior);
    }

    private long recover(PriorState prior) throws IOException {
        return new PartitionRecovery(segments, prior, limits, receipt, progress).run(directory);
    }

    /** @return the first offset kept; above the end if there is none */
    private long start(PriorState prior, long end) {
        long noted = prior.start();
        if (segments.isEmpty()) {
            return noted;
        }
        long base = segments.get(0).base;
        // After a crash the start may come from a trim that is not in the checkpoint yet.
        if (prior.clean() && base > noted && noted < end) {
            receipt.damaged(directory + " begins at offset " + base + ": offsets from " + noted + " on are lost");
        }
        if (prior.clean() && noted > end && end >= prior.durableEnd()) {
            // No batch is missing at the end, and no start can be above the end: the checkpoint is wrong.
            receipt.damaged(directory + " ends at offset " + end + ", and is noted to begin at " + noted + " in "
                    + FileNames.START_OFFSETS + ": going by its segments");
            return base;
        }
        return Math.max(noted, base);
    }
}

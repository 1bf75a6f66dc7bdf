// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.Extent;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.Fencing;
import io.varve.core.spi.support.RecentAppends;
import io.varve.file.disk.DirectorySpace;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.PartitionDirectory;
import io.varve.file.disk.RetiredException;
import io.varve.file.ring.RingEntry;
import io.varve.file.segment.FileSegment;
import io.varve.file.segment.SegmentCreation;
import io.varve.file.segment.TornAppendException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Appends to a partition and reads from it: owns its segments, its durable end and its fencing.
 *
 * <p>Locks: writes hold this object's monitor, I/O included. Readers and {@link PartitionSync#sync} hold no
 * lock. They use the last published {@link PartitionView}, and begin again with a newer one when a segment
 * was retired meanwhile.
 */
public final class FilePartition {
    private final PartitionId id;
    private final DataDirectory dataDirectory;
    private final PartitionDirectory directory;
    private final PartitionSync durability;
    /** Tells which handles may use the partition; opened and ended with the monitor held. */
    private final Fencing fencing;

    private final RecentAppends recent;
    private final HeldRuns held = new HeldRuns();

    private volatile PartitionView view;
    private volatile NextRead nextRead;
    private final SnapshotFiles snapshotFiles = new SnapshotFiles();

    /** Makes the files of a new partition; null once they are made. */
    private volatile NewPartitionFiles newFiles;

    /** The partition's name in entries of the ring; made when first needed, as most partitions are idle. */
    private byte[] ringName;

    FilePartition(DataDirectory dataDirectory, PartitionId id, long recoveryPoint, long startPoint) {
        this.dataDirectory = dataDirectory;
        this.id = id;
        this.directory = dataDirectory.directoryOf(id);
        this.fencing = new Fencing(id);
        this.recent = new RecentAppends(dataDirectory.recentSpan());
        this.durability = new PartitionSync(this, recoveryPoint, startPoint);
    }

    /** @return the topic, its id, and the number of the partition */
    public PartitionId id() {
        return id;
    }

    /** @return the data directory that holds the partition */
    public DataDirectory dataDirectory() {
        return dataDirectory;
    }

    /** @return names the partition's files */
    public PartitionDirectory directory() {
        return directory;
    }

    /** @return the path of its directory */
    public Path path() {
        return directory.path();
    }

    /** @return forces the partition, and keeps its durable end */
    public PartitionSync durability() {
        return durability;
    }

    /** @return tells which handles may use the partition; opened and ended with the monitor held */
    public Fencing fencing() {
        return fencing;
    }

    /**
     * @return true once the partition's files were read. After a clean shutdown that is when it is first
     *     opened
     */
    public boolean isLoaded() {
        return view != null;
    }

    /**
     * Sets the state that was read from disk. Call once, with the monitor held.
     *
     * @param clean false after a crash: then {@link PartitionSync#sync} must still make durable what lies
     *     past the recovery point
     */
    public void loaded(PartitionView loaded, boolean clean) {
        durability.loaded(loaded, clean);
        view = loaded;
    }

    /**
     * Makes this a new, empty partition. Call once, instead of {@link #loaded}.
     *
     * @param late makes its files later; null if it has them
     */
    void created(NewPartitionFiles late) {
        newFiles = late;
        FileSegment only = SegmentCreation.planned(directory, 0);
        loaded(new PartitionView(0, new FileSegment[] {only}, 0, 0), true);
    }

    /** @return false for a new partition whose files are to be made */
    boolean hasFiles() {
        return newFiles == null;
    }

    /**
     * Makes the files of a new partition, unless it has them. Call with the monitor held, before anything is
     * written to the partition.
     *
     * @throws StorageException as {@link NewPartitionFiles#make}
     */
    void makeFiles() {
        NewPartitionFiles missing = newFiles;
        if (missing != null) {
            missing.make(this);
            newFiles = null;
        }
    }

    /** @return the names of its snapshot files, once it is loaded */
    public SnapshotFiles snapshotFiles() {
        return snapshotFiles;
    }

    /** @return the partition's name in entries of the ring; with the ring locked */
    byte[] ringName() {
        if (ringName == null) {
            ringName = RingEntry.nameOf(id);
        }
        return ringName;
    }

    /** @return which of the last batches are still in memory */
    HeldRuns held() {
        return held;
    }

    /** Passes a fail point, at which a test may stop the process. */
    void hit(String failPoint) {
        dataDirectory.failPoints().hit(failPoint);
    }

    /** @return the start, readable end and durable end; only of a loaded partition */
    public Extent extent() {
        DurablePosition was = durability.durable();
        PartitionView now = view;
        return new Extent(now.start(), now.end(), Math.min(was.offset(), now.end()));
    }

    /**
     * Appends a run. Call with the monitor held.
     *
     * @throws StorageException MISUSE if the run begins below the end; FULL if there is no space, or the
     *     partition is read-only; RETRY if there are no descriptors left. The partition is unchanged then
     */
    void append(BatchRun run, SegmentLimits limits) {
        PartitionView now = view;
        run.requireAtOrAbove(id, now.end());
        durability.requireSound();
        hit(FileFailPoints.APPEND_BEFORE_WRITE);
        try {
            now = writeMakingSpace(run, limits);
        } catch (TornAppendException e) {
            throw durability.refuseWrites(e.getMessage(), e);
        } catch (StorageException e) {
            if (e.kind() == StorageException.Kind.FULL) {
                dataDirectory.space().refused(e.getMessage());
            }
            throw e;
        }
        held.appended(now.active(), now.tailBytes(), run);
        recent.appended(dataDirectory.checkpoints().appendedBytes(), now.end());
        view = new PartitionView(
                now.start(),
                now.segments(),
                run.nextOffset(),
                now.tailBytes() + run.bytes().remaining());
    }

    /**
     * Writes a run, and makes space for it when the disk is full.
     *
     * @return the view whose active segment has the run's bytes; its end does not include them yet
     */
    private PartitionView writeMakingSpace(BatchRun run, SegmentLimits limits) {
        boolean reserved = dataDirectory.space().isReservedFor(id);
        StorageException full;
        try {
            return write(run, limits, reserved);
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.FULL);
            full = e;
        }
        for (DirectorySpace.SpaceSource source : DirectorySpace.sourcesForAppends(reserved)) {
            if (dataDirectory.space().makeSpace(source)) {
                try {
                    return write(run, limits, reserved);
                } catch (StorageException e) {
                    e.rethrowUnless(StorageException.Kind.FULL);
                    full = e;
                }
            }
        }
        throw full;
    }

    private PartitionView write(BatchRun run, SegmentLimits limits, boolean reserved) {
        if (!reserved) {
            dataDirectory.space().requireReserve();
        }
        PartitionView now = view;
        long nowMs = dataDirectory.clock().millis();
        PartitionView taking = now.active().writer().mustEndBefore(run, limits, nowMs) ? roll(now, run) : now;
        taking.active().writer().append(run, limits, dataDirectory.afterWrite());
        taking.active().lastAppendMs(nowMs);
        if (dataDirectory.setsFileTimes()) {
            taking.active().saveLastAppend();
        }
        if (!reserved) {
            dataDirectory.space().accepted();
        }
        return taking;
    }

    private PartitionView roll(PartitionView now, BatchRun run) {
        boolean tooFar = run.nextOffset() - 1 - now.end() > Integer.MAX_VALUE;
        return roll(now, tooFar ? run.baseOffset() : now.end());
    }

    /**
     * Ends the active segment, unless it is empty; uses the reserve when the disk is full. Call with the
     * monitor held.
     */
    void seal() {
        durability.requireSound();
        if (view.tailBytes() > 0) {
            try {
                directory.withReserve(() -> {
                    roll(view, view.end());
                });
            } catch (IOException e) {
                throw Disk.writeFailure("sealing a segment", path(), e);
            }
        }
    }

    private PartitionView roll(PartitionView now, long base) throws StorageException {
        FileSegment active = now.active();
        FileSegment[] segments = Arrays.copyOf(now.segments(), now.segments().length + 1);
        try {
            hit(FileFailPoints.ROLL_BEFORE_CREATE);
            active.writer().seal();
            active.saveLastAppend();
            segments[segments.length - 1] =
                    SegmentCreation.create(directory, base, () -> hit(FileFailPoints.ROLL_AFTER_LOG));
        } catch (IOException e) {
            throw Disk.writeFailure("starting a segment at " + base, path(), e);
        }
        durability.names().changed();
        PartitionView rolled = new PartitionView(now.start(), segments, now.end(), 0);
        view = rolled;
        return rolled;
    }

    BatchSlice read(long offset, long endOffset, int maxBytes) {
        FilePartitionReader.ReadRequest request =
                new FilePartitionReader.ReadRequest(offset, endOffset, maxBytes, dataDirectory.verifiesReads());
        return readingView(now -> FilePartitionReader.read(this, now, request));
    }

    /** @return where the last reader's next read begins, or null */
    NextRead nextRead() {
        return nextRead;
    }

    /** Sets where the last reader's next read begins; null when that is not known. */
    void nextRead(NextRead next) {
        nextRead = next;
    }

    /** @return true if the batches from an offset on may not be in memory; false outside the extent */
    boolean readWaits(long offset) {
        PartitionView now = view;
        return now.start() <= offset
                && offset < now.end()
                && !recent.has(offset, dataDirectory.checkpoints().appendedBytes());
    }

    OffsetAt offsetAt(long timestamp) {
        return readingView(now -> FilePartitionReader.offsetAt(now, timestamp));
    }

    List<Segment> segments() {
        return readingView(PartitionView::describe);
    }

    @FunctionalInterface
    private interface ViewRead<T> {
        T at(PartitionView now);
    }

    private <T> T readingView(ViewRead<T> read) {
        while (true) {
            PartitionView now = view;
            try {
                return read.at(now);
            } catch (RetiredException e) {
                awaitNewView(now);
            } catch (StorageException e) {
                fencing.requirePresent(); // a deletion may have removed the files during the read
                throw e;
            }
        }
    }

    /**
     * Waits until the writer that has retired a segment has published the next view.
     *
     * @param seen the view that had the segment
     */
    synchronized void awaitNewView(PartitionView seen) {
        fencing.requirePresent();
        if (view == seen) {
            durability.requireSound();
            throw new StorageException(StorageException.Kind.RETRY, id + ": a segment is being replaced");
        }
    }

    /** Completes the active segment's indexes: a start after a clean shutdown relies on them. */
    void completeIndexes() throws IOException {
        view.active().writer().seal();
        view.active().saveLastAppend();
    }

    /** Forces the indexes that {@link #completeIndexes} has completed. */
    void forceIndexes() throws IOException {
        view.active().forceIndexes();
    }

    /** Closes the files that are neither in use nor dirty. */
    public void closeIdleFiles() {
        if (view != null) {
            view.forEach(FileSegment::closeIdleFiles);
        }
    }

    /** Retires the partition's files: they cannot be acquired any more. Call with the monitor held. */
    public void retire() {
        if (view != null) {
            view.forEach(FileSegment::retire);
        }
    }

    PartitionView view() {
        return view;
    }

    /**
     * Creates an empty segment for a partition that is emptied; uses the reserve when the disk is full. Call
     * with the monitor held.
     */
    FileSegment createSegment(long base) throws IOException {
        return directory.withReserve(() -> SegmentCreation.create(directory, base, () -> {}));
    }

    /** Publishes the view that a trim leaves. Call with the monitor held. */
    void publishTrimmed(PartitionView trimmed) {
        view = trimmed;
        durability.trimmed(trimmed.start());
    }

    /** Sets the view that readers see; only for {@link PartitionSync#publish}. */
    void replaceView(PartitionView other) {
        view = other;
    }
}

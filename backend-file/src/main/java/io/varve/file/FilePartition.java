// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.Extent;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.Fencing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A partition's files and what is known of them.
 *
 * <p>Locks: writes hold this object's monitor, I/O included; readers and {@link PartitionSync#sync} take none, they work on the
 * {@link View} published last and look again when a segment was taken away under them.
 */
final class FilePartition {
    final PartitionId id;
    final DataDirectory home;
    private final FileStorage storage;
    final PartitionSync durability;

    /** Who may use it; opened and ended under this. */
    final Fencing fencing;

    private volatile View view;

    FilePartition(FileStorage storage, DataDirectory home, PartitionId id, long recoveryPoint, long startPoint) {
        this.storage = storage;
        this.home = home;
        this.id = id;
        this.fencing = new Fencing(id);
        this.durability = new PartitionSync(this, recoveryPoint, startPoint);
    }

    Path directory() {
        return home.path.resolve(id.toString());
    }

    boolean isLoaded() {
        return view != null;
    }

    /**
     * Reads what is on disk, once. After a crash {@link PartitionSync#sync} is to make durable what was found past the recovery point.
     *
     * @return what there was to say about it, or null when it was read already
     */
    synchronized Receipt load(SegmentLimits limits, boolean clean) {
        if (view != null) {
            return null;
        }
        PartitionLoader loader = new PartitionLoader(this, storage, limits, clean);
        View loaded = loader.load();
        durability.loaded(loaded, clean);
        view = loaded;
        return loader.receipt();
    }

    Extent extent() {
        Durable was = durability.durable();
        View now = view;
        return new Extent(now.start(), now.end(), Math.min(was.offset(), now.end()));
    }

    /** Call with the monitor held. */
    void append(BatchRun run, SegmentLimits limits) {
        View now = view;
        run.requireAtOrAbove(id, now.end());
        durability.requireSound();
        home.failPoints.hit(FileFailPoints.APPEND_BEFORE_WRITE);
        try {
            now = writeOrMakeRoom(now, run, limits);
        } catch (BrokenException e) {
            throw durability.refuseWrites(e.getMessage(), e);
        } catch (StorageException e) {
            if (e.kind() == StorageException.Kind.FULL) {
                home.refusals.refused(e.getMessage());
            }
            throw e;
        }
        view = new View(
                now.start(),
                now.segments(),
                run.nextOffset(),
                now.tailBytes() + run.bytes().remaining());
    }

    /** Files that are only kept for a while yield to bytes that are wanted now. */
    private View writeOrMakeRoom(View now, BatchRun run, SegmentLimits limits) {
        try {
            return writeWithinRoom(now, run, limits);
        } catch (StorageException e) {
            if (e.kind() != StorageException.Kind.FULL || !home.dropped.deleteAll()) {
                throw e;
            }
            return writeWithinRoom(view, run, limits);
        }
    }

    private View writeWithinRoom(View now, BatchRun run, SegmentLimits limits) {
        if (storage.mayUseReserve(id)) {
            return writeWithReserve(now, run, limits);
        }
        home.reserve.requireHeld();
        View written = write(now, run, limits);
        home.refusals.taken();
        return written;
    }

    private View writeWithReserve(View now, BatchRun run, SegmentLimits limits) {
        try {
            return write(now, run, limits);
        } catch (StorageException e) {
            if (e.kind() != StorageException.Kind.FULL || !home.reserve.lend()) {
                throw e;
            }
            return write(view, run, limits);
        }
    }

    /** @return the view whose active segment has taken the run, which it does not show yet */
    private View write(View now, BatchRun run, SegmentLimits limits) {
        long nowMs = home.clock.millis();
        View taking = now.active().writer().mustEndBefore(run, limits, nowMs) ? roll(now, run) : now;
        taking.active().writer().append(run, limits, home.written);
        taking.active().lastAppendMs(nowMs);
        return taking;
    }

    private View roll(View now, BatchRun run) {
        FileSegment active = now.active();
        boolean tooFar = run.nextOffset() - 1 - now.end() > Integer.MAX_VALUE;
        long base = tooFar ? run.baseOffset() : now.end();
        FileSegment[] segments = Arrays.copyOf(now.segments(), now.segments().length + 1);
        try {
            home.failPoints.hit(FileFailPoints.ROLL_BEFORE_CREATE);
            active.writer().seal();
            active.noteLastAppend();
            segments[segments.length - 1] =
                    FileSegment.create(this, base, () -> home.failPoints.hit(FileFailPoints.ROLL_AFTER_LOG));
        } catch (IOException e) {
            throw Disk.writeFailure("starting a segment at " + base, directory(), e);
        }
        durability.names().changed();
        View rolled = new View(now.start(), segments, now.end(), 0);
        view = rolled;
        return rolled;
    }

    BatchSlice read(long offset, long endOffset, int maxBytes) {
        FilePartitionReader.Wish wish =
                new FilePartitionReader.Wish(offset, endOffset, maxBytes, storage.verifiesReads());
        return looking(now -> FilePartitionReader.read(id, now, durability.durable(), wish));
    }

    OffsetAt offsetAt(long timestamp) {
        return looking(now -> FilePartitionReader.offsetAt(now, timestamp));
    }

    List<Segment> segments() {
        return looking(FilePartition::describe);
    }

    private static List<Segment> describe(View now) {
        List<Segment> list = new ArrayList<>(now.segments().length);
        for (int i = 0; i < now.segments().length; i++) {
            FileSegment segment = now.segments()[i];
            list.add(new Segment(
                    segment.base,
                    now.endOf(i),
                    now.bytesOf(i),
                    segment.maxTimestamp(),
                    segment.lastAppendMs(),
                    !now.isActive(i),
                    Segment.LOCAL));
        }
        return list;
    }

    @FunctionalInterface
    private interface Look<T> {
        T at(View now);
    }

    private <T> T looking(Look<T> look) {
        while (true) {
            View now = view;
            try {
                return look.at(now);
            } catch (RetiredException e) {
                awaitOther(now);
            } catch (StorageException e) {
                fencing.requirePresent(); // a deletion may have taken the files away from under the look
                throw e;
            }
        }
    }

    /** A writer has taken a segment away: waits until it has published what stands in its place. */
    synchronized void awaitOther(View seen) {
        fencing.requirePresent();
        if (view == seen) {
            durability.requireSound();
            throw new StorageException(StorageException.Kind.RETRY, id + ": a segment is being replaced");
        }
    }

    /** Completes the active segment's indexes, which a clean start relies on. */
    void seal() throws IOException {
        view.active().writer().seal();
        view.active().noteLastAppend();
    }

    /** Forces what {@link #seal} has completed. */
    void forceIndexes() throws IOException {
        view.active().forceIndexes();
    }

    /** Closes what files it can. */
    void closeIdleFiles() {
        if (view != null) {
            for (FileSegment segment : view.segments()) {
                segment.closeIdleFiles();
            }
        }
    }

    /** Gives its files to nobody any more. Call with the monitor held. */
    void retire() {
        if (view != null) {
            for (FileSegment segment : view.segments()) {
                segment.retire();
            }
        }
    }

    // What PartitionEdits needs: call with the monitor held.

    View view() {
        return view;
    }

    OpenFiles openFiles() {
        return storage.openFiles();
    }

    /** Publishes a trimmed head. */
    void publishTrimmed(View trimmed) {
        view = trimmed;
        durability.trimmed(trimmed.start());
    }

    /** Lets readers see another set of segments; only within {@link PartitionSync#publish}. */
    void show(View other) {
        view = other;
    }
}

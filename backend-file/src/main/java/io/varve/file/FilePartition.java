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
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A partition's files and what is known of them.
 *
 * <p>Locks: writes hold this object's monitor, I/O included; readers and {@link #sync} take none, they work on the {@link View}
 * published last and look again when a segment was taken away under them. {@code publishing} orders what a sync found durable with
 * truncations and is never held across I/O; {@code forcing} lets one force at a time and is taken last but for {@code publishing}.
 */
final class FilePartition {
    final PartitionId id;
    final DataDirectory home;
    private final FileStorage storage;
    private final Object publishing = new Object();
    private final Object forcing = new Object();

    /** Who may write; guarded by this. */
    volatile long highestEpoch = Long.MIN_VALUE;

    FileStore holder;
    /** Why the partition cannot be used any more: deleted or its storage closed. */
    volatile String gone;

    private volatile View view;
    private volatile Durable durable;
    /** Counts twice for every change of what was appended: odd while files and view may differ. */
    private long changes;

    private volatile Refusal broken;
    private final Unforced names = new Unforced();
    private final Unforced starts = new Unforced();
    /** What the checkpoints are to say; -1 when they said nothing and the files have not been looked at. */
    private volatile long recoveryPoint;

    private volatile long startPoint;

    FilePartition(FileStorage storage, DataDirectory home, PartitionId id, long recoveryPoint, long startPoint) {
        this.storage = storage;
        this.home = home;
        this.id = id;
        this.recoveryPoint = recoveryPoint;
        this.startPoint = startPoint;
    }

    Path directory() {
        return home.path.resolve(id.toString());
    }

    long recoveryPoint() {
        return recoveryPoint;
    }

    long startPoint() {
        return startPoint;
    }

    boolean isLoaded() {
        return view != null;
    }

    /**
     * Reads what is on disk, once. After a crash {@link #sync} is to make durable what was found past the recovery point.
     *
     * @return what there was to say about it, or null when it was read already
     */
    synchronized Receipt load(SegmentLimits limits, boolean clean) {
        if (view != null) {
            return null;
        }
        PartitionLoader loader = new PartitionLoader(this, storage, limits, clean);
        View loaded = loader.load(startPoint);
        durable = clean || recoveryPoint >= loaded.end()
                ? new Durable(loaded.end(), loaded.active(), loaded.tailBytes())
                : new Durable(Math.max(0, recoveryPoint), null, 0);
        recoveryPoint = durable.offset();
        startPoint = loaded.start();
        view = loaded;
        return loader.receipt();
    }

    Extent extent() {
        Durable was = durable;
        View now = view;
        return new Extent(now.start(), now.end(), Math.min(was.offset(), now.end()));
    }

    /** Call with the monitor held. */
    void append(BatchRun run, SegmentLimits limits) {
        View now = view;
        run.requireAtOrAbove(id, now.end());
        requireSound();
        home.failPoints.hit(FailPointNames.APPEND_BEFORE_WRITE);
        try {
            if (now.active().mustEndBefore(run, limits)) {
                now = roll(now, run);
            }
            now.active().append(run, limits, home.written);
            home.refusals.taken();
        } catch (BrokenException e) {
            throw refuseWrites(e.getMessage(), e);
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

    private View roll(View now, BatchRun run) {
        FileSegment active = now.active();
        boolean tooFar = run.nextOffset() - 1 - now.end() > Integer.MAX_VALUE;
        long base = tooFar ? run.baseOffset() : now.end();
        FileSegment[] segments = Arrays.copyOf(now.segments(), now.segments().length + 1);
        try {
            home.failPoints.hit(FailPointNames.ROLL_BEFORE_CREATE);
            active.seal();
            segments[segments.length - 1] =
                    FileSegment.create(this, base, () -> home.failPoints.hit(FailPointNames.ROLL_AFTER_LOG));
        } catch (IOException e) {
            throw Disk.writeFailure("starting a segment at " + base, directory(), e);
        }
        names.changed();
        View rolled = new View(now.start(), segments, now.end(), 0);
        view = rolled;
        return rolled;
    }

    /** @throws StorageException FULL after a failure that left the files unsure */
    void requireSound() {
        Refusal why = broken;
        if (why != null) {
            throw why.failure(id);
        }
    }

    /** From now on nothing is written any more, until a restart has looked at the files. */
    StorageException refuseWrites(String why, Throwable cause) {
        Refusal refusal = new Refusal(why, cause);
        broken = refusal;
        return refusal.failure(id);
    }

    /** Why the partition is read-only. */
    private record Refusal(String why, Throwable cause) {
        StorageException failure(PartitionId id) {
            return new StorageException(
                    StorageException.Kind.FULL, id + " is read-only until the next start: " + why, cause);
        }
    }

    BatchSlice read(long offset, long endOffset, int maxBytes) {
        PartitionReader.Wish wish = new PartitionReader.Wish(offset, endOffset, maxBytes, storage.verifiesReads());
        return looking(now -> PartitionReader.read(id, now, durable, wish));
    }

    OffsetAt offsetAt(long timestamp) {
        return looking(now -> PartitionReader.offsetAt(now, timestamp));
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
            }
        }
    }

    /** A writer has taken a segment away: waits until it has published what stands in its place. */
    private synchronized void awaitOther(View seen) {
        requirePresent();
        if (view == seen) {
            requireSound();
            throw new StorageException(StorageException.Kind.RETRY, id + ": a segment is being replaced");
        }
    }

    /** Makes durable what is readable now. Appends and reads go on meanwhile. */
    void sync() {
        while (true) {
            View now;
            long before;
            synchronized (publishing) {
                now = view;
                before = changes;
            }
            if (isChanging(before)) {
                requireSound();
                awaitOther(now);
                continue;
            }
            try {
                if (forced(now, before)) {
                    return;
                }
            } catch (RetiredException e) {
                awaitOther(now);
                continue;
            } catch (IOException e) { // nothing was forced in vain: a file could not be opened
                requirePresent();
                throw new StorageException(
                        StorageException.Kind.RETRY, id + " could not be synced: " + e.getMessage(), e);
            }
        }
    }

    /**
     * One after another: the system reports a failed force once, to one of those that wait for it, and the others must not publish
     * what it has lost.
     *
     * @return false if what was appended has changed meanwhile
     */
    private boolean forced(View now, long before) throws IOException {
        synchronized (forcing) {
            requireSound();
            try {
                force(now);
            } catch (ForceFailedException | UncheckedIOException e) {
                requirePresent();
                throw refuseWrites("a sync failed, so that bytes of it may be lost: " + e.getMessage(), e);
            }
            synchronized (publishing) {
                if (before != changes) {
                    return false;
                }
                if (now.end() >= durable.offset()) {
                    durable = new Durable(now.end(), now.active(), now.tailBytes());
                }
                recoveryPoint = durable.offset();
                return true;
            }
        }
    }

    /** Makes the first {@code segments} segments durable, without saying so. */
    void forceFirst(View now, int segments) throws IOException {
        synchronized (forcing) {
            requireSound();
            try {
                for (int i = 0; i < segments; i++) {
                    now.segments()[i].force(true);
                }
            } catch (ForceFailedException e) {
                throw refuseWrites("a sync failed before segments were replaced: " + e.getMessage(), e);
            }
        }
    }

    private void requirePresent() {
        if (gone != null) {
            throw new StorageException(StorageException.Kind.CLOSED, id + gone);
        }
    }

    private static boolean isChanging(long changes) {
        return changes % 2 != 0;
    }

    private void force(View now) throws IOException {
        if (names.any()) {
            long mark = names.mark();
            home.failPoints.hit(FailPointNames.SYNC_BEFORE_DIRECTORY);
            Disk.forceDirectory(directory());
            names.forced(mark);
        }
        Durable was = durable;
        if (was.offset() >= now.end() && was.segment() == now.active()) {
            return;
        }
        // The segment of the durable end may have been sealed since, with nothing more in it: its indexes are to be
        // forced.
        int from = was.segment() == null ? -1 : now.indexOf(was.segment());
        for (int i = from < 0 ? now.indexOf(was.offset()) : from; i < now.segments().length; i++) {
            home.failPoints.hit(FailPointNames.SYNC_BEFORE_FORCE);
            now.segments()[i].force(!now.isActive(i));
        }
        home.failPoints.hit(FailPointNames.SYNC_AFTER_FORCE);
    }

    /** @return changes of the start that no checkpoint tells of yet */
    Unforced starts() {
        return starts;
    }

    /** Completes the active segment's indexes, which a clean start relies on. */
    void seal() throws IOException {
        view.active().seal();
    }

    /** Forces what {@link #seal} has completed. */
    void forceIndexes() throws IOException {
        view.active().forceIndexes();
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
        startPoint = trimmed.start();
        starts.changed();
    }

    /**
     * Before a gap comes between two segments: recovery takes one past the checkpoint for batches that were lost.
     *
     * @param end offset below which everything is on the device
     */
    void promise(long end) throws IOException {
        synchronized (publishing) {
            if (durable.offset() < end) {
                durable = new Durable(end, null, 0);
            }
            recoveryPoint = durable.offset();
        }
        home.writeCheckpoints();
    }

    /**
     * Before files are cut: the checkpoints must not promise more than what will be left. Until {@link #publish} ends the change, no
     * sync raises the durable end.
     */
    void promiseLess(long start, long end) throws IOException {
        long startBefore = startPoint;
        synchronized (publishing) {
            changes++;
            if (durable.offset() > end) {
                durable = new Durable(end, null, 0);
            }
            recoveryPoint = Math.min(recoveryPoint, end);
            startPoint = start;
        }
        try {
            home.writeCheckpoints();
        } catch (IOException e) {
            synchronized (publishing) {
                changes++;
                startPoint = startBefore;
            }
            throw e;
        }
    }

    /**
     * Publishes another set of segments.
     *
     * @param durableEnd offset up to which the new view is known to be durable, or -1 to leave it
     */
    void publish(View other, long durableEnd) {
        synchronized (publishing) {
            changes += isChanging(changes) ? 1 : 2;
            view = other;
            long offset = Math.min(other.end(), Math.max(durable.offset(), durableEnd));
            durable = offset == other.end()
                    ? new Durable(offset, other.active(), other.tailBytes())
                    : new Durable(offset, null, 0);
            recoveryPoint = offset;
        }
    }
}

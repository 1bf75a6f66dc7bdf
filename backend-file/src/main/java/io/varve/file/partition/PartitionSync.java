// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.ForceFailedException;
import io.varve.file.disk.RetiredException;
import io.varve.file.disk.UnforcedChanges;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Forces (fsync) a partition's files, and keeps its durable end. Thread-safe.
 *
 * <p>Two locks: {@code publishing} orders changes of the durable end with truncations, and is never held
 * during I/O. {@code forcing} lets one force run at a time; {@code publishing} may be locked within it.
 */
public final class PartitionSync {
    private final FilePartition partition;
    private final Object publishing = new Object();
    private final Object forcing = new Object();

    private final DurableEnds ends;
    /**
     * Raised by two for each edit of appended batches, such as a truncation: odd while an edit is under way,
     * and files and view may differ.
     */
    private long changes;

    private volatile Refusal refusal;
    /** The entry of a new partition in the list of creations; null once the partition is settled. */
    private volatile CreationLog.ListedPartition listed;

    private final UnforcedChanges names = new UnforcedChanges();
    private final UnforcedChanges starts = new UnforcedChanges();
    private volatile long startPoint;

    /**
     * @param recoveryPoint the checkpointed offset below which every batch is durable, or -1 when it is not
     *     known
     * @param startPoint the checkpointed log start offset
     */
    PartitionSync(FilePartition partition, long recoveryPoint, long startPoint) {
        this.partition = partition;
        this.ends = new DurableEnds(recoveryPoint);
        this.startPoint = startPoint;
    }

    /**
     * @return the recovery point for the next checkpoint: offset below which every batch is durable in the
     *     logs themselves, or -1 when it is not known
     */
    public long recoveryPoint() {
        return ends.recoveryPoint();
    }

    /** @return the log start offset for the next checkpoint */
    public long startPoint() {
        return startPoint;
    }

    DurablePosition durable() {
        return ends.durable();
    }

    /** @return the changes of segments' names in the directory */
    UnforcedChanges names() {
        return names;
    }

    /** @return the changes of the log start offset since the last checkpoint */
    UnforcedChanges starts() {
        return starts;
    }

    /**
     * Sets the state that was read from disk.
     *
     * @param clean false after a crash: then {@link #sync} must still make durable what lies past the
     *     recovery point
     */
    void loaded(PartitionView loaded, boolean clean) {
        ends.loaded(loaded, clean);
        startPoint = loaded.start();
    }

    /** Notes that only the list of creations makes the partition survive a power cut, until it is settled. */
    public void listed(CreationLog.ListedPartition entry) {
        listed = entry;
    }

    /** @return true unless only the list of creations makes the partition survive a power cut */
    public boolean isSettled() {
        return listed == null;
    }

    /**
     * Makes a new partition's own files and names durable, unless they are. Call this before anything in the
     * partition is called durable.
     */
    void settle() throws IOException {
        CreationLog.ListedPartition entry = listed;
        if (entry != null) {
            partition.directory().withDescriptors(() -> settle(entry));
        }
    }

    private void settle(CreationLog.ListedPartition entry) throws IOException {
        DataDirectory dataDirectory = partition.dataDirectory();
        partition.hit(FileFailPoints.SETTLE_BEFORE_METADATA);
        dataDirectory.space().withReserve(() -> NewPartitionFiles.writeMetadataAgain(partition));
        partition.hit(FileFailPoints.SYNC_BEFORE_DIRECTORY);
        long mark = names.mark();
        Disk.forceDirectory(partition.path());
        names.forced(mark);
        dataDirectory.forceNames();
        dataDirectory.creations().settled(entry);
        listed = null;
    }

    /**
     * Sets the offset for the next checkpoints, for a partition that a start finds emptied. Call before the
     * files are read.
     */
    public void beginsAnew(long offset) {
        ends.beginsAnew(offset);
        startPoint = offset;
    }

    /** Notes, before the files are read, that the logs were forced up to an offset, exclusive. */
    public void wasForced(long end) {
        ends.wasForced(end);
    }

    /** Sets a raised log start offset; a later sync writes it to the checkpoint. */
    void trimmed(long start) {
        startPoint = start;
        starts.changed();
    }

    /** @throws StorageException FULL after a failure that may have left the files half written */
    void requireSound() {
        StorageException why = refusal();
        if (why != null) {
            throw why;
        }
    }

    /** @return why the partition is read-only, FULL; null unless it is */
    StorageException refusal() {
        Refusal why = refusal;
        return why == null ? null : why.failure(partition.id());
    }

    /**
     * Makes the partition read-only until the next start.
     *
     * @return the failure to throw
     */
    StorageException refuseWrites(String why, Throwable cause) {
        Refusal refused = new Refusal(why, cause);
        refusal = refused;
        return refused.failure(partition.id());
    }

    /** As {@link #refuseWrites}, after an edit of files that may be half done. */
    StorageException failedHalfWay(String what, Exception cause) {
        return refuseWrites(what + " failed half way: " + cause.getMessage(), cause);
    }

    /** Why the partition is read-only. */
    private record Refusal(String why, Throwable cause) {
        StorageException failure(PartitionId id) {
            return new StorageException(
                    StorageException.Kind.FULL, id + " is read-only until the next start: " + why, cause);
        }
    }

    /**
     * Makes durable every batch that is readable now. Appends and reads go on meanwhile.
     *
     * @throws StorageException FULL if a force failed, now or before: the partition is read-only then; RETRY
     *     if a file could not be opened or a segment is being replaced; CLOSED if the partition is deleted
     */
    public void sync() {
        while (true) {
            PartitionView now;
            long before;
            synchronized (publishing) {
                now = partition.view();
                before = changes;
            }
            if (isChanging(before)) {
                requireSound();
                partition.awaitNewView(now);
                continue;
            }
            try {
                if (forced(now, before)) {
                    return;
                }
            } catch (RetiredException e) {
                partition.awaitNewView(now);
                continue;
            } catch (IOException e) { // no force has failed: a file could not be opened
                partition.fencing().requirePresent();
                throw new StorageException(
                        StorageException.Kind.RETRY, partition.id() + " could not be synced: " + e.getMessage(), e);
            }
        }
    }

    /**
     * Forces the segments of a view, and raises the durable end. One force at a time: the system reports a
     * failed force to only one of several waiting threads, and the others must not publish the bytes that it
     * has lost.
     *
     * @return false if an edit was under way meanwhile
     */
    private boolean forced(PartitionView now, long before) throws IOException {
        synchronized (forcing) {
            if (refusal != null) {
                partition.fencing().requirePresent();
            }
            requireSound();
            try {
                force(now);
            } catch (Error e) { // the force may have failed half way
                refuseWrites("a sync failed, so that bytes of it may be lost: " + e, e);
                throw e;
            } catch (ForceFailedException | UncheckedIOException e) {
                // Also in a partition that has ended: its removal may fail, and the partition go on.
                StorageException refused =
                        refuseWrites("a sync failed, so that bytes of it may be lost: " + e.getMessage(), e);
                partition.fencing().requirePresent();
                throw refused;
            }
            synchronized (publishing) {
                if (before != changes) {
                    return false;
                }
                ends.forced(now);
                return true;
            }
        }
    }

    /**
     * @return the batches that the ring may make durable, or null where the logs must be forced: names or
     *     another segment are not durable, or an edit is under way
     */
    RingShare ringShare() {
        synchronized (publishing) {
            PartitionView now = partition.view();
            DurablePosition was = ends.durable();
            boolean onlyBatches = refusal == null
                    && isSettled()
                    && !names.any()
                    && !isChanging(changes)
                    && was.segment() == now.active();
            return onlyBatches ? new RingShare(now, changes, was.bytes()) : null;
        }
    }

    /**
     * Raises the durable end: the ring has the batches.
     *
     * @return false if an edit was under way meanwhile
     */
    boolean published(RingShare share) {
        synchronized (publishing) {
            if (share.changes() != changes) {
                return false;
            }
            ends.inRing(share.seen());
            return true;
        }
    }

    /**
     * Requires that a start writes nothing from the ring to the logs. Call before an edit that removes or
     * replaces batches, with the partition's monitor held.
     *
     * @throws StorageException as {@link #sync}
     * @throws IOException if the ring cannot be written
     */
    void leaveRing() throws IOException {
        CommitRing ring = partition.dataDirectory().ring();
        if (ring.isOff()) {
            return;
        }
        // Also if the ring has nothing: a commit could bring it batches before the edit begins.
        sync();
        ring.forget(List.of(partition.id()));
        partition.hit(FileFailPoints.RING_LEFT);
    }

    /** Forces the first {@code segments} segments; the durable end stays. */
    void forceFirst(PartitionView now, int segments) throws IOException {
        synchronized (forcing) {
            requireSound();
            try {
                settle();
                for (int i = 0; i < segments; i++) {
                    now.segments()[i].force(true);
                }
            } catch (ForceFailedException e) {
                throw refuseWrites("a sync failed before segments were replaced: " + e.getMessage(), e);
            }
        }
    }

    private static boolean isChanging(long changes) {
        return changes % 2 != 0;
    }

    private void force(PartitionView now) throws IOException {
        if (names.any()) {
            long mark = names.mark();
            partition.hit(FileFailPoints.SYNC_BEFORE_DIRECTORY);
            partition.directory().withDescriptors(() -> Disk.forceDirectory(partition.path()));
            names.forced(mark);
        }
        DurablePosition was = ends.forced();
        if (was.offset() < now.end() || was.segment() != now.active()) {
            force(now, was);
        }
        if (now.end() > 0) {
            settle(); // last: a log that is forced can be closed, where this finds no descriptors
        }
        partition.hit(FileFailPoints.SYNC_AFTER_FORCE);
    }

    private void force(PartitionView now, DurablePosition was) throws IOException {
        // The segment of the durable end may have been sealed since, without another batch: then its indexes
        // must be forced.
        int from = was.segment() == null ? -1 : now.indexOf(was.segment());
        for (int i = from < 0 ? now.indexOf(was.offset()) : from; i < now.segments().length; i++) {
            partition.hit(FileFailPoints.SYNC_BEFORE_FORCE);
            now.segments()[i].force(!now.isActive(i));
        }
    }

    /**
     * Raises the recovery point and writes the checkpoints, before a replacement leaves a gap between two
     * segments: recovery takes a gap past the recovery point for lost batches.
     *
     * @param end offset below which every batch is on the device
     */
    void raiseCheckpoint(long end) throws IOException {
        synchronized (publishing) {
            ends.atLeast(end);
        }
        partition.dataDirectory().writeCheckpoints();
    }

    /**
     * Lowers the checkpoints before files are truncated: they must not promise batches that will be gone. No
     * sync raises the durable end until {@link #publish} ends the edit.
     *
     * @param start the log start offset after the truncation
     * @param end the end after the truncation
     * @throws IOException if they cannot be written; then they are unchanged
     */
    void lowerCheckpoints(long start, long end) throws IOException {
        long startBefore = startPoint;
        synchronized (publishing) {
            changes++;
            ends.atMost(end);
            startPoint = start;
        }
        try {
            partition.dataDirectory().writeCheckpoints();
        } catch (IOException e) {
            synchronized (publishing) {
                changes++;
                startPoint = startBefore;
            }
            throw e;
        }
    }

    /**
     * Publishes a view with other segments, and ends an edit.
     *
     * @param durableEnd offset up to which the new view is durable, or -1 to keep the durable end
     */
    void publish(PartitionView other, long durableEnd) {
        synchronized (publishing) {
            changes += isChanging(changes) ? 1 : 2;
            partition.replaceView(other);
            ends.within(other, durableEnd);
        }
    }
}

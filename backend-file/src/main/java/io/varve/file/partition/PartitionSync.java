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

/**
 * Forces (fsync) a partition's files, and keeps how far the partition is durable. Two locks:
 * {@code publishing} orders what a sync found durable with truncations, and is never held across I/O.
 * {@code forcing} lets one force at a time; only {@code publishing} is taken while it is held. Thread-safe.
 */
public final class PartitionSync {
    private final FilePartition partition;
    private final Object publishing = new Object();
    private final Object forcing = new Object();

    private volatile DurablePosition durable;
    /** Counts twice for every change of what was appended: odd while files and view may differ. */
    private long changes;

    private volatile Refusal refusal;
    private final UnforcedChanges names = new UnforcedChanges();
    private final UnforcedChanges starts = new UnforcedChanges();
    /** What the checkpoints are to say; -1 when they said nothing and the files have not been looked at. */
    private volatile long recoveryPoint;

    private volatile long startPoint;

    /**
     * @param recoveryPoint offset below which the checkpoints say everything is durable, or -1 when they do
     *     not say
     * @param startPoint the checkpointed log start offset
     */
    PartitionSync(FilePartition partition, long recoveryPoint, long startPoint) {
        this.partition = partition;
        this.recoveryPoint = recoveryPoint;
        this.startPoint = startPoint;
    }

    /**
     * @return offset below which the next checkpoint says everything is durable, or -1 when nothing is known
     *     of it
     */
    public long recoveryPoint() {
        return recoveryPoint;
    }

    /** @return the log start offset that the next checkpoint gives */
    public long startPoint() {
        return startPoint;
    }

    DurablePosition durable() {
        return durable;
    }

    /** @return names of segments that were not forced yet */
    UnforcedChanges names() {
        return names;
    }

    /** @return changes of the start that no checkpoint tells of yet */
    UnforcedChanges starts() {
        return starts;
    }

    /**
     * Takes what a start has read from disk.
     *
     * @param clean false after a crash, when {@link #sync} is yet to make durable what was found past the
     *     recovery point
     */
    void loaded(PartitionView loaded, boolean clean) {
        durable = clean || recoveryPoint >= loaded.end()
                ? new DurablePosition(loaded.end(), loaded.active(), loaded.tailBytes())
                : new DurablePosition(Math.max(0, recoveryPoint), null, 0);
        recoveryPoint = durable.offset();
        startPoint = loaded.start();
    }

    /**
     * Notes that the files, which are yet to be read, will hold nothing, and go on at an offset that the
     * checkpoints are to say.
     */
    public void beginsAnew(long offset) {
        recoveryPoint = offset;
        startPoint = offset;
    }

    /** Raises the start; a later sync notes it in a checkpoint. */
    void trimmed(long start) {
        startPoint = start;
        starts.changed();
    }

    /** @throws StorageException FULL after a failure that may have left the files half written */
    void requireSound() {
        Refusal why = refusal;
        if (why != null) {
            throw why.failure(partition.id());
        }
    }

    /** Makes the partition read-only, until a restart has looked at the files. */
    StorageException refuseWrites(String why, Throwable cause) {
        Refusal refused = new Refusal(why, cause);
        refusal = refused;
        return refused.failure(partition.id());
    }

    /** As {@link #refuseWrites}, after a change of files that may be half done. */
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
     * Makes durable what is readable now. Appends and reads go on meanwhile.
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
            } catch (IOException e) { // nothing was forced in vain: a file could not be opened
                partition.fencing().requirePresent();
                throw new StorageException(
                        StorageException.Kind.RETRY, partition.id() + " could not be synced: " + e.getMessage(), e);
            }
        }
    }

    /**
     * Forces what a view shows, and raises the durable end. One after another: the system reports a failed
     * force once, to one of those that wait for it, and the others must not publish what it has lost.
     *
     * @return false if what was appended has changed meanwhile
     */
    private boolean forced(PartitionView now, long before) throws IOException {
        synchronized (forcing) {
            requireSound();
            try {
                force(now);
            } catch (Error e) { // it is not known how far it came
                refuseWrites("a sync failed, so that bytes of it may be lost: " + e, e);
                throw e;
            } catch (ForceFailedException | UncheckedIOException e) {
                partition.fencing().requirePresent();
                throw refuseWrites("a sync failed, so that bytes of it may be lost: " + e.getMessage(), e);
            }
            synchronized (publishing) {
                if (before != changes) {
                    return false;
                }
                if (now.end() >= durable.offset()) {
                    durable = new DurablePosition(now.end(), now.active(), now.tailBytes());
                }
                recoveryPoint = durable.offset();
                return true;
            }
        }
    }

    /** Forces the first {@code segments} segments; the durable end stays where it is. */
    void forceFirst(PartitionView now, int segments) throws IOException {
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

    private static boolean isChanging(long changes) {
        return changes % 2 != 0;
    }

    private void force(PartitionView now) throws IOException {
        if (names.any()) {
            long mark = names.mark();
            partition.hit(FileFailPoints.SYNC_BEFORE_DIRECTORY);
            Disk.forceDirectory(partition.path());
            names.forced(mark);
        }
        DurablePosition was = durable;
        if (was.offset() >= now.end() && was.segment() == now.active()) {
            return;
        }
        // The segment of the durable end may have been sealed since, with nothing more in it: its indexes are
        // to be forced.
        int from = was.segment() == null ? -1 : now.indexOf(was.segment());
        for (int i = from < 0 ? now.indexOf(was.offset()) : from; i < now.segments().length; i++) {
            partition.hit(FileFailPoints.SYNC_BEFORE_FORCE);
            now.segments()[i].force(!now.isActive(i));
        }
        partition.hit(FileFailPoints.SYNC_AFTER_FORCE);
    }

    /**
     * Writes a durable end into the checkpoints before a gap comes between two segments: recovery takes a gap
     * past the checkpoint for batches that were lost.
     *
     * @param end offset below which everything is on the device
     */
    void raiseCheckpoint(long end) throws IOException {
        synchronized (publishing) {
            if (durable.offset() < end) {
                durable = new DurablePosition(end, null, 0);
            }
            recoveryPoint = durable.offset();
        }
        partition.dataDirectory().writeCheckpoints();
    }

    /**
     * Lowers what the checkpoints say, before files are truncated: they must not promise more than what will
     * be left. Until {@link #publish} ends the change, no sync raises the durable end.
     *
     * @param start the log start offset that will be left
     * @param end the end that will be left
     * @throws IOException if they cannot be written; they are as before then
     */
    void lowerCheckpoints(long start, long end) throws IOException {
        long startBefore = startPoint;
        synchronized (publishing) {
            changes++;
            if (durable.offset() > end) {
                durable = new DurablePosition(end, null, 0);
            }
            recoveryPoint = Math.min(recoveryPoint, end);
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
     * Publishes another set of segments.
     *
     * @param durableEnd offset up to which the new view is known to be durable, or -1 to leave it
     */
    void publish(PartitionView other, long durableEnd) {
        synchronized (publishing) {
            changes += isChanging(changes) ? 1 : 2;
            partition.replaceView(other);
            long offset = Math.min(other.end(), Math.max(durable.offset(), durableEnd));
            durable = offset == other.end()
                    ? new DurablePosition(offset, other.active(), other.tailBytes())
                    : new DurablePosition(offset, null, 0);
            recoveryPoint = offset;
        }
    }
}

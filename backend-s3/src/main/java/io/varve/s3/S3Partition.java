// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.Tiering;
import io.varve.core.spi.support.Fencing;
import io.varve.s3.manifest.LocalJournal;
import io.varve.s3.manifest.Manifest;
import io.varve.s3.manifest.ManifestEdit;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.manifest.RemoteSegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Holds what the handles of one partition share. Thread-safe.
 *
 * <p>Invariant: the records from {@link #start} to the hot partition's start are in the bucket, and the
 * manifest names their objects, except those that were given up on a full disk.
 */
final class S3Partition {
    private final PartitionId id;
    private final Manifest manifest;
    private final FailPoints failPoints;
    final Fencing fencing;

    /**
     * Orders the writers: the owner's calls, and what this storage does by itself. Never held across a
     * request to the bucket, except in a truncation that reaches below the hot partition.
     */
    final ReentrantLock writer = new ReentrantLock();

    /** Orders openings and the removal. */
    final Object lifecycle = new Object();

    private final PartitionEdits edits;
    private final PartitionUploads uploads;
    private final ComparedCopies copies = new ComparedCopies();

    private volatile PartitionStore hot;
    private volatile boolean open;
    private volatile PartitionSettings settings = PartitionSettings.DEFAULT;
    private final TieredStart start = new TieredStart();
    private volatile UndecidedTruncation undecided;

    S3Partition(PartitionId id, Manifest manifest, FailPoints failPoints) {
        this.id = id;
        this.manifest = manifest;
        this.failPoints = failPoints;
        this.fencing = new Fencing(id);
        this.edits = new PartitionEdits(id, manifest);
        this.uploads = new PartitionUploads(this, edits, copies);
    }

    /**
     * Takes a new handle of the hot partition.
     *
     * @param handle the handle of the highest epoch
     * @param with the partition's settings
     * @param from the partition's start, if it was not open before in this process
     */
    void opened(PartitionStore handle, PartitionSettings with, long from) {
        if (hot == null && from < handle.extent().start()) {
            start.begin(from);
        }
        take(with);
        hot = handle;
        open = true;
        if (remote().differsFrom(handle)) {
            uploads.replacedBefore(handle.extent().readableEnd());
        }
        uploads.again();
        dropIfOff();
    }

    /** Tells whether the partition was open before in this process: what it noted since still holds. */
    boolean wasOpen() {
        return hot != null;
    }

    /** Stops uploads if the handle is the last one. */
    void closed(PartitionStore handle) {
        if (hot == handle) {
            open = false;
        }
    }

    PartitionId id() {
        return id;
    }

    /** @return the handle of the highest epoch; null if the partition was never open in this process */
    PartitionStore hot() {
        return hot;
    }

    /** Tells whether the handle of the highest epoch is open. */
    boolean isOpen() {
        return open;
    }

    /** @return the partition as a source of uploads */
    PartitionUploads uploads() {
        return uploads;
    }

    PartitionSettings settings() {
        return settings;
    }

    /** Takes new settings, which the hot partition has taken. */
    void settings(PartitionSettings with) {
        take(with);
        uploads.again();
        dropIfOff();
    }

    /** No upload that began before is named after copying has ended: {@link #mayBeInBucket} relies on it. */
    private void take(PartitionSettings with) {
        boolean copied = settings.tiering() == Tiering.COPY;
        settings = with;
        if (copied && with.tiering() != Tiering.COPY) {
            edits.begin();
        }
    }

    /**
     * Makes every upload in progress stale, and commits edits before those of later uploads.
     *
     * @param together edits of this partition: all of them take place, or none
     * @return as {@link Manifest#commit}
     */
    CompletableFuture<Void> change(List<ManifestEdit> together) {
        return edits.commit(together);
    }

    /** @throws StorageException FENCED if another server has claimed the storage */
    void requireOwner() {
        if (manifest.isFenced()) {
            throw new StorageException(
                    StorageException.Kind.FENCED, id + ": another server has claimed the storage in the bucket");
        }
    }

    /** @return the truncation that ended undecided, until the bucket has taken it; else null */
    UndecidedTruncation undecided() {
        return undecided;
    }

    /**
     * Notes how a truncation has ended. The caller has the writer's lock.
     *
     * @param truncation null once it is decided
     */
    void undecided(UndecidedTruncation truncation) {
        undecided = truncation;
    }

    /** Ends the partition: no handle works, nothing is uploaded. */
    void remove(String why) {
        edits.remove();
        fencing.end(why);
    }

    /** Reverts {@link #remove}, when the deletion it was for has failed. */
    void resume() {
        fencing.resume();
        edits.resume();
        uploads.again();
    }

    boolean isRemoved() {
        return edits.isRemoved();
    }

    /** @return what the bucket has of the partition, as last committed */
    RemoteView remote() {
        return manifest.partition(id).map(RemoteView::of).orElseGet(() -> RemoteView.empty(id));
    }

    /**
     * @param local the hot partition's extent
     * @return the extent with the records that are in the bucket only
     */
    Extent extent(Extent local) {
        return start.extent(local);
    }

    /**
     * Notes a trim that the hot partition has taken.
     *
     * @param to the new start, if it is above the present one
     */
    void trimmed(long to) {
        uploads.again();
        start.trimmed(to, mayBeInBucket());
    }

    /**
     * Notes that the hot partition gave up its oldest records, which the bucket has not. What the bucket has
     * below them stays: they are a gap then. If it has nothing, the partition starts after them.
     *
     * @param to offset after the last of them, exclusive
     */
    void gaveUp(long to) {
        if (start.isAsHot()) {
            trimmed(to);
        }
    }

    /**
     * Notes a truncation that the hot partition has taken.
     *
     * @param end the lowest offset that was dropped
     */
    void truncated(long end) {
        uploads.again();
        start.truncated(end);
    }

    /**
     * Tells whether the manifest knows the partition, or may soon: by an upload in progress, or by an edit
     * on its way. Then the journal must have what the manifest is to learn.
     */
    boolean mayBeInBucket() {
        // In this order: an edit that arrives meanwhile is seen by the one look or by the other.
        return settings.tiering() == Tiering.COPY
                || edits.areOpen()
                || manifest.partition(id).isPresent();
    }

    /** @return the partition's start, as it is here and in the journal */
    TieredStart tieredStart() {
        return start;
    }

    /** Tells whether the bucket has a local segment, as far as is known without a look at its batches. */
    boolean seemsCopied(Segment segment, RemoteView remote, long hotStart) {
        List<RemoteSegment> found = remote.copiesOf(segment, hotStart);
        return !found.isEmpty() && found.stream().noneMatch(copies::isKnownToDiffer);
    }

    /**
     * Tells whether the bucket has the batches of a local segment, so that its local copy may go. If it has
     * other ones, it gets those of this machine, which readers have seen.
     */
    private boolean isCopied(PartitionStore local, Segment segment, RemoteView remote, long hotStart) {
        List<RemoteSegment> found = remote.copiesOf(segment, hotStart);
        if (found.isEmpty() || found.stream().allMatch(one -> copies.areSame(local, one))) {
            return !found.isEmpty();
        }
        uploads.replacedBefore(local.extent().readableEnd());
        return false;
    }

    private boolean keepsLocal() {
        return !open || settings.compacted() || isOff() || uploads.isTruncating();
    }

    /**
     * Compares what {@link #dropLocal} would drop with what the bucket has.
     *
     * @param upTo as there
     */
    void compareCopies(long upTo) {
        PartitionStore local = hot;
        if (keepsLocal()) {
            return;
        }
        RemoteView remote = remote();
        long from = local.extent().start();
        for (Segment segment : local.segments()) {
            if (segment.endOffset() > upTo || !isCopied(local, segment, remote, from)) {
                return;
            }
        }
    }

    /**
     * Drops local copies of segments that the bucket has. The caller has the writer's lock.
     *
     * @param upTo offset that a segment's end must not exceed
     * @return bytes that were dropped
     */
    long dropLocal(long upTo) {
        PartitionStore local = hot;
        if (keepsLocal()) {
            return 0;
        }
        RemoteView remote = remote();
        long from = local.extent().start();
        long bytes = 0;
        long to = from;
        for (Segment segment : local.segments()) {
            if (segment.endOffset() > upTo || !isCopied(local, segment, remote, from)) {
                break;
            }
            to = segment.endOffset();
            bytes += segment.bytes();
        }
        if (to > from) {
            if (start.isAsHot()) {
                start.begin(from);
            }
            failPoints.hit(S3FailPoints.DROP_BEFORE_TRIM);
            local.trimTo(to);
            copies.keepOnly(remote.endingAbove(to));
        }
        return bytes;
    }

    /** Tells whether copies in the bucket of what is on this machine go, or are about to. */
    boolean isOff() {
        return settings.tiering() == Tiering.OFF || !edits.isSettled();
    }

    /**
     * Drops the remote copies of segments that are on this machine, if the tier is off. The caller has the
     * writer's lock, or opens the partition.
     */
    void dropIfOff() {
        PartitionStore local = hot;
        if (!open || settings.tiering() != Tiering.OFF || uploads.isTruncating()) {
            return;
        }
        RemoteView remote = remote();
        if (remote.isEmpty()) {
            return;
        }
        Extent extent = local.extent();
        List<UUID> objects = new ArrayList<>();
        for (RemoteSegment segment : remote.endingAbove(extent.start())) {
            if (Math.max(segment.baseOffset(), extent(extent).start()) >= extent.start()
                    && segment.endOffset() <= extent.durableEnd()) {
                objects.add(segment.object());
            }
        }
        edits.drop(objects);
    }

    /**
     * Commits a start that is above the manifest's, if the manifest knows the partition.
     *
     * @param journal forgets a start that the manifest has
     * @param then runs when the manifest has a new one, on its thread
     */
    void commitStart(LocalJournal journal, Runnable then) {
        PartitionStore local = hot;
        long seen = edits.generation();
        Optional<RemotePartition> known = manifest.partition(id);
        if (!open || uploads.isTruncating() || known.isEmpty()) {
            return;
        }
        long from = extent(local.extent()).start();
        if (known.get().start() >= from) {
            journal.forgetStart(id, known.get().start());
            return;
        }
        // A truncation meanwhile may have moved the start back.
        edits.moveStart(seen, from, then);
    }
}

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
import io.varve.s3.upload.UploadSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Holds what the handles of one partition share, and offers its segments for upload. Thread-safe.
 *
 * <p>Invariant: the records from {@link #start} to the hot partition's start are in the bucket, and the
 * manifest names their objects, except those that were given up on a full disk.
 */
final class S3Partition implements UploadSource {
    private static final long NONE = -1;

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

    private volatile PartitionStore hot;
    private volatile boolean truncating;
    private volatile boolean open;
    private volatile PartitionSettings settings = PartitionSettings.DEFAULT;
    private final TieredStart start = new TieredStart();
    private volatile long offeredEnd = NONE;
    private volatile long replacedBelow;

    S3Partition(PartitionId id, Manifest manifest, FailPoints failPoints) {
        this.id = id;
        this.manifest = manifest;
        this.failPoints = failPoints;
        this.fencing = new Fencing(id);
        this.edits = new PartitionEdits(id, manifest);
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
        settings = with;
        hot = handle;
        open = true;
        offeredEnd = NONE;
        if (remote().differsFrom(handle)) {
            replacedBelow = handle.extent().readableEnd(); // it was replaced before this start
        }
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

    @Override
    public PartitionId id() {
        return id;
    }

    @Override
    public PartitionStore hot() {
        return hot;
    }

    @Override
    public long start() {
        return extent(hot.extent()).start();
    }

    @Override
    public boolean copies() {
        return open && !truncating && settings.tiering() == Tiering.COPY && edits.isSettled();
    }

    /**
     * Truncates the bucket and the hot partition, and lets no upload begin in between: it would take
     * records back that are gone from the bucket and still here.
     */
    void truncating(Runnable both) {
        truncating = true;
        try {
            both.run();
        } finally {
            edits.begin();
            truncating = false;
        }
    }

    @Override
    public boolean compacted() {
        return replacedBelow > 0 || settings.compacted();
    }

    @Override
    public long replacedBelow() {
        return replacedBelow;
    }

    @Override
    public long generation() {
        return edits.generation();
    }

    @Override
    public <T> Optional<T> ifUnchanged(long seen, Supplier<T> action) {
        return truncating ? Optional.empty() : edits.ifUnchanged(seen, action);
    }

    @Override
    public void uploaded() {
        // the manifest says what is uploaded: nothing is kept here
    }

    PartitionSettings settings() {
        return settings;
    }

    /** Takes new settings, which the hot partition has taken. */
    void settings(PartitionSettings with) {
        settings = with;
        offeredEnd = NONE;
        dropIfOff();
    }

    /**
     * Makes every upload in progress stale, at the beginning and at the end of a replacement.
     *
     * @param end the partition's readable end: what was replaced went because of records below it
     */
    void replaces(long end) {
        replacedBelow = end;
        offeredEnd = NONE;
        edits.begin();
    }

    /**
     * Makes every upload in progress stale, and commits edits before those of later uploads.
     *
     * @return as {@link Manifest#commit}
     */
    CompletableFuture<Void> change(ManifestEdit edit) {
        return edits.commit(edit);
    }

    /** @throws StorageException FENCED if another server has claimed the storage */
    void requireOwner() {
        if (manifest.isFenced()) {
            throw new StorageException(
                    StorageException.Kind.FENCED, id + ": another server has claimed the storage in the bucket");
        }
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
        offeredEnd = NONE;
        start.trimmed(to, isTracked());
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
        offeredEnd = NONE;
        start.truncated(end);
    }

    /** Tells whether the manifest knows the partition, or may soon: then its start is kept in the journal. */
    boolean isTracked() {
        return settings.tiering() == Tiering.COPY || manifest.partition(id).isPresent();
    }

    /** @return the partition's start, as it is here and in the journal */
    TieredStart tieredStart() {
        return start;
    }

    /**
     * Drops local copies of segments that the bucket has. The caller has the writer's lock.
     *
     * @param upTo offset that a segment's end must not exceed
     * @return bytes that were dropped
     */
    long dropLocal(long upTo) {
        PartitionStore local = hot;
        if (!open || settings.compacted() || settings.tiering() == Tiering.OFF || !edits.isSettled()) {
            return 0;
        }
        RemoteView remote = remote();
        long from = local.extent().start();
        long bytes = 0;
        long to = from;
        for (Segment segment : local.segments()) {
            if (segment.endOffset() > upTo || !remote.holds(segment, from)) {
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
        if (!open || settings.tiering() != Tiering.OFF) {
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
        if (!open || truncating || known.isEmpty()) {
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

    /** Tells whether segments were sealed, and are durable, since the last call that returned true. */
    boolean hasNew() {
        if (settings.tiering() != Tiering.COPY || !open) {
            return false;
        }
        try {
            long sealedEnd = hot.sealedEnd();
            if (sealedEnd == offeredEnd || !copies() || hot.extent().durableEnd() < sealedEnd) {
                return false;
            }
            offeredEnd = sealedEnd;
            return true;
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.CLOSED);
            return false;
        }
    }
}

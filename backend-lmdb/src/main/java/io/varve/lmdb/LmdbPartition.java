// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.spi.BatchRun;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.Fencing;
import io.varve.core.spi.support.RecentAppends;
import io.varve.core.spi.support.SegmentRoll;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Keeps a partition's committed state, its staged changes and its fencing. All fields are guarded by this
 * object's monitor, unless a member says otherwise.
 *
 * <p>Invariants: there is at least one segment, and the last one is active; segments ascend; batches that are
 * not committed lie at or above {@code committedEnd}; {@code committedEnd <= end}.
 */
final class LmdbPartition {
    private static final LmdbSegment[] NONE = {};

    final PartitionId id;
    /** Identifies this partition in keys; never assigned again. */
    final int number;

    final LmdbEnvironment environment;
    private final DirtyPartitions dirty;

    /** Tells which handles may use the partition; opened and ended with the monitor held. */
    final Fencing fencing;
    /** Why the partition refuses writes until the storage is opened anew, or null. */
    StorageException writeFailure;
    /** True while a truncation or a replacement is between its transaction and its publication. */
    private boolean editing;

    private final RecentAppends recent;

    private boolean loaded;
    private long start;
    private long end;
    private long committedEnd;
    /** All segments, with their staged batches counted. */
    private LmdbSegment[] segments = NONE;
    /** The segments as committed; the array is replaced, never changed, so that readers can keep it. */
    private LmdbSegment[] committedSegments = NONE;
    /** Counts the edits that invalidate a running read: truncations, replacements, emptyings. */
    private long edits;

    final UncommittedChanges uncommitted;

    /** Keeps the partitions that have changes to commit. */
    interface DirtyPartitions {
        void add(LmdbPartition partition);

        void remove(LmdbPartition partition);
    }

    LmdbPartition(PartitionId id, int number, LmdbEnvironment environment, DirtyPartitions dirty) {
        this.id = id;
        this.fencing = new Fencing(id);
        this.number = number;
        this.environment = environment;
        this.dirty = dirty;
        this.recent = new RecentAppends(environment.recentSpan);
        this.uncommitted = new UncommittedChanges(environment.staging);
    }

    /** Loads the partition's state from the environment, unless it is loaded. */
    synchronized void load() {
        if (loaded) {
            return;
        }
        StoredPartition stored = StoredPartition.read(id, number, environment);
        setCommitted(stored.segments());
        start = stored.state().start();
        end = stored.state().end();
        committedEnd = end;
        loaded = true;
        LmdbSnapshots.stored(this, "").stream()
                .filter(key -> key.offset() > end)
                .forEach(key -> putBlob(key, Optional.empty()));
    }

    /** Sets a state that was just committed. */
    synchronized void loaded(StoredPartitionState state) {
        setCommitted(state.active());
        loaded = true;
    }

    /** Sets the segments; all their batches are committed. */
    private void setCommitted(LmdbSegment... all) {
        segments = all;
        committedSegments = all.clone();
        committedSegments[all.length - 1] = all[all.length - 1].copy();
    }

    synchronized Extent extent() {
        return new Extent(start, Math.max(start, committedEnd), committedEnd);
    }

    /** @return true if the batches from an offset on may not be in memory; false outside the extent */
    synchronized boolean readWaits(long offset) {
        return start <= offset && offset < committedEnd && !recent.has(offset, environment.appended.get());
    }

    synchronized CommittedView committedView() {
        return new CommittedView(start, committedEnd, committedSegments, edits);
    }

    /** @return true if a read that used a view may have missed batches */
    synchronized boolean isStale(CommittedView view, long offset) {
        return view.edits() != edits || offset < start;
    }

    long end() {
        return end;
    }

    long committedEnd() {
        return committedEnd;
    }

    /** @return true if some appended batches are not committed */
    synchronized boolean hasStaged() {
        return uncommitted.hasBatches();
    }

    void requireWritable() {
        if (writeFailure != null) {
            throw new StorageException(
                    StorageException.Kind.FULL,
                    id + " takes no writes until the storage is opened anew: " + writeFailure.getMessage(),
                    writeFailure);
        }
    }

    /** Stages a run. Its memory was reserved before. */
    void append(BatchRun run, SegmentLimits limits) {
        run.requireAtOrAbove(id, end);
        ByteBuffer bytes = run.bytes();
        LmdbSegment active = segments[segments.length - 1];
        long now = environment.clock.millis();
        if (SegmentRoll.isDue(limits, active.bytes, active.firstTimestamp, active.firstAppendMs, run, now)) {
            active = roll();
        }
        for (int at = bytes.position(); at < bytes.limit(); ) {
            at += uncommitted.stage(bytes, at, active);
        }
        active.appended(now);
        recent.appended(environment.appended.addAndGet(bytes.remaining()), end);
        end = run.nextOffset();
        markDirty();
    }

    /** Stages the end of the active segment, unless it is empty. */
    void seal() {
        if (segments[segments.length - 1].bytes > 0) {
            roll();
            markDirty();
        }
    }

    private LmdbSegment roll() {
        LmdbSegment next = new LmdbSegment(end, number);
        uncommitted.seal(segments[segments.length - 1]);
        segments = Arrays.copyOf(segments, segments.length + 1);
        segments[segments.length - 1] = next;
        return next;
    }

    /** @return the base of the segment that is active as committed */
    synchronized long sealedEnd() {
        return committedSegments[committedSegments.length - 1].base;
    }

    void trimTo(long to) {
        if (to <= start) {
            return;
        }
        if (to >= end) {
            uncommitted.drop(Arrays.asList(segments), to);
            emptyAt(to);
        } else {
            start = to;
            int first = CommittedView.indexOf(segments, to);
            if (first > 0) {
                dropSegments(first);
            }
        }
        markDirty();
    }

    private void dropSegments(int count) {
        List<LmdbSegment> dropped = List.of(Arrays.copyOf(segments, count));
        segments = Arrays.copyOfRange(segments, count, segments.length);
        LmdbSegment first = segments[0];
        uncommitted.drop(dropped, first.base);
        LmdbSegment[] left = Arrays.stream(committedSegments)
                .filter(segment -> segment.base >= first.base)
                .toArray(LmdbSegment[]::new);
        committedSegments = left.length > 0 ? left : new LmdbSegment[] {new LmdbSegment(first.base, first.store)};
    }

    private void emptyAt(long offset) {
        uncommitted.discardAppends();
        setCommitted(new LmdbSegment(offset, number));
        start = offset;
        end = offset;
        committedEnd = offset;
        edits++;
    }

    void putBlob(SnapshotKey key, Optional<StagingMemory.Piece> content) {
        uncommitted.putBlob(key, content);
        markDirty();
    }

    void markDirty() {
        uncommitted.changed();
        dirty.add(this);
    }

    /** @return true if some changes are not committed */
    synchronized boolean isDirty() {
        return !uncommitted.isEmpty();
    }

    /**
     * Refuses writes from now on, if staged changes were part of a commit that failed. Those bytes will never
     * be committed: they are dropped, so that their memory is free for other partitions.
     */
    synchronized void failIfDirty(StorageException failure) {
        if (writeFailure == null && !uncommitted.isEmpty()) {
            writeFailure = failure;
            uncommitted.discard();
            dirty.remove(this);
        }
    }

    /** @return the changes to commit, or null if there are none, or the partition refuses writes */
    synchronized CapturedChanges capture() {
        if (uncommitted.isEmpty() || writeFailure != null || fencing.hasEnded()) {
            dirty.remove(this);
            return null;
        }
        StoredPartitionState state = new StoredPartitionState(start, end, segments[segments.length - 1].copy());
        return uncommitted.capture(this, edits, state, segments[0].base);
    }

    /**
     * Ends a capture after the commit, whether it succeeded or not: the captured bytes are not read any more.
     */
    synchronized void release() {
        uncommitted.release();
    }

    /** Publishes captured changes, which are durable now. */
    synchronized void committed(CapturedChanges capture) {
        if (fencing.hasEnded()) {
            return;
        }
        boolean edited = edits != capture.edits();
        if (!edited) {
            committedEnd = Math.max(committedEnd, capture.state().end());
            publish(capture.state().active());
        }
        uncommitted.committed(capture, edited);
        removeIfClean();
    }

    private void removeIfClean() {
        if (uncommitted.isEmpty()) {
            dirty.remove(this);
        }
    }

    /** Publishes the segments up to the one that was active in a commit. */
    private void publish(LmdbSegment active) {
        if (active.base < segments[0].base) {
            return; // trimmed meanwhile
        }
        int last = CommittedView.indexOf(segments, active.base);
        committedSegments = Arrays.copyOf(segments, last + 1);
        committedSegments[last] = active;
    }

    /** Begins an edit: other edits and opens wait until {@link #endEdit}. */
    void beginEdit() {
        editing = true;
    }

    synchronized void endEdit() {
        editing = false;
        notifyAll();
    }

    /**
     * Waits until no edit is under way. An edit must not be published after another handle has fenced the
     * editing one.
     */
    void awaitEdits() {
        boolean interrupted = false;
        while (editing) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Publishes a truncation: the staged batches are dropped, and all others are committed. */
    void truncated(StoredPartitionState state, LmdbSegment[] left) {
        uncommitted.truncated();
        start = state.start();
        end = state.end();
        committedEnd = end;
        setCommitted(left);
        edits++;
        removeIfClean();
    }

    /** Publishes a replacement of {@code count} segments from {@code first} on by one. */
    void replaced(int first, int count, LmdbSegment merged) {
        segments = replaced(segments, first, count, merged);
        committedSegments = replaced(committedSegments, first, count, merged);
        edits++;
    }

    private static LmdbSegment[] replaced(LmdbSegment[] segments, int first, int count, LmdbSegment merged) {
        List<LmdbSegment> all = new ArrayList<>(Arrays.asList(segments));
        all.subList(first, first + count).clear();
        all.add(first, merged);
        return all.toArray(NONE);
    }

    /** Ends the partition, and frees its staged changes. */
    synchronized void retire(String why) {
        fencing.end(why);
        uncommitted.discard();
        dirty.remove(this);
    }
}

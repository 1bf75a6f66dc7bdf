// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Collects the changes of a partition since the last commit: batches, sealed and dropped segments, snapshots.
 * Guarded by the partition.
 *
 * <p>Invariant: batches ascend, and each lies in a segment that the partition has.
 */
final class UncommittedChanges {
    /** A queue that has held more batches than this is replaced when it is empty. */
    private static final int MAX_KEPT_CAPACITY = 16;

    private final StagingMemory staging;
    private long changes;
    private ArrayDeque<StagedBatch> batches = new ArrayDeque<>(0);
    private final List<LmdbSegment> sealed = new ArrayList<>(0);
    private final List<LmdbSegment> dropped = new ArrayList<>(0);
    private TreeMap<SnapshotKey, Optional<StagingMemory.Piece>> blobs;
    /** True while a commit reads the captured changes: bytes are freed only after it. */
    private boolean inFlight;

    private List<StagingMemory.Piece> freedInFlight = List.of();

    UncommittedChanges(StagingMemory staging) {
        this.staging = staging;
    }

    /** Counts a change. */
    void changed() {
        changes++;
    }

    boolean isEmpty() {
        return changes == 0;
    }

    boolean hasBatches() {
        return !batches.isEmpty();
    }

    /** @return the segments that were trimmed away */
    List<LmdbSegment> dropped() {
        return dropped;
    }

    /** @return written snapshots, or empty for deleted ones, by key; null when there are none */
    TreeMap<SnapshotKey, Optional<StagingMemory.Piece>> blobs() {
        return blobs;
    }

    /**
     * Copies the batch at a position, as part of a segment.
     *
     * @return bytes of the batch
     */
    int stage(ByteBuffer bytes, int at, LmdbSegment segment) {
        int size = BatchHeader.sizeInBytes(bytes, at);
        long timestamp = BatchHeader.maxTimestamp(bytes, at);
        batches.add(new StagedBatch(BatchHeader.nextOffset(bytes, at), segment, staging.copy(bytes, at, size)));
        segment.add(size, timestamp);
        return size;
    }

    void seal(LmdbSegment segment) {
        sealed.add(segment);
    }

    void putBlob(SnapshotKey key, Optional<StagingMemory.Piece> content) {
        if (blobs == null) {
            blobs = new TreeMap<>();
        }
        Optional<StagingMemory.Piece> before = blobs.put(key, content);
        if (before != null) {
            before.ifPresent(this::free);
        }
    }

    /** Drops segments that are trimmed away, and with them the batches below an offset. */
    void drop(List<LmdbSegment> segments, long below) {
        dropped.addAll(segments);
        sealed.removeAll(segments);
        freeBelow(below);
    }

    private void freeBelow(long offset) {
        while (!batches.isEmpty() && batches.peek().next() <= offset) {
            free(batches.poll().piece());
        }
    }

    private void free(StagingMemory.Piece piece) {
        if (inFlight) {
            freedInFlight = freedInFlight.isEmpty() ? new ArrayList<>() : freedInFlight;
            freedInFlight.add(piece);
        } else {
            staging.free(piece);
        }
    }

    /** @return all changes; call {@link #release} after the commit */
    CapturedChanges capture(LmdbPartition partition, long edits, StoredPartitionState state, long firstBase) {
        inFlight = true;
        return new CapturedChanges(
                partition,
                edits,
                changes,
                state,
                firstBase,
                List.copyOf(batches),
                List.copyOf(sealed),
                List.copyOf(dropped),
                blobs == null ? new TreeMap<>() : new TreeMap<>(blobs));
    }

    /**
     * Ends a capture after the commit, whether it succeeded or not: the captured bytes are not read any more.
     */
    void release() {
        inFlight = false;
        freedInFlight.forEach(staging::free);
        freedInFlight = List.of();
    }

    /**
     * Drops captured changes, which are durable now.
     *
     * @param edited true if the partition was edited meanwhile, so that the batches here are others
     */
    void committed(CapturedChanges capture, boolean edited) {
        if (!edited) {
            freeBelow(capture.state().end());
            sealed.removeAll(capture.sealed());
        }
        if (batches.isEmpty() && capture.batches().size() > MAX_KEPT_CAPACITY) {
            batches = new ArrayDeque<>(0);
        }
        dropped.removeAll(capture.dropped());
        capture.blobs().forEach((key, content) -> {
            if (blobs != null && blobs.get(key) == content) {
                blobs.remove(key);
                content.ifPresent(this::free);
            }
        });
        if (blobs != null && blobs.isEmpty()) {
            blobs = null;
        }
        changes -= capture.changes();
    }

    /**
     * Drops the appended batches of an emptied partition. Only its dropped segments and its snapshots must
     * still be committed.
     */
    void discardAppends() {
        batches.forEach(batch -> free(batch.piece()));
        batches.clear();
        sealed.clear();
    }

    /** Drops the changes that a truncation has committed or dropped: all but the snapshots. */
    void truncated() {
        discardAppends();
        dropped.clear();
        if (blobs == null) {
            changes = 0;
        }
    }

    /** Drops all changes. */
    void discard() {
        discardAppends();
        if (blobs != null) {
            blobs.values().forEach(content -> content.ifPresent(this::free));
            blobs = null;
        }
        changes = 0;
    }
}

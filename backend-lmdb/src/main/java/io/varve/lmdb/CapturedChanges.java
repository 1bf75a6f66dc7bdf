// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * The changes of a partition that one commit writes. They are captured with the partition locked, and written
 * without the lock.
 *
 * @param partition the partition
 * @param edits the partition's count of edits at the capture
 * @param changes the partition's count of changes at the capture: the commit writes so many
 * @param state the partition's state after the commit
 * @param firstBase base offset of the first segment: batches below it under the partition's number are
 *     garbage
 * @param batches staged batches, oldest first
 * @param sealed segments sealed since the last commit
 * @param dropped segments trimmed away since the last commit
 * @param blobs snapshots written, or deleted (empty), since the last commit
 */
record CapturedChanges(
        LmdbPartition partition,
        long edits,
        long changes,
        StoredPartitionState state,
        long firstBase,
        List<StagedBatch> batches,
        List<LmdbSegment> sealed,
        List<LmdbSegment> dropped,
        SortedMap<SnapshotKey, Optional<StagingMemory.Piece>> blobs) {

    long bytes() {
        long bytes = 0;
        for (StagedBatch batch : batches) {
            bytes += batch.piece().size();
        }
        return bytes;
    }

    /** @return true if the changes store neither batches nor snapshots */
    boolean isSmall() {
        return batches.isEmpty() && blobs.values().stream().noneMatch(Optional::isPresent);
    }

    /** @return true if segments were trimmed away */
    boolean isTrim() {
        return !dropped.isEmpty();
    }

    void write(WriteTransaction txn) {
        int number = partition.number;
        drop(txn, number, dropped, firstBase);
        for (StagedBatch batch : batches) {
            txn.batch(batch.segment().store, batch.next() - 1, batch.piece().bytes());
        }
        for (LmdbSegment segment : sealed) {
            txn.sealed(number, segment);
        }
        txn.state(number, state);
        blobs.forEach((key, content) -> {
            KeyCodec.snapshot(txn.key(), number, key.name(), key.offset());
            if (content.isPresent()) {
                txn.cursor(txn.databases.snapshots())
                        .put(txn.key(), content.get().bytes());
            } else {
                txn.delete(txn.databases.snapshots());
            }
        });
    }

    /** Deletes the entries of segments, and notes that their batches are garbage. */
    static void drop(WriteTransaction txn, int number, List<LmdbSegment> dropped, long firstBase) {
        if (dropped.isEmpty()) {
            return;
        }
        for (LmdbSegment segment : dropped) {
            KeyCodec.at(txn.key(), number, segment.base);
            txn.delete(txn.databases.segments());
            if (segment.store != number) {
                txn.garbage(segment.store, 0, Long.MAX_VALUE);
            }
        }
        txn.garbage(number, 0, firstBase);
    }
}

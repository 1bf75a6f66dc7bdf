// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.lmdbjava.Cursor;
import org.lmdbjava.GetOp;

/**
 * Truncates the committed batches of a partition, and drops the staged ones, in one transaction. Created and
 * run by one thread with the writer's lock held, so that no commit is under way, between
 * {@link LmdbPartition#beginEdit} and {@link LmdbPartition#endEdit}.
 */
final class LmdbTruncation {
    private final LmdbPartition partition;
    private final int number;
    private final long firstDropped;
    private final CommittedView view;
    private final List<LmdbSegment> dropped;

    /** What a truncation leaves. */
    private record Remainder(StoredPartitionState state, LmdbSegment[] segments) {}

    /**
     * Call with the partition locked.
     *
     * @param firstDropped lowest offset to drop
     */
    LmdbTruncation(LmdbPartition partition, long firstDropped) {
        this.partition = partition;
        this.number = partition.number;
        this.firstDropped = firstDropped;
        this.view = partition.committedView();
        this.dropped = List.copyOf(partition.uncommitted.dropped());
    }

    /** Commits the truncation, and publishes it to the partition. */
    void run() {
        LmdbEnvironment environment = partition.environment;
        Remainder left = environment.commitWithReserve(LmdbFailPoints.TRUNCATE_BEFORE_COMMIT, this::apply);
        environment.failPoints.hit(LmdbFailPoints.TRUNCATE_AFTER_COMMIT);
        synchronized (partition) {
            partition.truncated(left.state(), left.segments());
            LmdbSnapshots.deleteAbove(partition, left.state().end());
        }
    }

    private Remainder apply(WriteTransaction txn) {
        List<LmdbSegment> kept = new ArrayList<>();
        for (int i = 0; i < view.segments().length; i++) {
            LmdbSegment segment = view.segments()[i];
            if (i > 0 && segment.base >= firstDropped) {
                break;
            }
            kept.add(view.endOf(i) <= firstDropped ? segment : recount(txn, segment));
        }
        while (kept.size() > 1 && kept.get(kept.size() - 1).bytes == 0) {
            kept.remove(kept.size() - 1);
        }
        long last = endOf(txn, kept.get(kept.size() - 1));
        Remainder left = last <= view.start()
                ? emptyAt(txn, Math.min(firstDropped, view.start()))
                : truncate(txn, last, kept.toArray(LmdbSegment[]::new));
        txn.state(number, left.state());
        deleteSnapshots(txn, left.state().end());
        return left;
    }

    /** @return a copy of the segment that counts only the batches that are kept */
    private LmdbSegment recount(WriteTransaction txn, LmdbSegment segment) {
        LmdbSegment counted = new LmdbSegment(segment.base, segment.store);
        Cursor<ByteBuffer> batches = txn.cursor(txn.databases.batches());
        long below = Math.min(firstDropped, view.committedEnd());
        boolean more = batches.get(KeyCodec.at(txn.key(), segment.store, segment.base), GetOp.MDB_SET_RANGE);
        while (more && KeyCodec.numberOf(batches.key()) == segment.store && KeyCodec.offsetOf(batches.key()) < below) {
            counted.add(batches.val().remaining(), BatchHeader.maxTimestamp(batches.val(), 0));
            counted.lastAppendMs = segment.lastAppendMs;
            counted.firstAppendMs = segment.firstAppendMs;
            more = batches.next();
        }
        return counted;
    }

    /** @return offset after the last batch that is left in a segment; the segment's base if there is none */
    private long endOf(WriteTransaction txn, LmdbSegment segment) {
        Cursor<ByteBuffer> batches = txn.cursor(txn.databases.batches());
        long below = Math.min(firstDropped, view.committedEnd());
        boolean before = batches.get(KeyCodec.at(txn.key(), segment.store, below), GetOp.MDB_SET_RANGE)
                ? batches.prev()
                : batches.last();
        boolean own = before
                && KeyCodec.numberOf(batches.key()) == segment.store
                && KeyCodec.offsetOf(batches.key()) >= segment.base;
        return own ? KeyCodec.offsetOf(batches.key()) + 1 : segment.base;
    }

    /** Drops every batch. Trimmed batches are removed as well, because their keys may be used again. */
    private Remainder emptyAt(WriteTransaction txn, long offset) {
        for (LmdbSegment segment : view.segments()) {
            if (segment.store != number) {
                txn.garbage(segment.store, 0, Long.MAX_VALUE);
            }
        }
        CapturedChanges.drop(txn, number, dropped, 0);
        GarbageRemover.removeAll(txn, number);
        delete(txn, 0);
        LmdbSegment only = new LmdbSegment(offset, number);
        return new Remainder(new StoredPartitionState(offset, offset, only), new LmdbSegment[] {only});
    }

    private Remainder truncate(WriteTransaction txn, long end, LmdbSegment[] kept) {
        GarbageRemover.removeAll(txn, number);
        CapturedChanges.drop(txn, number, dropped, kept[0].base);
        LmdbSegment active = kept[kept.length - 1];
        for (int i = 0; i < view.segments().length; i++) {
            LmdbSegment segment = view.segments()[i];
            if (segment.store != number && segment.base > active.base) {
                txn.garbage(segment.store, 0, Long.MAX_VALUE);
            } else if (segment.store != number && segment.base == active.base) {
                txn.deleteRange(
                        txn.databases.batches(), segment.store, firstDropped, Long.MAX_VALUE, Integer.MAX_VALUE);
            }
        }
        delete(txn, Math.max(firstDropped, active.base));
        txn.deleteRange(txn.databases.segments(), number, active.base, Long.MAX_VALUE, Integer.MAX_VALUE);
        return new Remainder(new StoredPartitionState(view.start(), end, active), kept);
    }

    /** Removes the batches and segments under the partition's own number from an offset on. */
    private void delete(WriteTransaction txn, long from) {
        txn.deleteRange(txn.databases.batches(), number, from, Long.MAX_VALUE, Integer.MAX_VALUE);
        txn.deleteRange(txn.databases.segments(), number, from, Long.MAX_VALUE, Integer.MAX_VALUE);
    }

    private void deleteSnapshots(WriteTransaction txn, long above) {
        Cursor<ByteBuffer> snapshots = txn.cursor(txn.databases.snapshots());
        boolean more = snapshots.get(KeyCodec.number(txn.key(), number), GetOp.MDB_SET_RANGE);
        List<SnapshotKey> deleted = new ArrayList<>();
        while (more && KeyCodec.numberOf(snapshots.key()) == number) {
            SnapshotKey key = KeyCodec.snapshot(snapshots.key());
            if (key.offset() > above) {
                deleted.add(key);
            }
            more = snapshots.next();
        }
        for (SnapshotKey key : deleted) {
            KeyCodec.snapshot(txn.key(), number, key.name(), key.offset());
            txn.delete(txn.databases.snapshots());
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.lmdb;

import io.varve.core.record.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.lmdbjava.Cursor;
import org.lmdbjava.GetOp;

/**
 * Cuts off a part of what is committed of a partition, and all that is staged, in one transaction. Made with the writer's lock held, so
 * that no commit is under way, and used by that thread within {@link LmdbPartition#beginEdit} and {@link LmdbPartition#endEdit}.
 */
final class LmdbTruncation {
    private final LmdbPartition partition;
    private final int number;
    private final long to;
    private final CommittedView window;
    private final List<LmdbSegment> dropped;
    private LmdbSegment[] left;
    private StoredPartitionState state;

    /** Call with the partition locked. */
    LmdbTruncation(LmdbPartition partition, long to) {
        this.partition = partition;
        this.number = partition.number;
        this.to = to;
        this.window = partition.window();
        this.dropped = List.copyOf(partition.uncommitted.dropped());
    }

    /** Commits it and tells the partition. */
    void run() {
        LmdbEnvironment environment = partition.environment;
        environment.commitWithReserve(LmdbFailPoints.TRUNCATE_BEFORE_COMMIT, this::apply);
        environment.failPoints.hit(LmdbFailPoints.TRUNCATE_AFTER_COMMIT);
        synchronized (partition) {
            partition.truncated(state, left);
            LmdbSnapshots.forgetAbove(partition, state.end());
        }
    }

    private void apply(WriteTransaction view) {
        List<LmdbSegment> kept = new ArrayList<>();
        for (int i = 0; i < window.segments().length; i++) {
            LmdbSegment segment = window.segments()[i];
            if (i > 0 && segment.base >= to) {
                break;
            }
            kept.add(window.endOf(i) <= to ? segment : recount(view, segment));
        }
        while (kept.size() > 1 && kept.get(kept.size() - 1).bytes == 0) {
            kept.remove(kept.size() - 1);
        }
        long last = lastNext(view, kept.get(kept.size() - 1));
        if (last <= window.start()) {
            emptyAt(view, Math.min(to, window.start()));
        } else {
            left = kept.toArray(LmdbSegment[]::new);
            state = new StoredPartitionState(window.start(), last, left[left.length - 1]);
            cut(view);
        }
        deleteSnapshots(view, state.end());
    }

    /** @return the segment without what is cut off */
    private LmdbSegment recount(WriteTransaction view, LmdbSegment segment) {
        LmdbSegment counted = new LmdbSegment(segment.base, segment.store);
        Cursor<ByteBuffer> batches = view.cursor(view.databases.batches());
        long below = Math.min(to, window.committedEnd());
        boolean more = batches.get(KeyCodec.at(view.key(), segment.store, segment.base), GetOp.MDB_SET_RANGE);
        while (more && KeyCodec.numberOf(batches.key()) == segment.store && KeyCodec.offsetOf(batches.key()) < below) {
            counted.add(batches.val().remaining(), BatchHeader.maxTimestamp(batches.val(), 0));
            counted.lastAppendMs = segment.lastAppendMs;
            counted.firstAppendMs = segment.firstAppendMs;
            more = batches.next();
        }
        return counted;
    }

    /** @return offset after the last batch left in a segment; its base if there is none */
    private long lastNext(WriteTransaction view, LmdbSegment segment) {
        Cursor<ByteBuffer> batches = view.cursor(view.databases.batches());
        long below = Math.min(to, window.committedEnd());
        boolean before = batches.get(KeyCodec.at(view.key(), segment.store, below), GetOp.MDB_SET_RANGE)
                ? batches.prev()
                : batches.last();
        boolean own = before
                && KeyCodec.numberOf(batches.key()) == segment.store
                && KeyCodec.offsetOf(batches.key()) >= segment.base;
        return own ? KeyCodec.offsetOf(batches.key()) + 1 : segment.base;
    }

    /** What is trimmed away has to be gone, too, for its keys may come again. */
    private void emptyAt(WriteTransaction view, long offset) {
        for (LmdbSegment segment : window.segments()) {
            if (segment.store != number) {
                view.garbage(segment.store, 0, Long.MAX_VALUE);
            }
        }
        CapturedChanges.drop(view, number, dropped, 0);
        GarbageRemover.removeAll(view, number);
        delete(view, 0);
        LmdbSegment only = new LmdbSegment(offset, number);
        left = new LmdbSegment[] {only};
        state = new StoredPartitionState(offset, offset, only);
        view.state(number, state);
    }

    private void cut(WriteTransaction view) {
        GarbageRemover.removeAll(view, number);
        CapturedChanges.drop(view, number, dropped, left[0].base);
        LmdbSegment active = left[left.length - 1];
        for (int i = 0; i < window.segments().length; i++) {
            LmdbSegment segment = window.segments()[i];
            if (segment.store != number && segment.base > active.base) {
                view.garbage(segment.store, 0, Long.MAX_VALUE);
            } else if (segment.store != number && segment.base == active.base) {
                view.deleteRange(view.databases.batches(), segment.store, to, Long.MAX_VALUE, Integer.MAX_VALUE);
            }
        }
        delete(view, Math.max(to, active.base));
        view.deleteRange(view.databases.segments(), number, active.base, Long.MAX_VALUE, Integer.MAX_VALUE);
        view.state(number, state);
    }

    /** Removes batches and segments under the partition's own number. */
    private void delete(WriteTransaction view, long from) {
        view.deleteRange(view.databases.batches(), number, from, Long.MAX_VALUE, Integer.MAX_VALUE);
        view.deleteRange(view.databases.segments(), number, from, Long.MAX_VALUE, Integer.MAX_VALUE);
    }

    private void deleteSnapshots(WriteTransaction view, long above) {
        Cursor<ByteBuffer> snapshots = view.cursor(view.databases.snapshots());
        boolean more = snapshots.get(KeyCodec.number(view.key(), number), GetOp.MDB_SET_RANGE);
        List<SnapshotKey> doomed = new ArrayList<>();
        while (more && KeyCodec.numberOf(snapshots.key()) == number) {
            SnapshotKey key = KeyCodec.snapshot(snapshots.key());
            if (key.offset() > above) {
                doomed.add(key);
            }
            more = snapshots.next();
        }
        for (SnapshotKey key : doomed) {
            KeyCodec.snapshot(view.key(), number, key.name(), key.offset());
            view.delete(view.databases.snapshots());
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.core.memory;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.Extent;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.ContractChecks;
import io.varve.core.spi.support.Fencing;
import io.varve.core.spi.support.SegmentLookup;
import io.varve.core.spi.support.SegmentRoll;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Keeps a partition's batches and snapshots, and the epochs of its handles. Not thread-safe:
 * {@link MemoryStore} locks it for every call.
 *
 * <p>Invariants: there is at least one segment, and the last one is active; segments and the batches in them
 * ascend; {@code start <= end}; {@code durableEnd <= end}.
 */
final class MemoryPartition {
    final PartitionId id;
    final NavigableMap<String, NavigableMap<Long, byte[]>> snapshots = new TreeMap<>();
    private final ReadableAt readable;
    private final BatchKeeper keeper;
    private final List<MemorySegment> segments = new ArrayList<>();
    private long start;
    private long syncedStart;
    private long end;
    private long durableEnd;
    /** Base of the segment that was active at the last sync: those before it stay sealed after a crash. */
    private long syncedBase;

    final Fencing fencing;

    MemoryPartition(PartitionId id, ReadableAt readable, BatchKeeper keeper) {
        this.id = id;
        this.fencing = new Fencing(id);
        this.readable = readable;
        this.keeper = keeper;
        segments.add(new MemorySegment(0));
    }

    /** @return a copy as a power cut would leave it, without handles */
    MemoryPartition afterCrash() {
        MemoryPartition left = new MemoryPartition(id, readable, keeper);
        left.segments.clear();
        for (MemorySegment segment : segments) {
            left.segments.add(segment.upTo(durableEnd));
        }
        left.removeEmptyTail(syncedBase);
        left.syncedBase = left.active().base;
        left.start = Math.max(syncedStart, left.segments.get(0).base);
        left.syncedStart = left.start;
        // A replacement may have left no batch up to the durable end; still, no offset below it is assigned
        // again.
        left.end = Math.max(Math.max(left.start, left.lastNext()), durableEnd);
        left.durableEnd = left.end;
        snapshots.forEach((name, blobs) -> left.snapshots.put(name, new TreeMap<>(blobs)));
        left.dropSnapshotsAbove(left.end);
        return left;
    }

    /** @return bytes of all batches */
    long bytes() {
        long bytes = 0;
        for (MemorySegment segment : segments) {
            bytes += segment.bytes;
        }
        return bytes;
    }

    Extent extent() {
        return new Extent(start, readableEnd(), durableEnd);
    }

    private long readableEnd() {
        return readable == ReadableAt.AT_APPEND ? end : Math.max(start, durableEnd);
    }

    void sync() {
        durableEnd = end;
        syncedBase = active().base;
        syncedStart = start;
    }

    /** Makes all appends readable: a new handle, or a truncation, must see every batch. */
    void makeReadable() {
        if (readable == ReadableAt.AT_SYNC) {
            sync();
        }
    }

    /** @param now ms since the epoch */
    void append(BatchRun run, SegmentLimits limits, long now) {
        run.requireAtOrAbove(id, end);
        MemorySegment active = active();
        if (isFull(active, run, limits, now)) {
            active = new MemorySegment(end);
            segments.add(active);
        }
        active.append(run, keeper);
        active.appended(now);
        end = run.nextOffset();
    }

    void seal() {
        if (!active().batches.isEmpty()) {
            segments.add(new MemorySegment(end));
        }
    }

    private MemorySegment active() {
        return segments.get(segments.size() - 1);
    }

    private static boolean isFull(MemorySegment active, BatchRun run, SegmentLimits limits, long now) {
        long first = active.batches.isEmpty() ? -1 : active.batches.get(0).maxTimestamp();
        return SegmentRoll.isDue(limits, active.bytes, first, active.firstAppendMs, run, now);
    }

    BatchSlice read(long offset, long endOffset, int maxBytes) {
        ContractChecks.requireReadable(id, offset, maxBytes, start, readableEnd());
        long stop = Math.min(endOffset, readableEnd());
        for (int i = segmentOf(offset); i < segments.size(); i++) {
            MemorySegment segment = segments.get(i);
            int first = segment.indexOf(offset);
            if (first < segment.batches.size()) {
                return segment.batches.get(first).next() > stop
                        ? MemorySlice.EMPTY
                        : segment.read(first, stop, maxBytes);
            }
        }
        return MemorySlice.EMPTY;
    }

    /** @return index of the last segment that begins at or below {@code offset}, or 0 */
    private int segmentOf(long offset) {
        int low = 0;
        int high = segments.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (segments.get(middle).base <= offset) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    OffsetAt offsetAt(long timestamp) {
        for (MemorySegment segment : segments) {
            if (segment.maxTimestamp < timestamp) {
                continue;
            }
            for (StoredBatch batch : segment.batches) {
                if (batch.next() > readableEnd()) {
                    return null;
                }
                if (batch.next() > start && batch.maxTimestamp() >= timestamp) {
                    return new OffsetAt(batch.base(), batch.maxTimestamp());
                }
            }
        }
        return null;
    }

    List<Segment> segments() {
        int shown = 1;
        while (shown < segments.size() && isShown(segments.get(shown).base)) {
            shown++;
        }
        List<Segment> list = new ArrayList<>(shown);
        for (int i = 0; i < shown; i++) {
            MemorySegment segment = readable == ReadableAt.AT_APPEND
                    ? segments.get(i)
                    : segments.get(i).upTo(readableEnd());
            boolean sealed = i + 1 < shown;
            long next = sealed ? segments.get(i + 1).base : readableEnd();
            list.add(new Segment(
                    segment.base,
                    next,
                    segment.bytes,
                    segment.maxTimestamp,
                    segment.lastAppendMs,
                    sealed,
                    Segment.Tier.LOCAL));
        }
        return list;
    }

    /** @return the base offset of the last of {@link #segments} */
    long sealedEnd() {
        int last = segments.size() - 1;
        while (last > 0 && !isShown(segments.get(last).base)) {
            last--;
        }
        return segments.get(last).base;
    }

    /** @return max timestamp of the first batch from {@code from} on that ends by {@code end}, or -1 */
    long firstTimestamp(long from, long end) {
        for (int i = segmentOf(from); i < segments.size() && segments.get(i).base < end; i++) {
            MemorySegment segment = segments.get(i);
            int first = segment.indexOf(from);
            if (first < segment.batches.size()) {
                StoredBatch batch = segment.batches.get(first);
                return batch.next() <= end ? batch.maxTimestamp() : BatchHeader.NO_TIMESTAMP;
            }
        }
        return BatchHeader.NO_TIMESTAMP;
    }

    private boolean isShown(long base) {
        return readable == ReadableAt.AT_APPEND || base < readableEnd() || base <= syncedBase;
    }

    void trimTo(long to) {
        if (to <= start) {
            return;
        }
        if (to >= end) {
            emptyAt(to);
            return;
        }
        start = to;
        while (segments.size() > 1 && segments.get(1).base <= to) {
            segments.remove(0);
        }
    }

    void truncateTo(long to) {
        ContractChecks.requireTruncation(id, to);
        makeReadable();
        if (to >= end) {
            return;
        }
        segments.replaceAll(segment -> segment.upTo(to));
        removeEmptyTail(0);
        syncedBase = active().base;
        if (lastNext() <= start) {
            emptyAt(Math.min(to, start));
        }
        end = Math.max(start, lastNext());
        durableEnd = Math.min(durableEnd, end);
        dropSnapshotsAbove(end);
    }

    /** @return the segments that a replacement is to replace */
    List<MemorySegment> sealed(List<Segment> old) {
        int first = SegmentLookup.requireRun(id, segments(), old);
        return List.copyOf(segments.subList(first, first + old.size()));
    }

    /**
     * Builds a segment of the batches of a replacement. Needs no lock: reads and changes no state of the
     * partition.
     */
    MemorySegment gather(List<Segment> old, BatchSource cleaned) {
        long oldEnd = old.get(old.size() - 1).endOffset();
        MemorySegment together = new MemorySegment(old.get(0).baseOffset());
        long next = together.base;
        for (BatchRun run = cleaned.next(); run != null; run = cleaned.next()) {
            next = ContractChecks.requireReplacement(id, run, next, oldEnd);
            together.append(run, keeper);
        }
        together.lastAppendMs = Segment.lastAppendMs(old);
        return together;
    }

    /**
     * Replaces segments: the commit point. Checks that the segments are still those of {@code replaced}; a
     * trim that dropped one, or a truncation, changes them.
     */
    void replace(List<MemorySegment> replaced, MemorySegment together, long oldEnd) {
        int first = segments.indexOf(replaced.get(0));
        if (first < 0 || !segments.subList(first, first + replaced.size()).equals(replaced)) {
            throw new StorageException(
                    StorageException.Kind.RETRY,
                    id + ": segments up to " + oldEnd + " were trimmed or truncated while they were being replaced");
        }
        segments.subList(first, first + replaced.size()).clear();
        segments.add(first, together);
        durableEnd = Math.max(durableEnd, oldEnd);
    }

    private void emptyAt(long offset) {
        segments.clear();
        segments.add(new MemorySegment(offset));
        start = offset;
        syncedStart = offset;
        end = offset;
        durableEnd = offset;
        syncedBase = offset;
    }

    /**
     * Removes segments without a batch at the end, so that the last remaining one takes the next append.
     *
     * @param sealedTo base of an empty segment to keep, as the segments before it are durably sealed
     */
    private void removeEmptyTail(long sealedTo) {
        while (segments.size() > 1 && active().batches.isEmpty() && active().base > sealedTo) {
            segments.remove(segments.size() - 1);
        }
    }

    private long lastNext() {
        MemorySegment last = active();
        return last.batches.isEmpty()
                ? last.base
                : last.batches.get(last.batches.size() - 1).next();
    }

    private void dropSnapshotsAbove(long offset) {
        snapshots.values().forEach(blobs -> blobs.tailMap(offset, false).clear());
    }
}

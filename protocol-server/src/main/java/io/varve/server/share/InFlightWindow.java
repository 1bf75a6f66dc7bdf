// SPDX-License-Identifier: Apache-2.0
package io.varve.server.share;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Keeps the delivery states of the records in flight: from the first that may be delivered again to the last
 * that was ever acquired. A run of offsets in the same state takes one entry, whatever its length.
 *
 * <pre>
 *   start                                         end
 *     |ACQUIRED 1..4|AVAILABLE 5|ARCHIVED 6..9|ACQUIRED 10..99|   not acquired yet
 * </pre>
 *
 * The runs cover all offsets from start to end. The first run may begin before the start. Not thread-safe.
 */
final class InFlightWindow {
    private static final long NONE = Long.MAX_VALUE;

    private final TreeMap<Long, DeliveryRun> runs = new TreeMap<>();
    private long start;
    private long end;
    /** No run that begins before this offset is available. */
    private long searchFrom = NONE;

    /** @param start the offset of the first record to deliver */
    InFlightWindow(long start) {
        this.start = start;
        this.end = start;
    }

    /** @return the first offset that may be delivered again, inclusive */
    long start() {
        return start;
    }

    /** @return the offset after the last that was ever acquired */
    long end() {
        return end;
    }

    /** @return number of offsets in the window */
    long size() {
        return end - start;
    }

    /** @return number of runs */
    int runs() {
        return runs.size();
    }

    /** @return all runs, in the order of their offsets */
    Collection<DeliveryRun> all() {
        return runs.values();
    }

    /** @return the first offset that may be acquired: the end, unless a record is available again */
    long nextOffset() {
        if (searchFrom != NONE) {
            for (DeliveryRun run : from(Math.max(start, searchFrom))) {
                if (run.isAvailable()) {
                    searchFrom = run.first;
                    return Math.max(run.first, start);
                }
            }
            searchFrom = NONE;
        }
        return end;
    }

    /** @return the runs from the one that has the offset on, in their order */
    Collection<DeliveryRun> from(long offset) {
        Long first = runs.floorKey(offset);
        return first == null
                ? runs.values()
                : runs.tailMap(first, runs.get(first).last >= offset).values();
    }

    /** @return the runs with offsets from first to last, both inclusive, at the time of the call */
    List<DeliveryRun> between(long first, long last) {
        List<DeliveryRun> found = new ArrayList<>();
        for (DeliveryRun run : from(first)) {
            if (run.first > last) {
                break;
            }
            found.add(run);
        }
        return found;
    }

    /**
     * Makes a part of a run a run of its own.
     *
     * @param run a run of this window, of which no state is being stored
     * @param first first offset of the part, inclusive
     * @param last last offset of the part, inclusive
     * @return the run of exactly these offsets
     */
    DeliveryRun cut(DeliveryRun run, long first, long last) {
        DeliveryRun part = run;
        if (first > run.first) {
            part = run.splitAt(first);
            runs.put(part.first, part);
            if (run.last < start) {
                runs.remove(run.first); // the window has moved past it
            }
        }
        if (last < part.last) {
            DeliveryRun rest = part.splitAt(last + 1);
            runs.put(rest.first, rest);
        }
        return part;
    }

    /**
     * Extends the window by a run at its end.
     *
     * @param run begins at the end, or anywhere behind it if the window is empty
     */
    void append(DeliveryRun run) {
        if (run.last < run.first) {
            throw new IllegalStateException("a run ends at " + run.last + ", before it begins at " + run.first);
        }
        if (runs.isEmpty()) {
            start = run.first;
        } else if (run.first != end) {
            throw new IllegalStateException("a run begins at " + run.first + ", the window ends at " + end);
        }
        runs.put(run.first, run);
        end = run.last + 1;
        noteAvailable(run);
    }

    /**
     * Extends the window and its last run.
     *
     * @param run the last run, just acquired
     * @param newEnd the offset after its last one, behind the window's end
     */
    void extend(DeliveryRun run, long newEnd) {
        if (newEnd <= end) {
            throw new IllegalStateException("a run is extended to " + newEnd + ", the window ends at " + end);
        }
        run.last = newEnd - 1;
        run.acquiredTogether = (int) (newEnd - run.first);
        end = newEnd;
    }

    /** Lets {@link #nextOffset} find a run that has become available. */
    void noteAvailable(DeliveryRun run) {
        if (run.isAvailable()) {
            searchFrom = Math.min(searchFrom, run.first);
        }
    }

    /** Archives what is available from first to last, both inclusive: those records are no longer there. */
    void archive(long first, long last) {
        if (first > last) {
            return;
        }
        for (DeliveryRun run : between(Math.max(first, start), last)) {
            if (run.isAvailable()) {
                DeliveryRun part = cut(run, Math.max(first, run.first), Math.min(last, run.last));
                part.moveTo(DeliveryState.ARCHIVED);
                merge(part);
            }
        }
    }

    /** Joins a run that has changed with the runs beside it, where they are alike. */
    void merge(DeliveryRun run) {
        if (runs.get(run.first) != run) {
            return; // the window has moved past it
        }
        noteAvailable(run);
        Map.Entry<Long, DeliveryRun> next = runs.higherEntry(run.first);
        if (next != null && run.isLike(next.getValue())) {
            runs.remove(next.getKey());
            run.last = next.getValue().last;
        }
        Map.Entry<Long, DeliveryRun> before = runs.lowerEntry(run.first);
        if (before != null && before.getValue().isLike(run)) {
            runs.remove(run.first);
            before.getValue().last = run.last;
        }
    }

    /**
     * Moves the start past the records whose delivery is over.
     *
     * @return true if it has moved
     */
    boolean advance() {
        long before = start;
        while (!runs.isEmpty() && runs.firstEntry().getValue().isOver()) {
            start = runs.pollFirstEntry().getValue().last + 1;
        }
        return start != before;
    }

    /**
     * Moves the start to an offset behind it: the records before are no longer in the log.
     *
     * @param logStart the log's first offset
     */
    void moveStart(long logStart) {
        if (logStart <= start) {
            return;
        }
        while (!runs.isEmpty() && runs.firstEntry().getValue().last < logStart) {
            runs.pollFirstEntry();
        }
        start = logStart;
        end = Math.max(end, logStart);
    }

    /**
     * Moves the end to an offset before it: a crash has taken the records behind it.
     *
     * @param logEnd the offset after the log's last record; no state is being stored
     * @return true if it has moved
     */
    boolean truncate(long logEnd) {
        if (logEnd >= end) {
            return false;
        }
        runs.tailMap(logEnd).clear();
        if (!runs.isEmpty()) {
            DeliveryRun last = runs.lastEntry().getValue();
            last.last = Math.min(last.last, logEnd - 1);
        }
        start = Math.min(start, logEnd);
        end = logEnd;
        return true;
    }

    /** @return number of offsets in the window that are never delivered again, at most the largest int */
    int completed() {
        long completed = 0;
        for (DeliveryRun run : runs.values()) {
            if (run.isCompleted()) {
                completed += run.last - Math.max(run.first, start) + 1;
            }
        }
        return (int) Math.min(Integer.MAX_VALUE, completed);
    }
}

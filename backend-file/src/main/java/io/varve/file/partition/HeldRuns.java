// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.spi.BatchRun;
import io.varve.core.spi.HeldBytes;
import io.varve.file.segment.FileSegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Keeps which of a partition's last batches are still in memory, so that a commit need not read them back
 * from its log. Thread-safe; its lock is never held during I/O.
 */
final class HeldRuns {
    /** Max number of runs: a commit mostly has one, and two where its appends were stored in two goes. */
    private static final int MAX = 4;

    /** A run, and where in a segment's log it lies. */
    private record Held(FileSegment segment, int from, int to, HeldBytes bytes) {}

    /** The last runs, oldest first; null until there is one, as most partitions are idle. */
    private Deque<Held> runs;

    /**
     * Notes each append to the partition, in their order.
     *
     * @param from where in the segment's log the run begins
     */
    synchronized void appended(FileSegment segment, int from, BatchRun run) {
        if (run.held() == null) {
            runs = null; // what came before is no longer the end of the log
            return;
        }
        if (runs == null) {
            runs = new ArrayDeque<>(MAX);
        } else if (runs.size() == MAX) {
            runs.removeFirst();
        }
        runs.addLast(new Held(segment, from, from + run.bytes().remaining(), run.held()));
    }

    /**
     * Copies the last batches of a log, as many as are in memory.
     *
     * @param from where in the log the target begins
     * @param target has space for all up to the log's end; only its end is filled, and its position stays
     * @return where in the log the copied batches begin, which is the end if none were copied
     */
    synchronized int copyEnd(FileSegment segment, int from, ByteBuffer target) {
        int end = from + target.remaining();
        if (runs == null) {
            return end;
        }
        // From the newest back: what has taken the place of a truncated run comes first.
        for (Iterator<Held> newestFirst = runs.descendingIterator(); newestFirst.hasNext() && end > from; ) {
            Held run = newestFirst.next();
            boolean joins = run.segment() == segment && run.to() == end && run.from() >= from;
            if (!joins || !run.bytes().into(target.slice(run.from() - from, end - run.from()))) {
                return end;
            }
            end = run.from();
        }
        return end;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.core.transaction;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The transactions of one partition: those that are open, those that have ended behind the high watermark, and the aborted ones.
 *
 * <pre>
 *   open    --marker appended---------------> decided   readers still see nothing at or above its first offset
 *   decided --high watermark passes marker--> over      if aborted, readers learn what to leave out
 * </pre>
 *
 * Thread-safe: the partition's writer begins and ends, the committer tells of the high watermark, readers only look.
 */
public final class PartitionTransactions {
    /** The first unstable offset when all is stable. */
    public static final long ALL_STABLE = Long.MAX_VALUE;

    private record Decided(long first, long marker) {}

    private final AbortedTransactions aborted = new AbortedTransactions();
    /** First offset → producer. */
    private final TreeMap<Long, Long> open = new TreeMap<>();
    /** In the order of their markers. */
    private final ArrayDeque<Decided> decided = new ArrayDeque<>();
    /** First offsets of the decided ones. */
    private final TreeSet<Long> decidedFirsts = new TreeSet<>();

    private volatile long firstUnstable = ALL_STABLE;

    public AbortedSnapshot aborted() {
        return aborted.snapshot();
    }

    /** @return first offset of any transaction that is open or decided, or {@link #ALL_STABLE} */
    public long firstUnstable() {
        return firstUnstable;
    }

    public synchronized void begin(long producer, long first) {
        open.put(first, producer);
        publish();
    }

    public synchronized void end(long producer, long first, long marker, boolean abort) {
        open.remove(first);
        if (abort) {
            long stable = open.isEmpty() ? marker + 1 : open.firstKey();
            aborted.add(new AbortedTransaction(producer, first, marker, stable));
        }
        decided.add(new Decided(first, marker));
        decidedFirsts.add(first);
        publish();
    }

    public synchronized void restore(AbortedTransaction one) {
        aborted.add(one);
    }

    public synchronized boolean trimAborted(long base) {
        return aborted.trimTo(base);
    }

    public synchronized boolean forgetAborted(Collection<AbortedTransaction> gone) {
        return aborted.remove(gone);
    }

    /** The high watermark is about to rise: what has ended below it is no longer in the way. */
    public synchronized void visibleTo(long highWatermark) {
        boolean changed = false;
        while (!decided.isEmpty() && decided.peek().marker() < highWatermark) {
            decidedFirsts.remove(decided.poll().first());
            changed = true;
        }
        if (changed) {
            publish();
        }
    }

    private void publish() {
        long undecided = open.isEmpty() ? ALL_STABLE : open.firstKey();
        long unseen = decidedFirsts.isEmpty() ? ALL_STABLE : decidedFirsts.first();
        firstUnstable = Math.min(undecided, unseen);
    }
}

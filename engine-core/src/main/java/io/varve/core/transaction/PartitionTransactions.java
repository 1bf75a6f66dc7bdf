// SPDX-License-Identifier: Apache-2.0
package io.varve.core.transaction;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Tracks the transactions of one partition: the open ones, the decided ones (their markers are not below the
 * high watermark yet), and the aborted ones.
 *
 * <pre>
 *   open    --marker appended---------------> decided   readers still see nothing at or above its first offset
 *   decided --high watermark passes marker--> over      if aborted, readers skip its records
 * </pre>
 *
 * Thread-safe: the partition's writer begins and ends transactions, the committer passes the high watermark,
 * readers change nothing.
 */
public final class PartitionTransactions {
    /** The first unstable offset when all is stable. */
    public static final long ALL_STABLE = Long.MAX_VALUE;

    private record Decided(long first, long marker) {}

    private final AbortedTransactions aborted = new AbortedTransactions();
    /** First offset of an open transaction → its producer. */
    private final TreeMap<Long, Long> open = new TreeMap<>();
    /** Decided transactions in the order of their markers. */
    private final ArrayDeque<Decided> decided = new ArrayDeque<>();
    /** First offsets of the decided transactions. */
    private final TreeSet<Long> decidedFirsts = new TreeSet<>();

    private volatile long firstUnstable = ALL_STABLE;

    /** @return the aborted transactions known now */
    public AbortedSnapshot aborted() {
        return aborted.snapshot();
    }

    /** @return first offset of any transaction that is open or decided, or {@link #ALL_STABLE} */
    public long firstUnstable() {
        return firstUnstable;
    }

    /**
     * Opens a transaction.
     *
     * @param producer its producer
     * @param first offset of its first record
     */
    public synchronized void begin(long producer, long first) {
        open.put(first, producer);
        publish();
    }

    /**
     * Ends an open transaction.
     *
     * @param producer its producer
     * @param first offset of its first record
     * @param marker offset of its marker
     * @param abort whether it was aborted
     */
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

    /**
     * Adds an aborted transaction from the index.
     *
     * @param one a transaction whose marker is above all others
     */
    public synchronized void restore(AbortedTransaction one) {
        aborted.add(one);
    }

    /**
     * Forgets aborted transactions that are trimmed.
     *
     * @param base first offset of the first segment: transactions whose marker is below it are forgotten
     * @return whether any was forgotten
     */
    public synchronized boolean trimAborted(long base) {
        return aborted.trimTo(base);
    }

    /**
     * Forgets aborted transactions of which no record is left.
     *
     * @param gone the transactions to forget
     * @return whether any of them was known
     */
    public synchronized boolean forgetAborted(Collection<AbortedTransaction> gone) {
        return aborted.remove(gone);
    }

    /**
     * Records that the high watermark is about to rise: transactions that ended below it become stable.
     *
     * @param highWatermark its next value
     */
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

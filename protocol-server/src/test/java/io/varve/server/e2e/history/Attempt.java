// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.history;

/**
 * A transaction that a client began: a transfer between two accounts, by two records in two partitions. Times
 * are ticks of the clock that all threads of the history share.
 *
 * @param id names the transaction
 * @param began a time before the first request of the transaction
 * @param asked a time before the first request to end it: a commit, an abort, or a new producer of its
 *     transactional id
 * @param settled a time after it was decided in all partitions; {@link #NEVER} if none is known
 * @param outcome the outcome as known to the client
 * @param withOffset true if it commits an offset, its number, for the group of its producer
 */
public record Attempt(Id id, long began, long asked, long settled, Outcome outcome, boolean withOffset) {
    /** Later than every time. */
    public static final long NEVER = Long.MAX_VALUE;

    Attempt asked(long time) {
        return new Attempt(id, began, time, settled, outcome, withOffset);
    }

    Attempt settled(long time) {
        return new Attempt(id, began, asked, time, outcome, withOffset);
    }

    Attempt ended(Outcome as) {
        return new Attempt(id, began, asked, settled, as, withOffset);
    }

    /** The end of a transaction as known to its client. */
    public enum Outcome {
        /** The server said that it is committed. */
        COMMITTED,
        /** The server said that it is aborted, or it was never asked to commit it. */
        ABORTED,
        /** Asked to commit it, the server did not say whether it did. */
        UNKNOWN
    }

    /**
     * Names a transaction in its history.
     *
     * @param producer index of the transactional id
     * @param number index of the transaction among those of its transactional id, from 0 on
     */
    public record Id(int producer, int number) {
        @Override
        public String toString() {
            return "transaction " + number + " of producer " + producer;
        }
    }
}

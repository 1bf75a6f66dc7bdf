// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.history;

/**
 * A transaction a client began: a transfer from one account to another, two records in two partitions. Times
 * are ticks of a clock that all threads of the history share.
 *
 * @param id which
 * @param began a time before which nothing of it was on the way to the server
 * @param asked a time before which nobody asked for its end: to commit it, to abort it, or to begin anew
 *     under its transactional id
 * @param settled a time after which it was decided in all partitions; {@link #NEVER} if nobody knows of one
 * @param outcome what the client was told
 * @param withOffset whether the group of its producer got an offset with it: its number
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

    /** What a client knows of how its transaction ended. */
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
     * @param producer a transactional id, by its number
     * @param number of the transactions begun under this transactional id; the first is 0
     */
    public record Id(int producer, int number) {
        @Override
        public String toString() {
            return "transaction " + number + " of producer " + producer;
        }
    }
}

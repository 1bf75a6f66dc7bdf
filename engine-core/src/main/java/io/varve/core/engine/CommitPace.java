// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Decides when the committer begins a round. A request on an idle server waits for nothing. On a busy one,
 * the clients that a round has answered send their next requests soon: a round that began with the first of
 * them would leave the others to the next one, and all would wait for almost two. So a round waits until as
 * many requests are queued as there were when the last one ended, answered or waiting, but not beyond
 * {@link #PART} of an average round after that end: docs/decisions/0028.
 *
 * <p>{@link #pause}, {@link #begin} and {@link #end} are for the thread that runs rounds, the rest is
 * thread-safe.
 */
final class CommitPace {
    /** The longest wait is an average round divided by this. */
    static final int PART = 2;

    /** The longest pause of an event loop is so many average rounds. */
    static final int PAUSE_ON_LOOP = 2;
    /** So many rounds without the number of requests that was once reached make it the max of theirs. */
    static final int FORGET = 16;

    /** The average is one of about so many of the last rounds. */
    private static final int AVERAGED = 8;
    /** A round counts as at most so many times the average: one that stalls says little of the next one. */
    private static final int MAX_GROWTH = 4;

    private final Clock clock;
    private final AtomicInteger queued = new AtomicInteger();
    /** Number of queued requests at which the committer is woken. */
    private volatile int awaited = 1;

    private int taken;
    private long begun;
    /** Number of requests that the last round has answered, and of those that were queued at its end. */
    private int expected;

    /** Number of requests that some of the last rounds took, at most: what a loop waits for. */
    private volatile int reached = 1;
    /** Number of rounds that did not reach it, and the max number of requests in them. */
    private int missed;

    private int reachedSince;

    private volatile long ended;
    /** Ns that a round takes on average; 0 before the first. */
    private volatile long average;

    CommitPace(Clock clock) {
        this.clock = clock;
    }

    /**
     * Counts a request.
     *
     * @return true if the committer must be woken
     */
    boolean requested() {
        return queued.incrementAndGet() >= awaited;
    }

    /**
     * @return ns to wait for more requests; {@link Scheduler.AgentStep#AGAIN} if a round is due,
     *     {@link Scheduler.AgentStep#UNTIL_WOKEN} if nothing is requested. Either wait ends with
     *     {@link #requested}
     */
    long pause() {
        awaited = 1; // before the count is read: a request after that sees it
        int now = queued.get();
        if (now == 0) {
            return Scheduler.AgentStep.UNTIL_WOKEN;
        }
        long left = now >= expected ? 0 : average / PART - (clock.nanos() - ended);
        if (left <= 0) {
            return Scheduler.AgentStep.AGAIN;
        }
        awaited = expected;
        return queued.get() >= expected ? Scheduler.AgentStep.AGAIN : left;
    }

    /**
     * As {@link #pause}, for an event loop that runs the rounds. It reads no requests while a round runs, so
     * it waits for longer, and for as many as any of the last rounds took.
     *
     * @return ns to wait for more requests; 0 if a round is due
     */
    long pauseOnLoop() {
        return isDueOnLoop() ? 0 : Math.max(0, PAUSE_ON_LOOP * average - (clock.nanos() - ended));
    }

    /** @return true if a round on a loop need not wait for more requests */
    boolean isDueOnLoop() {
        return queued.get() >= reached;
    }

    /** @return ns that a round takes on average; 0 before the first */
    long average() {
        return average;
    }

    /** Begins a round of all requests so far. Call before they are taken. */
    void begin() {
        taken = queued.getAndSet(0);
        begun = clock.nanos();
    }

    /**
     * Ends a round, before its requests are answered.
     *
     * @return ns that it took
     */
    long end() {
        ended = clock.nanos();
        long took = ended - begun;
        average = average == 0 ? took : average + (Math.min(took, MAX_GROWTH * average) - average) / AVERAGED;
        expected = taken + queued.get();
        note(taken);
        return took;
    }

    private void note(int requests) {
        reachedSince = Math.max(reachedSince, requests);
        missed++;
        if (requests >= reached || missed == FORGET) {
            reached = Math.max(1, reachedSince);
            reachedSince = 0;
            missed = 0;
        }
    }
}

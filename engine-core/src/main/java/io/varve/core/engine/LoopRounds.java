// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import java.util.concurrent.Executor;

/**
 * Decides whether an event loop runs the committer's rounds itself, so that no other thread is woken for them
 * and none wakes the loop for the answers. It may while nobody else requests commits, and while rounds are
 * short: docs/decisions/0030. Thread-safe.
 */
final class LoopRounds {
    /** So many requests in a row come from one loop before it runs a round. */
    static final int ALONE = 32;
    /** Ns that a round takes on average at most: the loop's other connections wait for its end. */
    static final long SHORT = 2_000_000;

    private Executor last;
    private int inARow;

    /**
     * Counts a request.
     *
     * @param loop the event loop that it comes from; null if its thread runs no round
     * @param average ns that rounds take
     * @return true if the loop may run the next round
     */
    synchronized boolean requested(Executor loop, long average) {
        if (loop != last) {
            last = loop;
            inARow = 0;
        }
        if (inARow < ALONE) {
            inARow++;
        }
        return loop != null && inARow == ALONE && average <= SHORT;
    }
}

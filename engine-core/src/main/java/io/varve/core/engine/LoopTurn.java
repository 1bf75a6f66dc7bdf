// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.runtime.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * Gives an event loop its turn to run a round: behind the requests that the loop has already, and after a
 * pause for those that are on their way. There is one turn at a time. Thread-safe.
 */
final class LoopTurn {
    private static final Runnable NONE = () -> {};

    private final LongSupplier pause;
    private final Runnable round;
    /** The loop whose turn comes; null if none does. */
    private final AtomicReference<EventLoop> coming = new AtomicReference<>();
    /** Ends the pause; used by the loop whose turn comes. */
    private Runnable pausing = NONE;

    /**
     * @param pause tells the ns to wait for more requests, 0 for none; called on the loop
     * @param round runs on the loop when the turn has come
     */
    LoopTurn(LongSupplier pause, Runnable round) {
        this.pause = pause;
        this.round = round;
    }

    /**
     * Asks for a turn. Call on the loop.
     *
     * @param due whether a pause is to end: nothing more is waited for
     * @return false if the loop has ended
     */
    boolean request(EventLoop loop, boolean due) {
        try {
            if (coming.compareAndSet(null, loop)) {
                loop.execute(() -> begin(loop));
            } else if (due && pausing != NONE && coming.get() == loop) {
                pausing.run();
                pausing = NONE;
                loop.execute(this::end);
            }
            return true;
        } catch (RejectedExecutionException ended) {
            coming.set(null);
            return false;
        }
    }

    private void begin(EventLoop loop) {
        long nanos = pause.getAsLong();
        if (nanos > 0) {
            try {
                pausing = loop.schedule(nanos, this::end);
                return;
            } catch (RejectedExecutionException ending) {
                pausing = NONE; // this thread still runs, so the round need not wait for another one
            }
        }
        end();
    }

    private void end() {
        pausing = NONE;
        coming.set(null);
        round.run();
    }
}

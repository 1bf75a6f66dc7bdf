// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.era;

import java.util.ArrayDeque;
import java.util.Queue;

/** Lets a limited number of tasks be under way at a time; the others wait, without a thread. Thread-safe. */
final class Turns {
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int free;

    /** @param atATime max number of tasks under way */
    Turns(int atATime) {
        free = atATime;
    }

    /**
     * @param task runs when it has its turn, on the caller's thread or that of another's {@link #end}; must
     *     be short. Its turn lasts until it is {@link #end}ed
     * @return takes the task out if it still waits; idempotent
     */
    Runnable take(Runnable task) {
        synchronized (this) {
            if (free == 0) {
                waiting.add(task);
                return () -> leave(task);
            }
            free--;
        }
        task.run();
        return () -> {};
    }

    private synchronized void leave(Runnable task) {
        waiting.remove(task);
    }

    /** Ends a turn, and begins the next. */
    void end() {
        Runnable next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                free++;
                return;
            }
        }
        next.run();
    }
}

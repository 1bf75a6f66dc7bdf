// SPDX-License-Identifier: Apache-2.0
package io.varve.file.disk;

import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.SurvivedFailure;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs forces on its own threads. Forces that run at the same time share the file system's journal commits:
 * so many threads help when many files are dirty, and none when few are. A thread starts when no idle one
 * takes the work, and ends after 10 idle seconds. Thread-safe.
 *
 * <p>In virtual time a helper's turn comes when the caller has done all the work by itself.
 */
public final class SyncThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SyncThreads.class);
    private static final long IDLE_MS = 10_000;

    private final Scheduler scheduler;
    private final int max;
    /** Helpers without a task, the last used one last. Guarded by this, as are the other fields. */
    private final Deque<Helper> idle = new ArrayDeque<>();

    private int running;
    private boolean closed;

    /** Runs one task after another. Its fields are guarded by the threads. */
    private final class Helper {
        private final Scheduler.Agent agent;
        private Runnable task;
        private boolean ended;

        /** Call with the threads locked: the first step waits for the end of this constructor. */
        Helper(String name, Runnable first) {
            this.task = first;
            this.agent = scheduler.agent(name, this::step);
        }

        private long step() {
            Runnable next = take();
            if (next == null) {
                return Scheduler.AgentStep.UNTIL_WOKEN;
            }
            try {
                next.run();
            } finally {
                beIdle();
            }
            return Scheduler.AgentStep.pauseMs(IDLE_MS);
        }

        /** @return the task; null if there is none, and then this ends */
        private Runnable take() {
            synchronized (SyncThreads.this) {
                Runnable taken = task;
                task = null;
                if (taken == null) {
                    end();
                }
                return taken;
            }
        }

        private void beIdle() {
            synchronized (SyncThreads.this) {
                if (closed) {
                    end();
                } else {
                    idle.addLast(this);
                }
            }
        }

        private void end() {
            idle.remove(this);
            if (!ended) {
                ended = true;
                running--;
                agent.close(0);
            }
        }
    }

    /** @param max max threads at a time, 0 or more */
    public SyncThreads(Scheduler scheduler, int max) {
        this.scheduler = scheduler;
        this.max = max;
    }

    int max() {
        return max;
    }

    /** Runs a task at once on another thread; drops the task if every thread is busy. */
    void offer(Runnable task) {
        Helper taker = handOver(task);
        if (taker != null) {
            taker.agent.wake(); // without the lock, which it takes first
        }
    }

    /** @return the idle helper that has the task now, or null */
    private synchronized Helper handOver(Runnable task) {
        Helper helper = closed ? null : idle.pollLast(); // the others may reach the end of their idle time
        if (helper != null) {
            helper.task = task;
        } else if (!closed && running < max) {
            start(task);
        }
        return helper;
    }

    /** The machine may have no thread left to give: the caller does the work then. */
    private void start(Runnable task) {
        try {
            new Helper("sync-" + (running + 1), task);
            running++;
        } catch (OutOfMemoryError e) {
            SurvivedFailure.log(LOG, "thread " + (running + 1) + " for syncs did not start", e);
        }
    }

    /** Ends the idle threads. A busy thread ends when its task has finished. */
    @Override
    public void close() {
        List<Helper> without;
        synchronized (this) {
            closed = true;
            without = List.copyOf(idle);
        }
        without.forEach(helper -> helper.agent.wake());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.coordinator;

import io.varve.core.runtime.MovableTime;
import io.varve.core.runtime.Scheduler;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.coordinator.common.runtime.CoordinatorTimerImpl;
import org.apache.kafka.server.util.timer.Timer;
import org.apache.kafka.server.util.timer.TimerTask;
import org.apache.kafka.server.util.timer.TimerTaskEntry;

/**
 * Times the tasks of Kafka's coordinator runtime by a {@link MovableTime}. Time-outs that a coordinator sets,
 * of sessions and rebalances, jump with the clock. What the runtime sets for itself takes the machine's time:
 * a write that is under way must not time out because the clock jumps. Thread-safe.
 */
final class MovableTimer implements Timer {
    private final MovableTime time;
    private final Set<TimerTaskEntry> waiting = ConcurrentHashMap.newKeySet();

    MovableTimer(MovableTime time) {
        this.time = time;
    }

    @Override
    public void add(TimerTask task) {
        TimerTaskEntry entry = new TimerTaskEntry(task, time.millis() + task.delayMs);
        waiting.add(entry);
        Scheduler scheduler = isCoordinators(task) ? time : time.machine();
        scheduler.schedule(Math.max(0, task.delayMs), () -> run(entry));
    }

    private static boolean isCoordinators(TimerTask task) {
        return task.getClass().getName().startsWith(CoordinatorTimerImpl.class.getName());
    }

    /** Runs a task that was not cancelled. */
    private void run(TimerTaskEntry entry) {
        if (waiting.remove(entry) && !entry.cancelled()) {
            entry.timerTask.run();
        }
    }

    /** Does nothing: tasks run by the {@link MovableTime}. */
    @Override
    public boolean advanceClock(long timeoutMs) {
        return false;
    }

    /** @return number of tasks that have not run, with cancelled ones until they would have run */
    @Override
    public int size() {
        return waiting.size();
    }

    /** Keeps the tasks that wait from running. */
    @Override
    public void close() {
        waiting.clear();
    }
}

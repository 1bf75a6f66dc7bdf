// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.runtime.EventLoop;
import io.varve.core.runtime.Scheduler;
import io.varve.core.runtime.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/** A connection whose event loop is the test's own thread, and whose timers run in virtual time. */
public final class TestConnection extends Loopback {
    private final VirtualTime time;
    private final ConcurrentLinkedQueue<Runnable> loop = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Runnable> background = new ConcurrentLinkedQueue<>();
    private final List<Runnable> onClose = new ArrayList<>();
    private final TimedWaits waits;
    private boolean commitsOnLoop;
    private boolean open = true;
    private int timers;

    public TestConnection(VirtualTime time) {
        this.time = time;
        waits = new TimedWaits(time, (ms, task) -> time.schedule(ms, task)::cancel);
    }

    /** Runs all tasks of the event loop. */
    public void runLoop() {
        for (Runnable task = loop.poll(); task != null; task = loop.poll()) {
            task.run();
        }
    }

    /** Runs the next task of the event loop. Returns false if there is none. */
    public boolean runOne() {
        Runnable task = loop.poll();
        if (task != null) {
            task.run();
        }
        return task != null;
    }

    public int tasksOnLoop() {
        return loop.size();
    }

    /** Runs all tasks of the worker threads. */
    public void runBackground() {
        for (Runnable task = background.poll(); task != null; task = background.poll()) {
            task.run();
        }
    }

    public int tasksInBackground() {
        return background.size();
    }

    /** Counts the timers and close tasks that were not cancelled, and the waits that were not ended. */
    public int leftovers() {
        return timers + waits.size() + onClose.size();
    }

    public void close() {
        open = false;
        waits.close();
        List.copyOf(onClose).forEach(Runnable::run);
        onClose.clear();
    }

    @Override
    public Executor executor() {
        return loop::add;
    }

    /** Has the event loop commit by itself from now on. */
    public void commitOnLoop() {
        commitsOnLoop = true;
    }

    @Override
    public EventLoop loopOfItsOwn() {
        return !commitsOnLoop
                ? null
                : new EventLoop() {
                    @Override
                    public void execute(Runnable task) {
                        loop.add(task);
                    }

                    @Override
                    public Runnable schedule(long nanos, Runnable task) {
                        throw new UnsupportedOperationException("nothing waits for more requests here");
                    }
                };
    }

    @Override
    public Executor background() {
        return background::add;
    }

    @Override
    public Runnable schedule(long delayMs, Runnable task) {
        timers++;
        boolean[] over = new boolean[1];
        Scheduler.Task scheduled = time.schedule(delayMs, () -> {
            end(over);
            task.run();
        });
        return () -> {
            end(over);
            scheduled.cancel();
        };
    }

    @Override
    public TimedWaits waits() {
        return waits;
    }

    private void end(boolean[] over) {
        if (!over[0]) {
            over[0] = true;
            timers--;
        }
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public Runnable onClose(Runnable task) {
        if (!open) {
            task.run();
            return () -> {};
        }
        onClose.add(task);
        return () -> onClose.remove(task);
    }
}

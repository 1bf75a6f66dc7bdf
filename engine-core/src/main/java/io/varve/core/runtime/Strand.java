// SPDX-License-Identifier: Apache-2.0
package io.varve.core.runtime;

import java.util.concurrent.locks.LockSupport;

/**
 * Runs a worker's loop on a thread of its own, but only while another thread waits for it: the loop stops
 * where it waits, and goes on there at the next turn, while one thread at a time runs.
 *
 * <pre>
 *   resume() |======= waits =======|            resume() |=== waits ===|
 *            |--- the loop runs ---| yieldTurn()         |--- runs ----| yieldTurn()
 * </pre>
 */
final class Strand {
    /** Marks the thread of a strand. */
    static final class Carrier extends Thread {
        final VirtualAgent agent;

        Carrier(VirtualAgent agent, Runnable loop, String name) {
            super(loop, name);
            this.agent = agent;
            setDaemon(true);
        }
    }

    private final Runnable loop;
    private final Carrier thread;
    private volatile Thread resumer;
    private volatile boolean turn;
    private boolean started;

    /** @param loop calls {@link #yieldTurn} between its steps and where it waits */
    Strand(VirtualAgent agent, Runnable loop, String name) {
        this.loop = loop;
        this.thread = new Carrier(agent, this::run, name);
    }

    private void run() {
        awaitTurn(true);
        try {
            loop.run();
        } finally {
            turn = false;
            LockSupport.unpark(resumer);
        }
    }

    /** Lets the loop run until it yields or ends. Called by one thread at a time. */
    void resume() {
        resumer = Thread.currentThread();
        turn = true;
        if (!started) {
            started = true;
            thread.start();
        }
        LockSupport.unpark(thread);
        awaitTurn(false);
    }

    /** Ends the turn, and waits for the next; called by the loop. */
    void yieldTurn() {
        turn = false;
        LockSupport.unpark(resumer);
        awaitTurn(true);
    }

    private void awaitTurn(boolean wanted) {
        boolean interrupted = false;
        while (turn != wanted) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted(); // or the next park would not wait
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3server;

/**
 * Holds requests back, so that the bucket stays as it is for a while. Requests that have begun are carried
 * out, and their answers wait; later ones wait before anything happens. Thread-safe.
 */
final class RequestGate {
    private boolean shut;
    private int running;

    /** Begins a request. Waits while the gate is shut. */
    synchronized void enter() {
        await();
        running++;
    }

    /** Ends a request, before its answer is sent. Waits while the gate is shut. */
    synchronized void leave() {
        running--;
        notifyAll();
        await();
    }

    /**
     * Shuts the gate while something runs. Waits for the requests that have begun, and for another caller.
     *
     * @param action changes nothing by a request, which would wait for ever
     */
    void whileShut(Runnable action) {
        shut();
        try {
            action.run();
        } finally {
            open();
        }
    }

    private synchronized void shut() {
        await();
        shut = true;
        boolean interrupted = false;
        while (running > 0) {
            interrupted |= waitInterrupted();
        }
        restore(interrupted);
    }

    private synchronized void open() {
        shut = false;
        notifyAll();
    }

    private synchronized void await() {
        boolean interrupted = false;
        while (shut) {
            interrupted |= waitInterrupted();
        }
        restore(interrupted);
    }

    /** Waits for a change. Returns true if the thread was interrupted. */
    private synchronized boolean waitInterrupted() {
        try {
            wait();
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }

    private static void restore(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

/** Waits between the attempts of a request, until the connection is closed. Thread-safe. */
class RetryPause {
    private static final long NANOS_PER_MS = 1_000_000;

    private boolean ended;

    /**
     * Waits. Returns early at {@link #end}, and if the thread is interrupted: it stays so.
     *
     * @param nanos time in ns
     */
    synchronized void await(long nanos) {
        if (ended) {
            return;
        }
        try {
            // One wait: a pause that a spurious wake-up cuts short does no harm.
            wait(Math.max(1, nanos / NANOS_PER_MS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends all pauses, present and to come. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for threads that were told to end. Stateless. */
final class WorkerThreads {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerThreads.class);
    private static final long WAIT_MS = 10_000;

    private WorkerThreads() {}

    /** Waits for a thread, but not forever: it may wait for an answer of the bucket. */
    static void join(Thread thread) {
        try {
            thread.join(WAIT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            LOG.warn(
                    "{} still waits for the bucket after {} s; it ends with its request",
                    thread.getName(),
                    WAIT_MS / 1000);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Runs loops on threads of their own beside a check. To be closed after the check, however it went: a loop
 * that goes on takes the time of all later checks. For the check's thread only.
 */
final class Loops implements AutoCloseable {
    private static final long POLL_NANOS = 50_000;
    private static final long END_MS = 60_000;

    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();

    /**
     * Runs something again and again until {@link #end}, or until it throws.
     *
     * @return its thread
     */
    Thread start(Runnable loop) {
        return startOnce(() -> {
            while (!stop.get()) {
                loop.run();
            }
        });
    }

    /** Runs something once; what it throws is a failure. */
    Thread startOnce(Runnable body) {
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (Throwable e) {
                failure.compareAndSet(null, e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
        return thread;
    }

    boolean hasFailed() {
        return failure.get() != null;
    }

    /**
     * Waits until a condition holds or a loop has failed, and leaves the processors to the loops meanwhile.
     *
     * @param what to wait for, for the message
     * @throws InterruptedException at the check's time-out: a backend that fails every read would keep this
     *     waiting for good
     */
    void await(String what, BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean() && !hasFailed()) {
            LockSupport.parkNanos(POLL_NANOS);
            if (Thread.interrupted()) {
                throw new InterruptedException("out of time, waiting for " + what);
            }
        }
    }

    /** Ends the loops, and fails with what one of them has thrown. */
    void end() throws InterruptedException {
        stop.set(true);
        for (Thread thread : threads) {
            thread.join(END_MS);
            assertThat(thread.isAlive())
                    .as("%s still runs: %s", thread.getName(), List.of(thread.getStackTrace()))
                    .isFalse();
        }
        assertThat(failure.get()).isNull();
    }

    /** Ends the loops of a check that failed itself. */
    @Override
    public void close() {
        stop.set(true);
        for (Thread thread : threads) {
            try {
                thread.join(END_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}

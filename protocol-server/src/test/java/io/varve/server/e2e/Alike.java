// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Compares answers of a Kafka and of a server. */
final class Alike {
    /** What is waited for needs the processor too. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** A Kafka's broker takes over what its controller has decided a moment after the client's answer. */
    private static final long CONTROLLER_NANOS = TimeUnit.SECONDS.toNanos(30);

    private Alike() {}

    /**
     * Asks a question of both, again while a Kafka's broker may not know yet what its controller has decided,
     * and requires the same answer.
     *
     * @param what names the question in the failure
     * @param kafkas asks the Kafka; changes nothing
     * @param ours asks the server; changes nothing
     */
    static <T> void require(String what, Supplier<T> kafkas, Supplier<T> ours) {
        long deadline = System.nanoTime() + CONTROLLER_NANOS;
        T known = kafkas.get();
        T own = ours.get();
        while (!own.equals(known) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(PAUSE_NANOS);
            known = kafkas.get();
            own = ours.get();
        }
        assertThat(own).as(what).isEqualTo(known);
    }
}

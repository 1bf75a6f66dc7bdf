// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

/** Which threads answer a route: those who ask long questions must not hold up an orchestrator. */
public enum HttpLane {
    /** The event loop; for what computes and waits for nothing. */
    LOOP(0),
    /** A thread for {@code /ready} alone. */
    READINESS(1),
    /** A thread for monitoring. */
    MONITORING(1),
    /** Threads for people, whose questions may read for seconds. */
    PAGE(2);

    private final int threads;

    HttpLane(int threads) {
        this.threads = threads;
    }

    /** @return max number of threads, 0 for the event loop */
    int threads() {
        return threads;
    }
}

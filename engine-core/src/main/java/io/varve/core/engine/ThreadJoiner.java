// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.runtime.Clock;
import java.util.concurrent.TimeUnit;

/** Waits for threads to end, whoever is interrupted meanwhile. Stateless. */
final class ThreadJoiner {
    private ThreadJoiner() {}

    /**
     * @param waitMs how long to wait at most
     * @return true if the caller was interrupted meanwhile: its flag is down, so that what else is to be closed is not disturbed
     */
    static boolean join(Thread thread, long waitMs, Clock clock) {
        boolean interrupted = false;
        long end = clock.nanos() + TimeUnit.MILLISECONDS.toNanos(waitMs);
        for (long left = waitMs; left > 0; left = TimeUnit.NANOSECONDS.toMillis(end - clock.nanos())) {
            try {
                thread.join(left);
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        return interrupted;
    }
}

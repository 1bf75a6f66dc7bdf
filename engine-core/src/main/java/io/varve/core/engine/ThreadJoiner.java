// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.runtime.Clock;
import java.util.concurrent.TimeUnit;

/** Waits for threads to end, and goes on waiting when the caller is interrupted. Stateless. */
final class ThreadJoiner {
    private ThreadJoiner() {}

    /**
     * @param waitMs max time to wait, in ms
     * @return true if the caller was interrupted meanwhile: its interrupt flag is cleared, so that the next
     *     close is not interrupted
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

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.core.runtime.Ids;
import java.util.SplittableRandom;

/** Decides how long to pause after a failed attempt: exponential, with jitter. Thread-safe. */
final class Backoff {
    private static final long FIRST = 50_000_000;
    private static final long MAX = 5_000_000_000L;
    private static final int MAX_DOUBLINGS = 7;

    private final SplittableRandom random;

    Backoff(Ids ids) {
        random = new SplittableRandom(ids.next().getLeastSignificantBits());
    }

    /**
     * @param failed number of failed attempts so far, at least 1
     * @return a pause in ns
     */
    long nanos(int failed) {
        long full = Math.min(MAX, FIRST << Math.min(failed - 1, MAX_DOUBLINGS));
        synchronized (random) {
            return full / 2 + random.nextLong(full / 2);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.core.runtime.VirtualTime;
import java.util.ArrayList;
import java.util.List;

/** Pauses in virtual time: a pause moves the clock, and is over. */
final class VirtualPause extends RetryPause {
    private static final long NANOS_PER_MS = 1_000_000;

    private final VirtualTime time;
    private final List<Long> pauses = new ArrayList<>();

    VirtualPause(VirtualTime time) {
        this.time = time;
    }

    @Override
    synchronized void await(long nanos) {
        pauses.add(nanos / NANOS_PER_MS);
        time.advance(nanos / NANOS_PER_MS + 1);
    }

    /** @return the pauses so far, in ms */
    synchronized List<Long> pauses() {
        return List.copyOf(pauses);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.command;

import io.varve.experiments.run.RunProgress;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.Map;

/** Prints how far each policy's run is, in tenths. Thread-safe. */
final class VirtualProgress implements RunProgress {
    private static final int STEPS = 10;
    private static final double MS_PER_DAY = 86_400_000;

    private final PrintWriter out;
    private final Map<String, Long> shown = new HashMap<>();

    VirtualProgress(PrintWriter out) {
        this.out = out;
    }

    @Override
    public synchronized void advanced(String policy, long doneMs, long totalMs) {
        long step = doneMs * STEPS / Math.max(1, totalMs);
        if (step > shown.getOrDefault(policy, 0L)) {
            shown.put(policy, step);
            out.printf("%s: %.1f of %.1f days%n", policy, doneMs / MS_PER_DAY, totalMs / MS_PER_DAY);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.trace;

import io.varve.experiments.scenario.TimestampSpec;
import io.varve.experiments.workload.LatencyHistogram;

/** Counts records whose timestamps are far from the time they were written at. Not thread-safe. */
final class ShiftSketch {
    /** Clocks differ, and batches wait: what is nearer is no shift. */
    static final long NEAR_MS = 60_000;

    private static final double NEARLY_ALL = 0.99;
    private static final long MAX_MS = 3_660L * 86_400_000;

    private final LatencyHistogram minutes = new LatencyHistogram();
    private long shifted;

    /** @param ms by how much a timestamp is away, in this sketch's direction */
    void add(long ms) {
        if (ms > NEAR_MS) {
            shifted++;
            minutes.add(ms / (double) NEAR_MS);
        }
    }

    /** @param records all of them, at least 1 */
    TimestampSpec.Shift spec(long records) {
        if (shifted == 0) {
            return TimestampSpec.Shift.NONE;
        }
        long by = Math.round(Rounded.fewDigits(minutes.quantile(NEARLY_ALL) * NEAR_MS));
        return new TimestampSpec.Shift(Rounded.fewDigits(shifted / (double) records), Math.min(MAX_MS, by));
    }
}

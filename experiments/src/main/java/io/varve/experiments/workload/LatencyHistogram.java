// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.workload;

import java.util.Arrays;

/**
 * Counts times in ranges that grow by 2 %, from a microsecond to more than an hour. Not thread-safe.
 */
public final class LatencyHistogram {
    private static final double GROWTH = 1.02;
    private static final double LEAST_MS = 0.001;
    private static final double LOG_GROWTH = StrictMath.log(GROWTH);
    private static final int RANGES = 1150;

    private final long[] counts = new long[RANGES];
    private long count;
    private double max;

    /** @param ms a time in ms */
    public void add(double ms) {
        int range = ms <= LEAST_MS ? 0 : (int) (StrictMath.log(ms / LEAST_MS) / LOG_GROWTH);
        counts[Math.min(RANGES - 1, range)]++;
        count++;
        max = Math.max(max, ms);
    }

    /** @return number of times */
    public long count() {
        return count;
    }

    /** @return the longest time in ms, exactly; 0 without one */
    public double max() {
        return max;
    }

    /**
     * @param share 0 to 1
     * @return the time in ms that this share of the times is not above, to 2 %; 0 without a time
     */
    public double quantile(double share) {
        long rank = (long) Math.ceil(share * count);
        long seen = 0;
        for (int i = 0; i < RANGES; i++) {
            seen += counts[i];
            if (seen >= rank && count > 0) {
                return Math.min(max, LEAST_MS * StrictMath.exp((i + 1) * LOG_GROWTH));
            }
        }
        return 0;
    }

    /** Forgets all times. */
    public void clear() {
        Arrays.fill(counts, 0);
        count = 0;
        max = 0;
    }
}

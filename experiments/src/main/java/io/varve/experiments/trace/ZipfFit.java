// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.trace;

import io.varve.experiments.scenario.KeySpec;

/**
 * Finds the number of keys and the exponent of Zipf's law from which a sample would show as many distinct
 * keys, and its most frequent ones as often, as it did. A sample does not show rare keys: there are more keys
 * than it has.
 *
 * @param records of the sample, at least 1
 * @param distinct keys among them, from 1 to the number of records
 */
record ZipfFit(long records, long distinct) {
    private static final double MAX_KEYS = 1e12;
    private static final double MAX_SKEW = 5;
    /** What is less cannot be told from keys that come equally often. */
    private static final double MIN_SKEW = 0.1;

    private static final int STEPS = 40;
    private static final int EXACT = 1000;
    private static final double BLOCK = 1.05;

    /**
     * @param frequent records that have one of the most frequent keys
     * @param ranks how many these are; 0 if none is frequent enough to tell
     */
    KeySpec fit(long frequent, int ranks) {
        if (ranks == 0 || distinct <= ranks) {
            return new KeySpec(Math.round(keys(0)), 0);
        }
        double share = frequent / (double) records;
        double low = 0;
        double high = MAX_SKEW;
        for (int i = 0; i < STEPS; i++) {
            double skew = (low + high) / 2;
            if (sum(ranks, skew) / sum(keys(skew), skew) < share) {
                low = skew;
            } else {
                high = skew;
            }
        }
        double skew = low < MIN_SKEW ? 0 : Math.round(100 * low) / 100.0;
        return new KeySpec(Math.round(keys(skew)), skew);
    }

    /** @return how many keys there must be for the sample to show as many as it did */
    private double keys(double skew) {
        double low = Math.log(distinct);
        double high = Math.log(MAX_KEYS);
        for (int i = 0; i < STEPS; i++) {
            double middle = (low + high) / 2;
            if (shown(Math.exp(middle), skew) < distinct) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return Math.exp(low);
    }

    /** @return how many distinct keys a sample shows on average, if there are so many */
    private double shown(double keys, double skew) {
        double perUnit = records / sum(keys, skew);
        double shown = 0;
        double rank = 1;
        while (rank <= keys) {
            double next = rank < EXACT ? rank + 1 : Math.min(keys + 1, rank * BLOCK);
            double middle = rank < EXACT ? rank : (rank + next - 1) / 2;
            double often = perUnit * Math.exp(-skew * Math.log(middle));
            shown -= Math.expm1(-often) * (next - rank);
            rank = next;
        }
        return shown;
    }

    /** @return the sum of {@code 1 / r^skew} over the ranks */
    private static double sum(double ranks, double skew) {
        double sum = 0;
        for (int rank = 1; rank <= Math.min(ranks, EXACT); rank++) {
            sum += Math.exp(-skew * Math.log(rank));
        }
        if (ranks > EXACT) {
            double from = EXACT + 0.5;
            double to = ranks + 0.5;
            double power = 1 - skew;
            sum += Math.abs(power) < 1e-9 ? Math.log(to / from) : (Math.pow(to, power) - Math.pow(from, power)) / power;
        }
        return sum;
    }
}

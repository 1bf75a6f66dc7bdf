// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

/**
 * Says when a run begins in virtual time, how long it is, and what its random choices follow from.
 *
 * @param seed the same file and seed give the same results, byte for byte
 * @param startMs the beginning, in ms since the epoch
 * @param durationMs how long, in ms, at least 1
 * @param sampleMs how often sizes and ages are noted, in ms, at least 1
 * @param scale bytes of the run: 1 of so many of the file. Rates, sizes and limits in bytes shrink together;
 *     the specs hold the file's values, so whoever runs them divides
 */
public record Timing(long seed, long startMs, long durationMs, long sampleMs, int scale) {
    /** Checks the ranges. */
    public Timing {
        if (durationMs < 1 || sampleMs < 1 || scale < 1) {
            throw new IllegalArgumentException(
                    "duration " + durationMs + " ms, sample " + sampleMs + " ms, scale 1/" + scale);
        }
    }

    /**
     * @param ms how long, at least 1
     * @return the same for another duration; what is noted at each sample is noted as many times
     */
    public Timing lasting(long ms) {
        return new Timing(seed, startMs, ms, Math.max(1, (long) (sampleMs * (ms / (double) durationMs))), scale);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.batch;

/**
 * Draws random numbers that follow from a seed alone, on every machine and Java version (SplitMix64, Steele
 * and others 2014). Not thread-safe.
 */
public final class Seeded {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;
    private static final int DOUBLE_BITS = 53;

    private long state;

    /** @param seed what all numbers follow from */
    public Seeded(long seed) {
        state = seed;
    }

    /**
     * @param seed a seed
     * @param text names one of its uses
     * @return a seed for that use
     */
    public static long derive(long seed, String text) {
        long derived = mix(seed);
        for (int i = 0; i < text.length(); i++) {
            derived = mix(derived ^ text.charAt(i)) + GAMMA;
        }
        return derived;
    }

    /** @return any long */
    public long nextLong() {
        state += GAMMA;
        return mix(state);
    }

    static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** @return at least 0, below 1 */
    public double nextDouble() {
        return (nextLong() >>> (Long.SIZE - DOUBLE_BITS)) * 0x1.0p-53;
    }

    /**
     * @param bound above 0
     * @return at least 0, below the bound
     */
    public long nextBelow(long bound) {
        return (long) (nextDouble() * bound);
    }

    /**
     * @param share 0 to 1
     * @return true in that share of calls; draws nothing for 0
     */
    public boolean chance(double share) {
        return share > 0 && nextDouble() < share;
    }

    /** @return normally distributed, mean 0 and standard deviation 1 */
    public double nextGaussian() {
        double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - nextDouble()));
        return radius * StrictMath.cos(2 * Math.PI * nextDouble());
    }
}

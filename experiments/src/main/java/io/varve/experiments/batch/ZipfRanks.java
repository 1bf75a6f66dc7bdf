// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.batch;

/**
 * Draws ranks by Zipf's law: rank r comes in proportion to {@code 1 / (r + 1)^skew}. Needs no table, and a
 * bit more than one random number for each rank (rejection-inversion, Hörmann and Derflinger 1996).
 * Immutable, thread-safe.
 */
public final class ZipfRanks {
    private final long ranks;
    private final double skew;
    private final double first;
    private final double last;
    private final double squeeze;

    /**
     * @param ranks how many, at least 1
     * @param skew 0 for equally likely ranks
     */
    public ZipfRanks(long ranks, double skew) {
        this.ranks = ranks;
        this.skew = skew;
        this.first = integral(1.5) - 1;
        this.last = integral(ranks + 0.5);
        this.squeeze = 2 - inverse(integral(2.5) - density(2));
    }

    /**
     * @param random where from
     * @return a rank, 0 the most frequent one, below the number of ranks
     */
    public long next(Seeded random) {
        if (skew == 0) {
            return random.nextBelow(ranks);
        }
        while (true) {
            double u = last + random.nextDouble() * (first - last);
            double x = inverse(u);
            long rank = Math.max(1, Math.min(ranks, (long) (x + 0.5)));
            if (rank - x <= squeeze || u >= integral(rank + 0.5) - density(rank)) {
                return rank - 1;
            }
        }
    }

    private double density(double x) {
        return StrictMath.exp(-skew * StrictMath.log(x));
    }

    private double integral(double x) {
        double log = StrictMath.log(x);
        return expm1Ratio((1 - skew) * log) * log;
    }

    private double inverse(double x) {
        double t = Math.max(-1, x * (1 - skew));
        return StrictMath.exp(log1pRatio(t) * x);
    }

    /** @return {@code (e^x - 1) / x}, also near 0 */
    private static double expm1Ratio(double x) {
        return Math.abs(x) > 1e-8 ? StrictMath.expm1(x) / x : 1 + x / 2 * (1 + x / 3);
    }

    /** @return {@code log(1 + x) / x}, also near 0 */
    private static double log1pRatio(double x) {
        return Math.abs(x) > 1e-8 ? StrictMath.log1p(x) / x : 1 - x * (0.5 - x / 3);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.workload;

import io.varve.experiments.batch.Seeded;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * Says how long a read takes: a time to its first byte, whose logarithm is normally distributed, and a rate
 * for the bytes. The next read of a sequence finds its first byte read ahead, unless it comes from memory.
 *
 * @param tiers the times of each tier
 * @param cacheBytes bytes of the newest records, over all partitions, that are in memory
 */
public record LatencyModel(Map<ReadTier, TierTimes> tiers, long cacheBytes) {
    /**
     * Holds the times of a tier.
     *
     * @param medianMs half of the reads have their first byte sooner, in ms
     * @param sigma standard deviation of the logarithm of that time
     * @param aheadMs time to the first byte where it was read ahead, in ms
     * @param bytesPerMs bytes in a ms after the first
     */
    public record TierTimes(double medianMs, double sigma, double aheadMs, double bytesPerMs) {}

    private static final long GIB = 1L << 30;

    /**
     * A machine with a cloud disk (1 ms, 250 MB/s), 4 GiB of page cache, and S3 in the same region (a median
     * of 30 ms, one in a hundred above 120 ms, 90 MB/s in a connection).
     */
    public static final LatencyModel DEFAULT = new LatencyModel(
            Map.of(
                    ReadTier.MEMORY, new TierTimes(0.1, 0.3, 0.1, 2_000_000),
                    ReadTier.DISK, new TierTimes(1, 0.5, 0.2, 250_000),
                    ReadTier.CACHE, new TierTimes(1, 0.5, 0.2, 250_000),
                    ReadTier.BUCKET, new TierTimes(30, 0.6, 2, 90_000)),
            4 * GIB);

    /** Copies the map. */
    public LatencyModel {
        EnumMap<ReadTier, TierTimes> copy = new EnumMap<>(tiers);
        for (ReadTier tier : ReadTier.values()) {
            Objects.requireNonNull(copy.get(tier), tier::text);
        }
        tiers = copy;
    }

    /** @return the model in words */
    public String words() {
        StringBuilder text = new StringBuilder("median to the first byte");
        tiers.forEach((tier, times) -> text.append(' ')
                .append(tier.text())
                .append(' ')
                .append(times.medianMs)
                .append(" ms,"));
        return text.append(" newest ")
                .append(cacheBytes / GIB)
                .append(" GiB in memory")
                .toString();
    }

    /**
     * @param tier where the bytes are
     * @param ahead true for the next read of a sequence
     * @param random where the chance comes from
     * @return time to the first byte, in ms
     */
    double firstByteMs(ReadTier tier, boolean ahead, Seeded random) {
        TierTimes times = tiers.get(tier);
        double median = ahead ? times.aheadMs : times.medianMs;
        return median * StrictMath.exp(times.sigma * random.nextGaussian());
    }

    /** @return time from the first byte to the last, in ms */
    double transferMs(ReadTier tier, double bytes) {
        return bytes / tiers.get(tier).bytesPerMs;
    }
}

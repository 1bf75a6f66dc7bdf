// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.util.List;

/** Says how large records are, in bytes of key and value together before compression. */
public sealed interface RecordSize {
    /** @return the mean, in bytes */
    double mean();

    /** @return the largest, in bytes */
    int max();

    /**
     * All of one size.
     *
     * @param bytes at least 1
     */
    record FixedSize(int bytes) implements RecordSize {
        @Override
        public double mean() {
            return bytes;
        }

        @Override
        public int max() {
            return bytes;
        }
    }

    /**
     * Each size as likely as the others.
     *
     * @param min the smallest, at least 1
     * @param max the largest, inclusive
     */
    record Uniform(int min, int max) implements RecordSize {
        @Override
        public double mean() {
            return (min + (double) max) / 2;
        }
    }

    /**
     * Many small ones and a few large ones: the logarithm of the size is normally distributed.
     *
     * @param median half of the records are smaller, at least 1
     * @param p99 one of a hundred is larger, above the median
     * @param max what is larger is cut to this
     */
    record LogNormal(int median, int p99, int max) implements RecordSize {
        /** How many standard deviations the 99th percentile of a normal distribution is above its mean. */
        private static final double DEVIATIONS = 2.3263478740408408;

        /** @return the standard deviation of the size's logarithm */
        public double sigma() {
            return Math.log(p99 / (double) median) / DEVIATIONS;
        }

        /** Of the distribution before it is cut. */
        @Override
        public double mean() {
            return Math.min(max, median * Math.exp(sigma() * sigma() / 2));
        }
    }

    /**
     * As recorded: a share of the records in each range of sizes, evenly within it.
     *
     * @param buckets at least one, by size
     */
    record Histogram(List<Bucket> buckets) implements RecordSize {
        /**
         * @param min the smallest, in bytes
         * @param max the largest, inclusive
         * @param share of all records, above 0; shares count in relation to their sum
         */
        public record Bucket(int min, int max, double share) {}

        /** Copies the list. */
        public Histogram {
            buckets = List.copyOf(buckets);
        }

        @Override
        public double mean() {
            double shares = 0;
            double bytes = 0;
            for (Bucket bucket : buckets) {
                shares += bucket.share;
                bytes += bucket.share * (bucket.min + (double) bucket.max) / 2;
            }
            return bytes / shares;
        }

        @Override
        public int max() {
            return buckets.get(buckets.size() - 1).max;
        }
    }
}

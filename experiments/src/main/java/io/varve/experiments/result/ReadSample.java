// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.result;

/**
 * Counts what a consumer read from one tier since the sample before: a row of {@code reads.csv}.
 *
 * @param policy the policy's name
 * @param consumer the consumer's name
 * @param timeMs end of the period, in ms of virtual time since the epoch
 * @param tier {@code memory} for the newest records in the page cache; {@code disk}; {@code bucket} for reads
 *     that waited for it; {@code cache} for what was at hand of it
 * @param reads number of reads
 * @param bytes bytes of batches
 * @param p50Ms median of a read's time in ms: by the model of latencies, or what requests to the bucket took
 * @param p99Ms 99th percentile of it in ms
 * @param lagRecords records behind the end, over all its partitions, at the end of the period
 * @param lagMs age in ms of the next record to read, at the end of the period; 0 at the end of the log
 */
public record ReadSample(
        String policy,
        String consumer,
        long timeMs,
        String tier,
        long reads,
        long bytes,
        double p50Ms,
        double p99Ms,
        long lagRecords,
        long lagMs) {}

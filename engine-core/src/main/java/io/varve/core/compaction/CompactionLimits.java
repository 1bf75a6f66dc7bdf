// SPDX-License-Identifier: Apache-2.0
package io.varve.core.compaction;

/**
 * Holds what a topic's configuration means to compaction.
 *
 * @param enabled true if {@code cleanup.policy} contains compact: every record needs a key
 * @param minDirtyRatio min dirty share of the log's bytes before it is cleaned, 0 to 1
 *     ({@code min.cleanable.dirty.ratio})
 * @param minLagMs min time in ms a record stays unchanged, 0 or more ({@code min.compaction.lag.ms})
 * @param maxLagMs max time in ms a record stays uncleaned, whatever the ratio, at least 1
 *     ({@code max.compaction.lag.ms}, KIP-354)
 * @param deleteRetentionMs how long in ms a tombstone or marker stays after it was first cleaned, 0 or more
 *     ({@code delete.retention.ms}, KIP-534)
 */
public record CompactionLimits(
        boolean enabled, double minDirtyRatio, long minLagMs, long maxLagMs, long deleteRetentionMs) {
    private static final double KAFKAS_RATIO = 0.5;
    private static final long DAY_MS = 24L * 3600 * 1000;

    /** No compaction; all other values are Kafka 4.3's defaults. */
    public static final CompactionLimits NONE = new CompactionLimits(false, KAFKAS_RATIO, 0, Long.MAX_VALUE, DAY_MS);

    /** Compaction with Kafka 4.3's defaults. */
    public static final CompactionLimits DEFAULT = new CompactionLimits(true, KAFKAS_RATIO, 0, Long.MAX_VALUE, DAY_MS);
}

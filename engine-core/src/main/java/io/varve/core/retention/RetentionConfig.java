// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import java.util.Objects;

/**
 * Holds the retention settings of all partitions.
 *
 * @param checkIntervalMs ms between two checks, at least 1 ({@code log.retention.check.interval.ms})
 * @param futureTimestamps how to tell the age of a segment with timestamps in the future
 *     ({@code log.retention.future.timestamps})
 */
public record RetentionConfig(long checkIntervalMs, FutureTimestamps futureTimestamps) {
    /** A check every five minutes, as in Kafka; timestamps in the future keep no segment. */
    public static final RetentionConfig DEFAULT = new RetentionConfig(300_000, FutureTimestamps.APPEND_TIME);

    /** @throws IllegalArgumentException if the interval is not positive */
    public RetentionConfig {
        Objects.requireNonNull(futureTimestamps, "futureTimestamps");
        if (checkIntervalMs < 1) {
            throw new IllegalArgumentException("check interval of " + checkIntervalMs + " ms, must be at least 1");
        }
    }
}

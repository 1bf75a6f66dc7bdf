// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.scenario;

import java.util.Optional;

/**
 * Describes what reads a topic.
 *
 * @param name its name in results
 * @param topic the topic's name
 * @param maxRate what it reads at most, over all partitions; empty for as fast as the storage gives
 * @param reading when it reads, and from where
 */
public record ConsumerSpec(String name, String topic, Optional<Rate> maxRate, Reading reading) {
    /** Says when a consumer reads, and from where. */
    public sealed interface Reading {}

    /**
     * Reads what is new, all the time.
     *
     * @param pollMs how often it asks, in ms, at least 1
     */
    public record Tailing(long pollMs) implements Reading {}

    /**
     * Reads behind the end, by a time that changes: the logarithm of the lag is normally distributed.
     *
     * @param pollMs how often it asks, in ms, at least 1
     * @param medianMs half of the time the lag is smaller, in ms, above 0
     * @param p99Ms one time of a hundred it is larger, in ms, at least the median
     */
    public record Lagging(long pollMs, long medianMs, long p99Ms) implements Reading {}

    /**
     * Reads a stretch of the past up to the end, again and again.
     *
     * @param everyMs how often, in ms
     * @param firstMs when first, in ms after the run's start
     * @param backMs how far back it begins, in ms; empty for the oldest record
     */
    public record Replay(long everyMs, long firstMs, Optional<Long> backMs) implements Reading {}

    /**
     * Reads what is new, stops for a while, and goes on where it was.
     *
     * @param pollMs how often it asks, in ms, at least 1
     * @param fromMs when it stops, in ms after the run's start
     * @param toMs when it goes on, in ms after the run's start, after {@code fromMs}
     */
    public record Stopping(long pollMs, long fromMs, long toMs) implements Reading {}
}

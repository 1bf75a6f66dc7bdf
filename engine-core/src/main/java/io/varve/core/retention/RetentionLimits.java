// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a topic's configuration says of one partition's retention.
 *
 * @param delete true if {@code cleanup.policy} contains delete; without, neither limit applies
 * @param retentionMs how many ms a segment stays after its newest record ({@code retention.ms}); -1 for ever
 * @param retentionBytes how many bytes of newer segments it takes to make a segment go
 *     ({@code retention.bytes}); -1 for any number
 * @param holds what is pinned
 */
public record RetentionLimits(boolean delete, long retentionMs, long retentionBytes, List<Hold> holds) {
    /** The value of a limit that is not set. */
    public static final long UNLIMITED = -1;

    /** Kafka's defaults: 7 days, any size. */
    public static final RetentionLimits DEFAULT =
            new RetentionLimits(true, 7L * 24 * 3600 * 1000, UNLIMITED, List.of());

    /** Nothing is ever deleted but by request. */
    public static final RetentionLimits KEEP = new RetentionLimits(false, UNLIMITED, UNLIMITED, List.of());

    /** @throws IllegalArgumentException if a limit is below -1 */
    public RetentionLimits {
        holds = List.copyOf(holds);
        if (retentionMs < UNLIMITED || retentionBytes < UNLIMITED) {
            throw new IllegalArgumentException("retention.ms " + retentionMs + ", retention.bytes " + retentionBytes
                    + ": must be -1 (no limit) or more");
        }
    }

    /**
     * @param pinned what is to be pinned
     * @return the same limits with other holds
     */
    public RetentionLimits withHolds(List<Hold> pinned) {
        return new RetentionLimits(delete, retentionMs, retentionBytes, pinned);
    }

    /**
     * @param start the log start offset
     * @return the hold that keeps the start from moving furthest first, if any does
     */
    public Optional<Hold> first(long start) {
        return holds.stream()
                .filter(hold -> hold.to() > start)
                .min(Comparator.comparingLong(hold -> hold.maxStart(start)));
    }

    /**
     * @param start the log start offset
     * @return the highest offset the start may be moved to for all the holds; Long.MAX_VALUE when none is
     *     in the way
     */
    public long maxStart(long start) {
        return first(start).map(hold -> hold.maxStart(start)).orElse(Long.MAX_VALUE);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import java.util.List;
import java.util.Optional;

/**
 * Holds what a topic's configuration means to one partition's retention.
 *
 * @param delete true if {@code cleanup.policy} contains delete; without, neither limit applies
 * @param retentionMs how many ms a segment stays after its newest record ({@code retention.ms}); -1 for ever
 * @param retentionBytes how many bytes of newer segments cause the deletion of a segment
 *     ({@code retention.bytes}); -1 for no limit
 * @param holds the holds on the partition's records
 */
public record RetentionLimits(boolean delete, long retentionMs, long retentionBytes, List<Hold> holds) {
    /** The value of a limit that is not set. */
    public static final long UNLIMITED = -1;

    /** Kafka's defaults: 7 days, any size. */
    public static final RetentionLimits DEFAULT =
            new RetentionLimits(true, 7L * 24 * 3600 * 1000, UNLIMITED, List.of());

    /** Records are deleted only on request. */
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
     * @param pinned the new holds
     * @return a copy with these holds
     */
    public RetentionLimits withHolds(List<Hold> pinned) {
        return new RetentionLimits(delete, retentionMs, retentionBytes, pinned);
    }

    /**
     * @param start the log start offset
     * @return the hold that allows the lowest start offset, if any hold limits the start
     */
    public Optional<Hold> first(long start) {
        Hold first = null;
        for (Hold hold : holds) {
            if (hold.to() > start && (first == null || hold.maxStart(start) < first.maxStart(start))) {
                first = hold;
            }
        }
        return Optional.ofNullable(first);
    }

    /**
     * @param start the log start offset
     * @return the highest start offset that all holds allow, inclusive; Long.MAX_VALUE when no hold limits it
     */
    public long maxStart(long start) {
        return first(start).map(hold -> hold.maxStart(start)).orElse(Long.MAX_VALUE);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.core.retention;

import io.varve.core.spi.RemoteCopy;
import io.varve.core.spi.Tiering;
import java.util.Objects;
import java.util.Optional;

/**
 * Holds what a topic's configuration says of the remote tier: whether segments are copied, and how long their
 * local copies stay.
 *
 * @param tiering what is copied ({@code remote.storage.enable}, {@code remote.log.copy.disable})
 * @param localRetentionMs ms after which a local copy may go, by a segment's newest record;
 *     {@link #AS_TOTAL} or {@link RetentionLimits#UNLIMITED} ({@code local.retention.ms})
 * @param localRetentionBytes max bytes of local segments; {@link #AS_TOTAL} or
 *     {@link RetentionLimits#UNLIMITED} ({@code local.retention.bytes})
 * @param copyOf the remote records that a new partition begins with; empty for none
 */
public record TierLimits(
        Tiering tiering, long localRetentionMs, long localRetentionBytes, Optional<RemoteCopy> copyOf) {
    /** Kafka's value for "the same as {@code retention.ms}, or {@code retention.bytes}". */
    public static final long AS_TOTAL = -2;

    /** Kafka's defaults: no tier, and local limits as the total ones. */
    public static final TierLimits OFF = new TierLimits(Tiering.OFF, AS_TOTAL, AS_TOTAL);

    /** @throws IllegalArgumentException if a limit is below {@link #AS_TOTAL} */
    public TierLimits {
        Objects.requireNonNull(tiering, "tiering");
        Objects.requireNonNull(copyOf, "copyOf");
        if (localRetentionMs < AS_TOTAL || localRetentionBytes < AS_TOTAL) {
            throw new IllegalArgumentException("local.retention.ms is " + localRetentionMs + ", local.retention.bytes "
                    + localRetentionBytes + ": each must be at least " + AS_TOTAL);
        }
    }

    /** Makes limits of partitions that begin empty. */
    public TierLimits(Tiering tiering, long localRetentionMs, long localRetentionBytes) {
        this(tiering, localRetentionMs, localRetentionBytes, Optional.empty());
    }

    /**
     * @param copy the remote records that a new partition begins with
     * @return a copy with them
     */
    public TierLimits beginningWith(RemoteCopy copy) {
        return new TierLimits(tiering, localRetentionMs, localRetentionBytes, Optional.of(copy));
    }

    /**
     * @param total the limits of the whole log
     * @return ms after which a local copy may go, or {@link RetentionLimits#UNLIMITED}
     */
    public long localMs(RetentionLimits total) {
        return localRetentionMs == AS_TOTAL ? total.retentionMs() : localRetentionMs;
    }

    /**
     * @param total the limits of the whole log
     * @return max bytes of local segments, or {@link RetentionLimits#UNLIMITED}
     */
    public long localBytes(RetentionLimits total) {
        return localRetentionBytes == AS_TOTAL ? total.retentionBytes() : localRetentionBytes;
    }
}

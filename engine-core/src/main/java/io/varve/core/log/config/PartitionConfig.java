// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.config;

import io.varve.core.compaction.CompactionLimits;
import io.varve.core.retention.RetentionLimits;
import io.varve.core.retention.TierLimits;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.RemoteCopy;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.Tiering;
import java.util.Objects;
import java.util.Optional;

/**
 * Holds what a topic's configuration means to one partition.
 *
 * @param segments where segments end
 * @param maxMessageBytes largest batch accepted, in bytes ({@code max.message.bytes})
 * @param logAppendTime true to stamp batches with the broker's time
 *     ({@code message.timestamp.type=LogAppendTime})
 * @param timestampBeforeMaxMs max age of a record, in ms ({@code message.timestamp.before.max.ms})
 * @param timestampAfterMaxMs max ms that a record's timestamp may be ahead of now
 *     ({@code message.timestamp.after.max.ms})
 * @param compaction whether and how the newest record of each key is kept
 * @param retention when records are deleted
 * @param batches how producers' batches are checked, and in what form they are stored
 * @param tier whether segments are copied to a remote tier, and how long their local copies stay
 */
public record PartitionConfig(
        SegmentLimits segments,
        int maxMessageBytes,
        boolean logAppendTime,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs,
        CompactionLimits compaction,
        RetentionLimits retention,
        BatchRules batches,
        TierLimits tier) {
    /** Kafka 4.3's defaults. */
    public static final PartitionConfig DEFAULT = new PartitionConfig(
            SegmentLimits.DEFAULT,
            1_048_588,
            false,
            Long.MAX_VALUE,
            3_600_000,
            CompactionLimits.NONE,
            RetentionLimits.DEFAULT,
            BatchRules.DEFAULT,
            TierLimits.OFF);

    /** Checks presence only: ranges are checked where the configuration is parsed. */
    public PartitionConfig {
        Objects.requireNonNull(segments, "segments");
        Objects.requireNonNull(compaction, "compaction");
        Objects.requireNonNull(retention, "retention");
        Objects.requireNonNull(batches, "batches");
        Objects.requireNonNull(tier, "tier");
    }

    /** Makes a configuration that keeps every segment, with default rules for batches and no tier. */
    public PartitionConfig(
            SegmentLimits segments,
            int maxMessageBytes,
            boolean logAppendTime,
            long timestampBeforeMaxMs,
            long timestampAfterMaxMs,
            CompactionLimits compaction) {
        this(
                segments,
                maxMessageBytes,
                logAppendTime,
                timestampBeforeMaxMs,
                timestampAfterMaxMs,
                compaction,
                RetentionLimits.KEEP,
                BatchRules.DEFAULT,
                TierLimits.OFF);
    }

    /** @return true if segments are in a remote tier, or may get there */
    public boolean tiered() {
        return tier.tiering() != Tiering.OFF;
    }

    /** @return the records of another partition that this one begins with, if there are some */
    public Optional<RemoteCopy> copyOf() {
        return tier.copyOf();
    }

    /** @return true if {@code cleanup.policy} contains compact: every record needs a key */
    public boolean compacted() {
        return compaction.enabled();
    }

    /**
     * @param limits when records are deleted
     * @return this configuration with that retention
     */
    public PartitionConfig with(RetentionLimits limits) {
        return with(segments, limits, batches, tier);
    }

    /**
     * @param limits where segments end
     * @return a copy with these limits
     */
    public PartitionConfig with(SegmentLimits limits) {
        return with(limits, retention, batches, tier);
    }

    /**
     * @param rules how producers' batches are checked and stored
     * @return a copy with these rules
     */
    public PartitionConfig with(BatchRules rules) {
        return with(segments, retention, rules, tier);
    }

    /**
     * @param limits whether segments are copied to a remote tier, and how long their local copies stay
     * @return a copy with these limits
     */
    public PartitionConfig with(TierLimits limits) {
        return with(segments, retention, batches, limits);
    }

    /**
     * @param start the log start offset: holds below it pin nothing
     * @return what the storage must know
     */
    public PartitionSettings settings(long start) {
        return new PartitionSettings(segments, compacted(), tier.tiering(), retention.maxStart(start), tier.copyOf());
    }

    private PartitionConfig with(
            SegmentLimits otherSegments,
            RetentionLimits otherRetention,
            BatchRules otherBatches,
            TierLimits otherTier) {
        return new PartitionConfig(
                otherSegments,
                maxMessageBytes,
                logAppendTime,
                timestampBeforeMaxMs,
                timestampAfterMaxMs,
                compaction,
                otherRetention,
                otherBatches,
                otherTier);
    }
}

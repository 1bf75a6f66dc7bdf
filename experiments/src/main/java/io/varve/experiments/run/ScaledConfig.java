// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import io.varve.core.log.config.PartitionConfig;
import io.varve.core.retention.RetentionLimits;
import io.varve.core.retention.TierLimits;
import io.varve.core.spi.SegmentLimits;

/** Divides the limits in bytes of a partition by a run's scale. Stateless. */
final class ScaledConfig {
    /** Smallest segment that a storage takes. */
    private static final int MIN_SEGMENT = 14;

    private ScaledConfig() {}

    static PartitionConfig of(PartitionConfig full, int scale) {
        SegmentLimits segments = full.segments();
        RetentionLimits retention = full.retention();
        TierLimits tier = full.tier();
        return full.with(new SegmentLimits(
                        Math.max(MIN_SEGMENT, segments.segmentBytes() / scale),
                        segments.segmentMs(),
                        segments.indexIntervalBytes() / scale,
                        segments.indexMaxBytes(),
                        segments.deleteDelayMs()))
                .with(new RetentionLimits(
                        retention.delete(),
                        retention.retentionMs(),
                        scaled(retention.retentionBytes(), scale),
                        retention.holds()))
                .with(new TierLimits(
                        tier.tiering(),
                        tier.localRetentionMs(),
                        scaled(tier.localRetentionBytes(), scale),
                        tier.copyOf()));
    }

    /** @return negative values, which stand for no limit or another one, as they are */
    private static long scaled(long bytes, int scale) {
        return bytes < 0 ? bytes : bytes / scale;
    }
}

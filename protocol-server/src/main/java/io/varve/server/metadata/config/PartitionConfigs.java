// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import io.varve.core.log.config.PartitionConfig;
import io.varve.core.retention.Hold;
import io.varve.core.spi.SegmentLimits;
import java.util.List;
import org.apache.kafka.common.Uuid;

/**
 * What a topic's settings mean to each of its partitions. Immutable.
 *
 * @param common what they mean to all of them
 * @param jitterMs by how many ms at most a partition's segments end sooner ({@code segment.jitter.ms}), 0 or more
 * @param holds what is pinned
 */
public record PartitionConfigs(PartitionConfig common, long jitterMs, RetentionHolds holds) {
    /**
     * Kafka draws each segment's jitter by lot; here every partition has its own, for good, which spreads them just as well and can be
     * foretold.
     *
     * @param topic the topic's id
     * @param partition which partition
     * @return what the settings mean to it
     */
    public PartitionConfig of(Uuid topic, int partition) {
        PartitionConfig config = common;
        List<Hold> pinned = holds.of(partition);
        if (!pinned.isEmpty()) {
            config = config.with(config.retention().withHolds(pinned));
        }
        SegmentLimits segments = config.segments();
        long most = Math.min(jitterMs, segments.segmentMs() - 1);
        if (most <= 0) {
            return config;
        }
        long sooner = Math.floorMod(mixed(topic.hashCode() * 31L + partition), most);
        return config.with(segments.withSegmentMs(segments.segmentMs() - sooner));
    }

    /** @return a number in which every bit depends on every bit of the other (MurmurHash3's last step) */
    private static long mixed(long number) {
        long mixed = (number ^ number >>> 33) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ mixed >>> 33;
    }
}

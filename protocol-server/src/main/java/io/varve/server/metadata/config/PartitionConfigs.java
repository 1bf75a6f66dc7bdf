// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.config;

import io.varve.core.log.config.PartitionConfig;
import io.varve.core.retention.Hold;
import io.varve.core.spi.RemoteCopy;
import io.varve.core.spi.SegmentLimits;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.Uuid;

/**
 * The configuration of each of a topic's partitions, made from the topic's settings. Immutable.
 *
 * @param common what is the same for all of them
 * @param jitterMs max ms by which a partition's segments end sooner ({@code segment.jitter.ms}), 0 or more
 * @param holds the offsets that are held
 * @param restored the topic whose records this one begins with, if there is one
 */
public record PartitionConfigs(
        PartitionConfig common, long jitterMs, RetentionHolds holds, Optional<RestoreSource> restored) {
    /** @return a copy with another configuration of all partitions */
    PartitionConfigs with(PartitionConfig other) {
        return new PartitionConfigs(other, jitterMs, holds, restored);
    }

    /** @return a copy with other holds */
    PartitionConfigs with(RetentionHolds other) {
        return new PartitionConfigs(common, jitterMs, other, restored);
    }

    /** @return a copy that begins with the records of another topic */
    PartitionConfigs with(Optional<RestoreSource> other) {
        return new PartitionConfigs(common, jitterMs, holds, other);
    }

    /**
     * Gives each partition a jitter of its own, which never changes. Kafka draws each segment's jitter at
     * random; a fixed jitter spreads the partitions as well, and can be predicted.
     *
     * @param topic the topic's id
     * @param partition which partition
     * @return the partition's configuration
     */
    public PartitionConfig of(Uuid topic, int partition) {
        PartitionConfig config = common;
        List<Hold> pinned = holds.of(partition);
        if (!pinned.isEmpty()) {
            config = config.with(config.retention().withHolds(pinned));
        }
        Optional<RemoteCopy> copy = restored.flatMap(source -> source.copy(partition));
        if (copy.isPresent()) {
            config = config.with(config.tier().beginningWith(copy.get()));
        }
        SegmentLimits segments = config.segments();
        long maxSooner = Math.min(jitterMs, segments.segmentMs() - 1);
        if (maxSooner <= 0) {
            return config;
        }
        long sooner = Math.floorMod(mixed(topic.hashCode() * 31L + partition), maxSooner);
        return config.with(segments.withSegmentMs(segments.segmentMs() - sooner));
    }

    /** @return a number in which every bit depends on every bit of the other (MurmurHash3's last step) */
    private static long mixed(long number) {
        long mixed = (number ^ number >>> 33) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ mixed >>> 33;
    }
}

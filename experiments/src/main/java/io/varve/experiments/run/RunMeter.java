// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.Segment;
import io.varve.experiments.result.Sample;
import io.varve.experiments.scenario.Prices;
import io.varve.experiments.scenario.Timing;
import io.varve.experiments.workload.SimulatedPartition;
import java.util.ArrayList;
import java.util.List;

/** Samples the sizes and ages of a run's logs, and adds up what they cost. Not thread-safe. */
final class RunMeter {
    static final double MONTH_MS = 30 * 24 * 3_600_000.0;
    private static final double GIB = 1L << 30;

    private final String policy;
    private final Timing timing;
    private final Prices prices;
    private final List<SimulatedPartition> partitions;
    private final List<SegmentTracker> trackers;
    final List<Sample> samples = new ArrayList<>();
    private long sampledMs;
    double localCost;
    long maxLocalBytes;

    RunMeter(
            String policy,
            Timing timing,
            Prices prices,
            List<SimulatedPartition> partitions,
            List<SegmentTracker> trackers) {
        this.policy = policy;
        this.timing = timing;
        this.prices = prices;
        this.partitions = partitions;
        this.trackers = trackers;
        this.sampledMs = timing.startMs();
    }

    void sample(long now) {
        long bytes = partitions.stream()
                .flatMap(partition -> partition.log().segments().stream())
                .mapToLong(Segment::bytes)
                .sum();
        long local = bytes * timing.scale();
        localCost += local / GIB * prices.localGibMonth() * (now - sampledMs) / MONTH_MS;
        sampledMs = now;
        long produced = partitions.stream().mapToLong(SimulatedPartition::bytes).sum() * timing.scale();
        long written = produced + compacted() * timing.scale();
        maxLocalBytes = Math.max(maxLocalBytes, local);
        samples.add(new Sample(policy, now, local, 0, produced, written, oldestAge(now), 0, localCost));
    }

    /** @return bytes that compaction wrote, of the run's scale */
    long compacted() {
        return trackers.stream().mapToLong(tracker -> tracker.compactionBytes).sum();
    }

    /** @return the age of the oldest record of the partition that reaches back least; -1 without a record */
    private long oldestAge(long now) {
        long least = Long.MAX_VALUE;
        for (SimulatedPartition partition : partitions) {
            for (Segment segment : partition.log().segments()) {
                long first = partition.log().reader().firstTimestamp(segment);
                if (first != BatchHeader.NO_TIMESTAMP) {
                    least = Math.min(least, Math.max(0, now - first));
                    break;
                }
            }
        }
        return least == Long.MAX_VALUE ? -1 : least;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Tiering;
import io.varve.experiments.result.Sample;
import io.varve.experiments.scenario.Timing;
import io.varve.experiments.workload.SimulatedPartition;
import io.varve.s3.price.PriceTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Samples the sizes and ages of a run's logs, and adds up what they cost. Not thread-safe. */
final class RunMeter {
    static final double MONTH_MS = 30 * 24 * 3_600_000.0;

    private final String policy;
    private final Timing timing;
    private final PriceTable prices;
    private final List<SimulatedPartition> partitions;
    private final List<SegmentTracker> trackers;
    /** Empty without a remote tier. */
    final Optional<BucketMeter> bucket;

    final List<Sample> samples = new ArrayList<>();
    private long sampledMs;
    double localCost;
    long maxLocalBytes;

    RunMeter(
            String policy,
            Timing timing,
            PriceTable prices,
            List<SimulatedPartition> partitions,
            List<SegmentTracker> trackers,
            Optional<BucketMeter> bucket) {
        this.policy = policy;
        this.timing = timing;
        this.prices = prices;
        this.partitions = partitions;
        this.trackers = trackers;
        this.bucket = bucket;
        this.sampledMs = timing.startMs();
    }

    void sample(long now) {
        long local = 0;
        long backlog = 0;
        for (SimulatedPartition partition : partitions) {
            boolean copied = partition.log().config().tier().tiering() == Tiering.COPY;
            for (Segment segment : partition.log().segments()) {
                long bytes = segment.bytes() * timing.scale();
                local += segment.isLocal() ? bytes : 0;
                backlog += copied && segment.sealed() && !segment.isRemote() ? bytes : 0;
            }
        }
        double months = (now - sampledMs) / MONTH_MS;
        localCost += prices.localMonth(local) * months;
        bucket.ifPresent(meter -> meter.sample(now, months));
        sampledMs = now;
        long produced = partitions.stream().mapToLong(SimulatedPartition::bytes).sum() * timing.scale();
        long written = produced + compacted() * timing.scale();
        maxLocalBytes = Math.max(maxLocalBytes, local);
        long remote = bucket.map(meter -> meter.last().storedBytes()).orElse(0L);
        samples.add(new Sample(policy, now, local, remote, produced, written, oldestAge(now), backlog, cost()));
    }

    /** @return dollars so far */
    double cost() {
        return localCost + bucket.map(BucketMeter::cost).orElse(0.0);
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

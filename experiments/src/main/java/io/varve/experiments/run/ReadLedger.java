// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import io.varve.core.runtime.Clock;
import io.varve.core.spi.PartitionId;
import io.varve.experiments.result.Miss;
import io.varve.experiments.result.ReadSample;
import io.varve.experiments.workload.LatencyHistogram;
import io.varve.experiments.workload.ReadListener;
import io.varve.experiments.workload.ReadTier;
import io.varve.experiments.workload.TopicConsumer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts what consumers read and miss. Not thread-safe. */
final class ReadLedger implements ReadListener {
    private static final double MEDIAN = 0.5;
    private static final double P99 = 0.99;

    private static final class Reads {
        final LatencyHistogram times = new LatencyHistogram();
        long bytes;
    }

    private final String policy;
    private final int scale;
    private final Clock clock;
    private final Map<String, Map<ReadTier, Reads>> period = new LinkedHashMap<>();
    final LatencyHistogram all = new LatencyHistogram();
    final List<ReadSample> samples = new ArrayList<>();
    final List<Miss> misses = new ArrayList<>();
    long bytes;
    long missedRecords;
    long maxLagMs;

    ReadLedger(String policy, int scale, Clock clock) {
        this.policy = policy;
        this.scale = scale;
        this.clock = clock;
    }

    @Override
    public void read(String consumer, ReadTier tier, int size, double firstByteMs) {
        Reads reads = period.computeIfAbsent(consumer, name -> new EnumMap<>(ReadTier.class))
                .computeIfAbsent(tier, added -> new Reads());
        reads.times.add(firstByteMs);
        reads.bytes += size;
        all.add(firstByteMs);
        bytes += size;
    }

    @Override
    public void missed(String consumer, PartitionId id, long from, long to) {
        long records = (to - from) * scale;
        misses.add(new Miss(policy, consumer, id.topic(), id.partition(), clock.millis(), from, to, records));
        missedRecords += records;
    }

    /** Ends a period: notes what each consumer read in it, and how far behind it is. */
    void sample(List<TopicConsumer> consumers) {
        for (TopicConsumer consumer : consumers) {
            maxLagMs = Math.max(maxLagMs, consumer.lagMs());
            Map<ReadTier, Reads> tiers = period.getOrDefault(consumer.name(), Map.of());
            for (ReadTier tier : ReadTier.values()) {
                Reads reads = tiers.get(tier);
                if (reads != null && reads.times.count() > 0) {
                    samples.add(sample(consumer, tier, reads));
                    reads.times.clear();
                    reads.bytes = 0;
                }
            }
        }
    }

    private ReadSample sample(TopicConsumer consumer, ReadTier tier, Reads reads) {
        return new ReadSample(
                policy,
                consumer.name(),
                clock.millis(),
                tier.text(),
                reads.times.count(),
                reads.bytes * scale,
                reads.times.quantile(MEDIAN),
                reads.times.quantile(P99),
                consumer.lagRecords() * scale,
                consumer.lagMs());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.workload;

import io.varve.core.record.BatchHeader;
import io.varve.core.runtime.VirtualTime;
import io.varve.experiments.batch.BatchShape;
import io.varve.experiments.batch.BatchShapes;
import io.varve.experiments.batch.BatchSketcher;
import io.varve.experiments.batch.Seeded;
import io.varve.experiments.scenario.CompressionSpec;
import io.varve.experiments.scenario.KeySpec;
import io.varve.experiments.scenario.ProducerSpec;
import io.varve.experiments.scenario.Rate;
import io.varve.experiments.scenario.RecordSpec;
import io.varve.experiments.scenario.Timing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Spreads a producer's records over a topic's partitions: evenly, or as keys belong to them. */
public final class TopicProducer {
    /** Keys whose partition is looked up one by one; rarer ones are spread evenly. */
    private static final long FREQUENT = 1_000_000;

    private static final int DEVIATIONS = 5;
    private static final double SECOND_MS = 1000;

    private final List<PartitionProducer> producers = new ArrayList<>();

    /**
     * @param spec what is produced
     * @param compression how batches are compressed
     * @param scale bytes of the run: 1 of so many of the spec
     * @param partitions the topic's, in their order
     * @param shapes gets the shape of each partition's batches, in the same order
     */
    public record Load(
            ProducerSpec spec,
            CompressionSpec compression,
            int scale,
            List<SimulatedPartition> partitions,
            BatchShapes shapes) {}

    /**
     * @param load what is produced, and where to
     * @param time when
     * @param appends takes the batches
     * @param seed what all random choices follow from
     */
    public TopicProducer(Load load, VirtualTime time, BatchAppends appends, long seed) {
        ProducerSpec spec = load.spec();
        int partitions = load.partitions().size();
        double[] shares = shares(spec.records().keys(), partitions);
        RecordSpec records = scaled(spec.records(), partitions, load.scale());
        for (int i = 0; i < partitions; i++) {
            if (shares[i] > 0) {
                BatchShape shape = new BatchShape(records, load.compression(), i, partitions);
                load.shapes().add(shape);
                BatchSketcher sketcher = new BatchSketcher(shape);
                int limit = load.partitions().get(i).log().config().maxMessageBytes();
                producers.add(new PartitionProducer(
                        time,
                        load.partitions().get(i),
                        appends,
                        sketcher,
                        new Pacing(spec, load.scale(), sketcher, limit).of(shares[i], time.millis()),
                        Seeded.derive(seed, "partition " + i)));
            }
        }
    }

    private static RecordSpec scaled(RecordSpec full, int partitions, int scale) {
        KeySpec keys = ScaledKeys.of(full.keys(), partitions, scale);
        return new RecordSpec(full.size(), keys, full.tombstones(), full.timestamps());
    }

    /**
     * Says what a producer is expected to write, without its running.
     *
     * @param spec what is produced
     * @param compression how batches are compressed
     * @param maxMessageBytes the topic's limit on a batch, in bytes
     * @param partitions of the topic
     * @param timing when, and at which scale
     * @return the mean number of batches, records and bytes
     */
    public static ExpectedWork expected(
            ProducerSpec spec, CompressionSpec compression, int maxMessageBytes, int partitions, Timing timing) {
        BatchSketcher sketcher = new BatchSketcher(new BatchShape(spec.records(), compression, 0, partitions));
        Pacing pacing = new Pacing(spec, timing.scale(), sketcher, maxMessageBytes);
        // Without keys all partitions have the same share.
        Map<Double, Integer> counts = new TreeMap<>();
        for (double share : shares(spec.records().keys(), partitions)) {
            counts.merge(share, 1, Integer::sum);
        }
        ExpectedWork work = ExpectedWork.NONE;
        for (Map.Entry<Double, Integer> each : counts.entrySet()) {
            ProducerPace pace = pacing.of(each.getKey(), timing.startMs());
            double records = pace.expected(0, timing.durationMs());
            double batches = pace.batches(timing.durationMs());
            ExpectedWork one = ExpectedWork.of(batches, records, sketcher.meanBytes(records / Math.max(1, batches)));
            work = work.plus(one.times(each.getValue()));
        }
        return work;
    }

    /** Says how fast records come, and how many fit into a batch. */
    private record Pacing(ProducerSpec spec, int scale, BatchSketcher sketcher, int maxMessageBytes) {
        /** @param share of the producer's records */
        ProducerPace of(double share, long startMs) {
            double perSecond = spec.rate().unit() == Rate.Unit.BYTES
                    ? spec.rate().perSecond() / sketcher.meanPayload()
                    : spec.rate().perSecond();
            double perMs = perSecond / SECOND_MS * share / scale;
            double full = spec.batches().maxBytes() / (double) scale / sketcher.meanPayload();
            double limit = maxMessageBytes - BatchHeader.SIZE;
            double most = Math.min(full, limit / sketcher.meanBytes());
            double accepted = limit / sketcher.maxMeanBytes(most, spec.batches().lingerMs());
            // Batches differ in size: nearly all must be below the limit.
            double safe = accepted - DEVIATIONS * sketcher.deviation() / sketcher.meanBytes() * Math.sqrt(accepted);
            int records = (int) Math.max(1, Math.min(full, safe));
            return new ProducerPace(
                    perMs, spec.rhythm(), startMs, spec.batches().lingerMs(), records);
        }
    }

    /** @return each partition's share of the records */
    static double[] shares(KeySpec keys, int partitions) {
        double[] shares = new double[partitions];
        if (keys.cardinality() == 0) {
            Arrays.fill(shares, 1.0 / partitions);
            return shares;
        }
        long looked = Math.min(keys.cardinality(), FREQUENT);
        double sum = 0;
        for (long rank = 0; rank < looked; rank++) {
            double frequency = StrictMath.exp(-keys.skew() * StrictMath.log(rank + 1));
            shares[BatchShape.partitionOf(rank, partitions)] += frequency;
            sum += frequency;
        }
        double rest = rest(keys, looked);
        for (int i = 0; i < partitions; i++) {
            shares[i] = (shares[i] + rest / partitions) / (sum + rest);
        }
        return shares;
    }

    /** @return about the sum of the frequencies of the keys that were not looked up */
    private static double rest(KeySpec keys, long looked) {
        double from = looked + 0.5;
        double to = keys.cardinality() + 0.5;
        double power = 1 - keys.skew();
        return Math.abs(power) < 1e-9
                ? StrictMath.log(to / from)
                : (StrictMath.pow(to, power) - StrictMath.pow(from, power)) / power;
    }

    /** Begins to produce, at this moment of virtual time. */
    public void start() {
        producers.forEach(PartitionProducer::start);
    }
}

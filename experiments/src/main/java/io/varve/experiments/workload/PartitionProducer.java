// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.workload;

import io.varve.core.VarveException;
import io.varve.core.runtime.VirtualTime;
import io.varve.experiments.batch.BatchSketch;
import io.varve.experiments.batch.BatchSketcher;
import io.varve.experiments.batch.Seeded;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Produces to one partition: records arrive independently of each other (Poisson), and a batch is sent when
 * it has waited long enough or is full, as a client does. Not thread-safe: runs on virtual time.
 */
final class PartitionProducer {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionProducer.class);
    /** A pause is looked at again so often, since the rate changes meanwhile. */
    private static final long LOOK_MS = 60_000;

    private static final double FEW = 30;

    private final VirtualTime time;
    private final SimulatedPartition partition;
    private final BatchAppends appends;
    private final Seeded random;
    private final ProducerPace pace;
    private final BatchSketcher sketcher;
    private final long startMs;
    /** When the last record was produced, in ms since the run's start. */
    private double producedTo;

    private boolean refusing;

    PartitionProducer(
            VirtualTime time,
            SimulatedPartition partition,
            BatchAppends appends,
            BatchSketcher sketcher,
            ProducerPace pace,
            long seed) {
        this.time = time;
        this.partition = partition;
        this.appends = appends;
        this.sketcher = sketcher;
        this.pace = pace;
        this.random = new Seeded(seed);
        this.startMs = time.millis();
    }

    void start() {
        step();
    }

    private void step() {
        double first = pace.reached(producedTo, -StrictMath.log(1 - random.nextDouble()), producedTo + LOOK_MS);
        if (first == ProducerPace.NEVER) {
            producedTo += LOOK_MS;
            at(producedTo, this::step);
            return;
        }
        double full = pace.reached(first, pace.maxRecords() - 1, first + pace.lingerMs());
        double last = full == ProducerPace.NEVER ? first + pace.lingerMs() : full;
        int count = full == ProducerPace.NEVER
                ? (int) Math.min(pace.maxRecords(), 1 + poisson(pace.expected(first, last)))
                : pace.maxRecords();
        producedTo = last;
        BatchSketch sketch = sketcher.sketch(random.nextLong(), count, startMs + (long) first, startMs + (long) last);
        at(last, () -> {
            append(sketch);
            step();
        });
    }

    private void at(double ms, Runnable task) {
        time.schedule(Math.max(0, startMs + (long) ms - time.millis()), task);
    }

    private long poisson(double mean) {
        if (mean > FEW) {
            return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.nextGaussian()));
        }
        double limit = StrictMath.exp(-mean);
        long count = 0;
        for (double product = random.nextDouble(); product > limit; product *= random.nextDouble()) {
            count++;
        }
        return count;
    }

    private void append(BatchSketch sketch) {
        long base = partition.log().logEndOffset();
        try {
            int bytes = appends.append(partition, sketch);
            partition.appended(time.millis(), base, sketch.count(), bytes);
            refusing = false;
        } catch (VarveException e) {
            // A producer gives up in the end: its records are lost, and counted.
            partition.refused(sketch.count());
            if (!refusing) {
                LOG.info("{} refuses batches: {}", partition.log().id(), e.getMessage());
            }
            refusing = true;
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import io.varve.core.log.config.PartitionConfig;
import io.varve.experiments.scenario.BatchSpec;
import io.varve.experiments.scenario.PolicySpec;
import io.varve.experiments.scenario.ProducerSpec;
import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.scenario.Traffic;
import java.util.List;

/** Has producers gather more records in a batch than they do, so that a run has less to do. Stateless. */
public final class CoarseBatches {
    private static final long MAX_BYTES = 1 << 20;
    /** Batches that a segment has at least: when it is rolled stays nearly as it was. */
    private static final int IN_A_SEGMENT = 16;

    private CoarseBatches() {}

    /**
     * @param scenario what is run
     * @param lingerMs how long each batch gathers records at least, in ms
     * @return the same with batches of up to 1 MiB, or a sixteenth of the smallest segment if that is less,
     *     or what the producer's own batches may have if that is more
     */
    public static Scenario of(Scenario scenario, long lingerMs) {
        List<ProducerSpec> producers = scenario.traffic().producers().stream()
                .map(producer -> coarse(producer, lingerMs, maxBytes(scenario, producer.topic())))
                .toList();
        return scenario.with(new Traffic(
                scenario.traffic().topics(), producers, scenario.traffic().consumers()));
    }

    private static ProducerSpec coarse(ProducerSpec producer, long lingerMs, int maxBytes) {
        BatchSpec own = producer.batches();
        BatchSpec batches = new BatchSpec(
                Math.max(own.lingerMs(), lingerMs), Math.max(own.maxBytes(), maxBytes), own.compression());
        return new ProducerSpec(producer.topic(), producer.rate(), producer.records(), batches, producer.rhythm());
    }

    private static int maxBytes(Scenario scenario, String topic) {
        long segment = Long.MAX_VALUE;
        for (PolicySpec policy : scenario.policies()) {
            List<PartitionConfig> configs = PolicyConfigs.of(scenario, policy).entrySet().stream()
                    .filter(entry -> entry.getKey().name().equals(topic))
                    .flatMap(entry -> entry.getValue().stream())
                    .toList();
            for (PartitionConfig config : configs) {
                segment = Math.min(
                        segment,
                        (long) config.segments().segmentBytes()
                                * scenario.timing().scale());
            }
        }
        return (int) Math.min(MAX_BYTES, segment / IN_A_SEGMENT);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import io.varve.core.log.config.PartitionConfig;
import io.varve.experiments.scenario.BackendSpec;
import io.varve.experiments.scenario.CompressionSpec;
import io.varve.experiments.scenario.PolicySpec;
import io.varve.experiments.scenario.ProducerSpec;
import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.scenario.TopicSpec;
import io.varve.experiments.workload.ExpectedWork;
import io.varve.experiments.workload.TopicProducer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Says before a run how much there is to do. Batches are nearly exact; the time is a rough one, for machines
 * differ and consumers are not counted.
 *
 * @param work of all policies together
 * @param seconds that it takes, one policy at a time
 */
public record RunEstimate(ExpectedWork work, double seconds) {
    /** What a batch takes in the engine, with a sketch for its records; measured, without consumers. */
    private static final double BATCH_SECONDS = 10e-6;
    /** What a byte takes that is made, checked and stored. */
    private static final double BYTE_SECONDS = 4e-9;
    /** What a commit takes that is forced to a disk: each batch is a commit of its own, in most runs. */
    private static final double FORCE_SECONDS = 2e-3;

    private record Produced(ProducerSpec producer, CompressionSpec compression, int maxMessageBytes) {}

    /** Estimates the runs of all policies of a scenario. */
    public static RunEstimate of(Scenario scenario) {
        Map<String, TopicSpec> topics =
                scenario.traffic().topics().stream().collect(Collectors.toMap(TopicSpec::name, topic -> topic));
        // Most policies change nothing of what producers do.
        Map<Produced, ExpectedWork> known = new HashMap<>();
        ExpectedWork work = ExpectedWork.NONE;
        for (PolicySpec policy : scenario.policies()) {
            Map<TopicSpec, List<PartitionConfig>> configs = PolicyConfigs.of(scenario, policy);
            for (ProducerSpec producer : scenario.traffic().producers()) {
                TopicSpec topic = topics.get(producer.topic());
                Produced produced = new Produced(
                        producer,
                        policy.compression().orElse(producer.batches().compression()),
                        configs.get(topic).get(0).maxMessageBytes());
                work = work.plus(known.computeIfAbsent(
                        produced,
                        added -> TopicProducer.expected(
                                added.producer(),
                                added.compression(),
                                added.maxMessageBytes(),
                                topic.partitions(),
                                scenario.timing())));
            }
        }
        return new RunEstimate(work, seconds(work, RunStorage.local(scenario)));
    }

    private static double seconds(ExpectedWork work, BackendSpec.Kind local) {
        double bytes = local == BackendSpec.Kind.HEADERS ? 0 : work.bytes() * BYTE_SECONDS;
        boolean forced = local == BackendSpec.Kind.FILE || local == BackendSpec.Kind.LMDB;
        return work.batches() * (BATCH_SECONDS + (forced ? FORCE_SECONDS : 0)) + bytes;
    }
}

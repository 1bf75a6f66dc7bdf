// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import io.varve.core.compaction.CompactionConfig;
import io.varve.core.engine.EngineConfig;
import io.varve.core.engine.LogEngine;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.PartitionId;
import io.varve.experiments.batch.BatchShapes;
import io.varve.experiments.batch.Seeded;
import io.varve.experiments.result.PolicyResult;
import io.varve.experiments.scenario.ConsumerSpec;
import io.varve.experiments.scenario.PolicySpec;
import io.varve.experiments.scenario.ProducerSpec;
import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.scenario.Timing;
import io.varve.experiments.scenario.TopicSpec;
import io.varve.experiments.workload.BatchAppends;
import io.varve.experiments.workload.LatencyModel;
import io.varve.experiments.workload.SimulatedPartition;
import io.varve.experiments.workload.TopicConsumer;
import io.varve.experiments.workload.TopicProducer;
import io.varve.s3.price.PriceTable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Runs one policy: an engine on a fresh storage, with the scenario's producers and consumers, on a clock of
 * its own. The engine commits, deletes and compacts by its own code. Used once, by one thread.
 */
final class PolicyRun {
    private final Scenario scenario;
    private final PolicySpec policy;
    private final Timing timing;
    private final RunProgress progress;
    private final BatchShapes shapes = new BatchShapes();
    private final VirtualTime time;
    /** What a task of the run threw first, or null. */
    private Throwable failed;

    private final Map<String, List<SimulatedPartition>> topics = new LinkedHashMap<>();
    private final List<SimulatedPartition> partitions = new ArrayList<>();
    private final List<SegmentTracker> trackers = new ArrayList<>();
    private final Map<SimulatedPartition, SegmentTracker> byPartition = new IdentityHashMap<>();

    PolicyRun(Scenario scenario, PolicySpec policy, RunProgress progress) {
        this.scenario = scenario;
        this.policy = policy;
        this.timing = scenario.timing();
        this.progress = progress;
        this.time = new VirtualTime(timing.startMs());
        time.onTaskFailure(failure -> failed = failed == null ? failure : failed);
    }

    /**
     * @param directory for the storage; empty or absent
     * @return what was measured; ranks are not given yet
     */
    PolicyResult run(Path directory) {
        Map<TopicSpec, List<PartitionConfig>> configs = PolicyConfigs.of(scenario, policy);
        EngineConfig config = config(configs);
        long checkMs = config.retention().checkIntervalMs();
        // Before the engine's own check at the same time: it is asked why segments go while they are there.
        time.scheduleEvery(checkMs, () -> trackers.forEach(tracker -> tracker.beforeCheck(time.millis())));
        RunStorage storage = RunStorage.of(scenario, policy, shapes, directory, time);
        try (LogEngine engine = LogEngine.open(storage.provider(), storage.context(), config)) {
            time.scheduleEvery(checkMs, this::look);
            open(engine, configs);
            return measure(storage);
        } finally {
            time.close();
        }
    }

    private static EngineConfig config(Map<TopicSpec, List<PartitionConfig>> configs) {
        EngineConfig all = EngineConfig.DEFAULT;
        boolean compacted = configs.values().stream().flatMap(List::stream).anyMatch(PartitionConfig::compacted);
        return new EngineConfig(
                all.durability(),
                all.flushIntervalMs(),
                all.flushIntervalMessages(),
                all.producerIdExpirationMs(),
                all.retention(),
                compacted ? CompactionConfig.DEFAULT : CompactionConfig.BY_HAND);
    }

    private void open(LogEngine engine, Map<TopicSpec, List<PartitionConfig>> configs) {
        long noteMs = Math.max(1000, timing.durationMs() / 60_000);
        configs.forEach((topic, each) -> {
            UUID id = UUID.nameUUIDFromBytes(topic.name().getBytes(StandardCharsets.UTF_8));
            List<SimulatedPartition> opened = new ArrayList<>();
            for (int i = 0; i < each.size(); i++) {
                SimulatedPartition partition = new SimulatedPartition(
                        engine.open(new PartitionId(topic.name(), id, i), 0, each.get(i)), noteMs);
                SegmentTracker tracker = new SegmentTracker(policy.name(), timing.scale(), engine, partition.log());
                opened.add(partition);
                trackers.add(tracker);
                byPartition.put(partition, tracker);
            }
            topics.put(topic.name(), opened);
            partitions.addAll(opened);
        });
        look();
    }

    private void look() {
        trackers.forEach(tracker -> tracker.look(time.millis()));
    }

    private PolicyResult measure(RunStorage storage) {
        ReadLedger reads = new ReadLedger(policy.name(), timing.scale(), time);
        PriceTable prices = scenario.environment().prices();
        Optional<BucketMeter> bucket =
                storage.bucket().map(simulated -> new BucketMeter(policy.name(), simulated, prices));
        RunMeter meter = new RunMeter(policy.name(), timing, prices, partitions, trackers, bucket);
        storage.disk().holds(partitions);
        produce(storage.appends(), storage.disk());
        List<TopicConsumer> consumers = consume(reads);
        try {
            for (long done = 0; done < timing.durationMs(); ) {
                done = Math.min(done + timing.sampleMs(), timing.durationMs());
                // The opening may have taken time, if it waited for a bucket.
                advance(Math.max(0, timing.startMs() + done - time.millis()));
                look();
                meter.sample(time.millis());
                reads.sample(consumers);
                progress.advanced(policy.name(), done, timing.durationMs());
            }
            return new RunSummary(scenario, policy, partitions, trackers, meter, reads).result();
        } finally {
            consumers.forEach(TopicConsumer::close);
        }
    }

    /** @throws IllegalStateException if a task failed: a run without it is not what the scenario says */
    private void advance(long ms) {
        time.advance(ms);
        if (failed != null) {
            throw new IllegalStateException(policy.name() + ": a part of the run failed: " + failed, failed);
        }
    }

    private void produce(BatchAppends direct, LocalDisk disk) {
        BatchAppends tracked = (partition, sketch) -> {
            disk.takes(sketch.size());
            int bytes = direct.append(partition, sketch);
            byPartition.get(partition).afterAppend(time.millis());
            return bytes;
        };
        int number = 0;
        for (ProducerSpec spec : scenario.traffic().producers()) {
            TopicProducer.Load load = new TopicProducer.Load(
                    spec,
                    policy.compression().orElse(spec.batches().compression()),
                    timing.scale(),
                    topics.get(spec.topic()),
                    shapes);
            new TopicProducer(load, time, tracked, Seeded.derive(timing.seed(), "producer " + number++)).start();
        }
    }

    private List<TopicConsumer> consume(ReadLedger reads) {
        List<TopicConsumer> consumers = new ArrayList<>();
        for (ConsumerSpec spec : scenario.traffic().consumers()) {
            TopicConsumer.ConsumedTopic source = new TopicConsumer.ConsumedTopic(
                    time, topics.get(spec.topic()), LatencyModel.DEFAULT, partitions.size(), timing.scale());
            long seed = Seeded.derive(timing.seed(), "consumer " + spec.name());
            TopicConsumer consumer = new TopicConsumer(spec, source, reads, seed);
            consumer.start();
            consumers.add(consumer);
        }
        return consumers;
    }
}

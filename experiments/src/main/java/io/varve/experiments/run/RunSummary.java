// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import io.varve.experiments.result.ConstraintResult;
import io.varve.experiments.result.Costs;
import io.varve.experiments.result.PolicyResult;
import io.varve.experiments.result.PolicySummary;
import io.varve.experiments.result.RequestSample;
import io.varve.experiments.result.Sample;
import io.varve.experiments.result.SegmentLife;
import io.varve.experiments.result.Totals;
import io.varve.experiments.scenario.PolicySpec;
import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.workload.SimulatedPartition;
import io.varve.s3.client.RequestKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sums up a run at its end. */
record RunSummary(
        Scenario scenario,
        PolicySpec policy,
        List<SimulatedPartition> partitions,
        List<SegmentTracker> trackers,
        RunMeter meter,
        ReadLedger reads) {
    private static final double P99 = 0.99;

    PolicyResult result() {
        List<SegmentLife> lives =
                trackers.stream().flatMap(tracker -> tracker.lives().stream()).toList();
        Costs costs = costs();
        Totals totals = totals(lives);
        ConstraintCheck check = new ConstraintCheck(
                totals, costs, meter.samples, scenario.timing().startMs(), reads.maxLagMs);
        List<ConstraintResult> constraints =
                scenario.constraints().stream().map(check::check).toList();
        PolicySummary summary = new PolicySummary(policy.name(), 1, settings(), totals, costs, constraints);
        return new PolicyResult(summary, meter.samples, lives, requests(), reads.samples, reads.misses);
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>(policy.settings());
        policy.byTopic().forEach((topic, own) -> own.forEach((key, value) -> settings.put(topic + ": " + key, value)));
        settings.putAll(policy.backend());
        policy.compression().ifPresent(compression -> settings.put("compression", compression.toString()));
        return settings;
    }

    private Costs costs() {
        double month = RunMeter.MONTH_MS / scenario.timing().durationMs();
        return meter.bucket
                .map(bucket -> new Costs(
                        meter.localCost,
                        bucket.storageCost,
                        bucket.cost(RequestKind.PUT),
                        bucket.cost(RequestKind.GET),
                        bucket.cost(RequestKind.LIST),
                        bucket.cost(RequestKind.DELETE),
                        bucket.receivedCost,
                        meter.cost() * month))
                .orElseGet(() -> new Costs(meter.localCost, 0, 0, 0, 0, 0, 0, meter.localCost * month));
    }

    private List<RequestSample> requests() {
        return meter.bucket.map(bucket -> bucket.samples).orElse(List.of());
    }

    private Totals totals(List<SegmentLife> lives) {
        long scale = scenario.timing().scale();
        long records =
                partitions.stream().mapToLong(SimulatedPartition::records).sum() * scale;
        long bytes = partitions.stream().mapToLong(SimulatedPartition::bytes).sum() * scale;
        long refused = partitions.stream()
                        .mapToLong(SimulatedPartition::refusedRecords)
                        .sum()
                * scale;
        long compacted = meter.compacted() * scale;
        List<SegmentLife> deleted =
                lives.stream().filter(life -> life.deletedMs() >= 0).toList();
        Sample last = meter.samples.get(meter.samples.size() - 1);
        long firstDeletion =
                deleted.stream().mapToLong(SegmentLife::deletedMs).min().orElse(Long.MAX_VALUE);
        return new Totals(
                records,
                bytes,
                refused,
                compacted,
                meter.bucket.map(bucket -> bucket.last().bytes(RequestKind.PUT)).orElse(0L),
                bytes == 0 ? 1 : (bytes + compacted) / (double) bytes,
                lives.size(),
                deleted.size(),
                deleted.stream().mapToLong(SegmentLife::bytes).sum(),
                meter.maxLocalBytes,
                last.localBytes(),
                meter.bucket.map(bucket -> bucket.maxStoredBytes).orElse(0L),
                last.remoteBytes(),
                meter.samples.stream()
                        .filter(sample -> sample.timeMs() >= firstDeletion)
                        .mapToLong(Sample::oldestRecordAgeMs)
                        .min()
                        .orElse(-1),
                last.oldestRecordAgeMs(),
                meter.bucket.map(BucketMeter::requests).orElse(0L),
                reads.bytes * scale,
                reads.all.quantile(P99),
                reads.all.max(),
                reads.missedRecords);
    }
}

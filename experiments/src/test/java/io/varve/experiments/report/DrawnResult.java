// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.report;

import io.varve.experiments.result.ConstraintResult;
import io.varve.experiments.result.Costs;
import io.varve.experiments.result.ExperimentResult;
import io.varve.experiments.result.ExperimentSummary;
import io.varve.experiments.result.Miss;
import io.varve.experiments.result.PolicyResult;
import io.varve.experiments.result.PolicySummary;
import io.varve.experiments.result.ReadSample;
import io.varve.experiments.result.RequestSample;
import io.varve.experiments.result.Sample;
import io.varve.experiments.result.SegmentLife;
import io.varve.experiments.result.Totals;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Makes results of any size, with numbers that differ from row to row. Stateless. */
final class DrawnResult {
    static final long START = 1_780_272_000_000L;
    static final long HOUR = 3_600_000;
    static final long GIB = 1L << 30;

    private DrawnResult() {}

    /** Two policies over two days, with a bucket: every chart has something to draw. */
    static ExperimentResult tiered() {
        return result(48, List.of(policy("keep", 1, 48, 24, true), policy("drop <b>", 2, 48, 24, true)));
    }

    /** The same without a bucket, compaction and misses. */
    static ExperimentResult local() {
        return result(48, List.of(policy("keep", 1, 48, 24, false), policy("drop", 2, 48, 24, false)));
    }

    static ExperimentResult result(int samples, List<PolicyResult> policies) {
        return new ExperimentResult(
                new ExperimentSummary(
                        "two </script> days",
                        "A run & its description.",
                        "s3 over file",
                        7,
                        1,
                        START,
                        samples * HOUR,
                        HOUR,
                        "list prices",
                        "a fixed 1 ms",
                        List.of("a <note>")),
                policies);
    }

    static PolicyResult policy(String name, int rank, int samples, int segments, boolean bucket) {
        List<Sample> sizes = new ArrayList<>();
        List<RequestSample> requests = new ArrayList<>();
        List<ReadSample> reads = new ArrayList<>();
        for (int i = 1; i <= samples; i++) {
            long now = START + i * HOUR;
            sizes.add(new Sample(
                    name,
                    now,
                    i * rank * GIB,
                    bucket ? i * GIB / 2 / rank : 0,
                    i * GIB,
                    bucket ? i * GIB * (4 + rank) / 4 : i * GIB,
                    i < 3 ? -1 : i * HOUR / 2 / rank,
                    bucket ? (i % 5 + rank) * GIB : 0,
                    i * 0.25 * rank));
            if (bucket) {
                requests.add(new RequestSample(name, now, "GET", i % 7, 4000L * i, 0.01));
                requests.add(new RequestSample(name, now, "PUT", i, 5000L * i, 0.02));
            }
            reads.add(new ReadSample(name, "billing", now, "memory", 10, 3 * GIB, 0.1 + i, 0.2 + i * rank, 0, 0));
            reads.add(new ReadSample(
                    name, "nightly", now, bucket ? "bucket" : "disk", 10, GIB, 30, 90 + i, 12, i * 60_000L));
        }
        return new PolicyResult(
                summary(name, rank, bucket),
                sizes,
                lives(name, segments, bucket),
                requests,
                reads,
                misses(name, bucket));
    }

    private static List<SegmentLife> lives(String name, int segments, boolean bucket) {
        List<SegmentLife> lives = new ArrayList<>();
        for (int i = 0; i < segments; i++) {
            long created = START + i * HOUR;
            boolean gone = i < segments / 2;
            lives.add(new SegmentLife(
                    name,
                    "orders",
                    0,
                    i * 100L,
                    i * 100L + 100,
                    GIB,
                    created,
                    created + HOUR,
                    bucket ? created + 2 * HOUR : -1,
                    bucket ? created + 4 * HOUR : -1,
                    gone ? created + 8 * HOUR : -1,
                    gone ? "its newest record is older than retention.ms=86400000" : "stays: active"));
        }
        return lives;
    }

    private static List<Miss> misses(String name, boolean missed) {
        return missed
                ? List.of(
                        new Miss(name, "nightly", "orders", 0, START + 30 * HOUR, 0, 40, 40),
                        new Miss(name, "nightly", "orders", 1, START + 31 * HOUR, 0, 90, 90))
                : List.of();
    }

    private static PolicySummary summary(String name, int rank, boolean bucket) {
        Totals totals = new Totals(
                4800,
                48 * GIB,
                0,
                bucket ? 12 * GIB : 0,
                bucket ? 24 * GIB : 0,
                bucket ? 1.25 : 1,
                24,
                12,
                12 * GIB,
                48 * rank * GIB,
                48 * rank * GIB,
                bucket ? 24 * GIB : 0,
                bucket ? 24 * GIB : 0,
                HOUR,
                24 * HOUR,
                bucket ? 1300 : 0,
                200 * GIB,
                138,
                140,
                bucket ? 130 : 0);
        return new PolicySummary(
                name,
                rank,
                Map.of("retention.ms", "86400000"),
                totals,
                new Costs(10.04 * rank, bucket ? 1 : 0, bucket ? 0.96 : 0, bucket ? 0.48 : 0, 0, 0, 0, 180 * rank),
                List.of(new ConstraintResult("oldest record >= 2d", rank == 1, 24.0 * HOUR, "ms")));
    }
}

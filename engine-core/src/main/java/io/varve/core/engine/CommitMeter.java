// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.runtime.Metrics;
import io.varve.core.runtime.Metrics.Counter;
import io.varve.core.runtime.Metrics.Distribution;
import io.varve.core.spi.StorageException.Kind;
import java.util.EnumMap;
import java.util.Map;

/** Measures group commits. Thread-safe. */
final class CommitMeter {
    private static final double NANOS = 1e9;

    private final Distribution seconds;
    private final Distribution partitions;
    private final Map<Kind, Counter> failures = new EnumMap<>(Kind.class);

    CommitMeter(Metrics metrics) {
        seconds = metrics.distribution(EngineMetrics.COMMIT_SECONDS);
        partitions = metrics.distribution(EngineMetrics.COMMIT_PARTITIONS);
        for (Kind kind : Kind.values()) {
            failures.put(kind, metrics.counter(EngineMetrics.COMMIT_FAILURES, kind.name()));
        }
    }

    /**
     * Notes a commit.
     *
     * @param nanos how long it took in ns
     * @param logs how many partitions it covered
     */
    void committed(long nanos, int logs) {
        seconds.record(nanos / NANOS);
        partitions.record(logs);
    }

    /** Notes a partition that a commit did not make durable. */
    void failed(Kind kind) {
        failures.get(kind).add(1);
    }
}

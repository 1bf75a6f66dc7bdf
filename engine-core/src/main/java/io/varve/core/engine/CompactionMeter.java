// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.compaction.CleaningResult;
import io.varve.core.runtime.Metrics;
import io.varve.core.runtime.Metrics.Counter;
import io.varve.core.runtime.Metrics.Readings;

/** Measures compaction. Thread-safe. */
final class CompactionMeter {
    private final Counter cleanings;
    private final Counter bytesRead;
    private final Counter bytesWritten;
    private final Counter dropped;
    private final Counter failures;
    /** In ms since the epoch; 0 before the first cleaning. */
    private volatile long lastMs;

    CompactionMeter(Metrics metrics) {
        cleanings = metrics.counter(EngineMetrics.COMPACTIONS);
        bytesRead = metrics.counter(EngineMetrics.COMPACTION_READ);
        bytesWritten = metrics.counter(EngineMetrics.COMPACTION_WRITTEN);
        dropped = metrics.counter(EngineMetrics.COMPACTION_DROPPED);
        failures = metrics.counter(EngineMetrics.COMPACTION_FAILURES);
    }

    void cleaned(CleaningResult result, long nowMs) {
        cleanings.add(1);
        bytesRead.add(result.bytesRead());
        bytesWritten.add(result.bytesWritten());
        dropped.add(result.dropped());
        lastMs = nowMs;
    }

    void failed() {
        failures.add(1);
    }

    void read(Readings readings) {
        readings.add(EngineMetrics.COMPACTION_LAST, lastMs / 1e3);
    }
}

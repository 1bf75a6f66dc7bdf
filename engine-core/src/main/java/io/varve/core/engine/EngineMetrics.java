// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.runtime.Metric;
import java.util.List;

/** Lists what the engine measures. */
public final class EngineMetrics {
    static final Metric COMMIT_SECONDS = Metric.seconds(
            "varve_commit_seconds", "Time of a group commit: the storage's writes and forces for all its partitions.");
    static final Metric COMMIT_PARTITIONS =
            Metric.sizes("varve_commit_partitions", "Partitions that a group commit covers.");
    static final Metric COMMIT_FAILURES = Metric.counter(
            "varve_commit_failures_total",
            "Partitions that a commit could not make durable, by what is to be done (RETRY is tried again).",
            "kind");

    static final Metric PARTITIONS = Metric.gauge("varve_partitions", "Partitions that are open.");
    static final Metric REFUSING = Metric.gauge(
            "varve_partitions_refusing_writes",
            "Partitions that refuse writes until the next start, because a commit of them failed.");

    static final Metric RETENTION_SEGMENTS = Metric.counter(
            "varve_retention_deleted_segments_total",
            "Segments that retention deleted, or whose local copy it dropped.",
            "copy");
    static final Metric RETENTION_BYTES = Metric.counter(
            "varve_retention_deleted_bytes_total", "Bytes of the segments that retention deleted or dropped.", "copy");
    static final Metric RETENTION_LAST = Metric.gauge(
            "varve_retention_last_check_timestamp_seconds",
            "When retention last looked at all partitions; 0 before its first check.");
    static final Metric RETENTION_FAILING =
            Metric.gauge("varve_retention_failing_partitions", "Partitions whose last retention check failed.");

    static final Metric COMPACTIONS =
            Metric.counter("varve_compaction_cleanings_total", "Cleanings of partitions that are done.");
    static final Metric COMPACTION_READ =
            Metric.counter("varve_compaction_read_bytes_total", "Bytes that compaction has rewritten or dropped.");
    static final Metric COMPACTION_WRITTEN =
            Metric.counter("varve_compaction_written_bytes_total", "Bytes that compaction has left in their place.");
    static final Metric COMPACTION_DROPPED =
            Metric.counter("varve_compaction_dropped_records_total", "Records that compaction has dropped.");
    static final Metric COMPACTION_FAILURES = Metric.counter(
            "varve_compaction_failures_total", "Cleanings that failed; a full disk's are tried again a minute later.");
    static final Metric COMPACTION_LAST = Metric.gauge(
            "varve_compaction_last_timestamp_seconds", "When the last cleaning ended; 0 before the first.");
    static final Metric UNCLEANABLE = Metric.gauge(
            "varve_compaction_uncleanable_partitions",
            "Partitions that are not compacted until the next start, because of damage.");

    private EngineMetrics() {}

    /** @return all of them */
    public static List<Metric> all() {
        return List.of(
                COMMIT_SECONDS,
                COMMIT_PARTITIONS,
                COMMIT_FAILURES,
                PARTITIONS,
                REFUSING,
                RETENTION_SEGMENTS,
                RETENTION_BYTES,
                RETENTION_LAST,
                RETENTION_FAILING,
                COMPACTIONS,
                COMPACTION_READ,
                COMPACTION_WRITTEN,
                COMPACTION_DROPPED,
                COMPACTION_FAILURES,
                COMPACTION_LAST,
                UNCLEANABLE);
    }
}

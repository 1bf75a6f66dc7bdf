// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.Metric;
import io.varve.core.runtime.Metrics.Readings;
import io.varve.s3.client.RequestCounts;
import io.varve.s3.client.RequestKind;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.manifest.RemoteSegment;
import io.varve.s3.price.PriceTable;
import io.varve.s3.read.ReadCounts;
import io.varve.s3.upload.Backlog;
import io.varve.s3.upload.SegmentUploader;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Reads what the tier stores, asks of the bucket, keeps in its cache and costs. Thread-safe. */
final class TierMetrics {
    private static final Metric REQUESTS = Metric.counter(
            "varve_tier_requests_total", "Requests to the bucket, repeated ones included.", "topic", "kind");
    private static final Metric FAILED =
            Metric.counter("varve_tier_requests_failed_total", "Requests to the bucket that failed.", "topic", "kind");
    private static final Metric MOVED = Metric.counter(
            "varve_tier_moved_bytes_total", "Bytes of objects sent to the bucket or received.", "topic", "kind");
    private static final Metric REQUEST_DOLLARS = Metric.counter(
            "varve_tier_request_dollars_total",
            "What requests and received bytes cost since the start, by the price table (s3.price.file).",
            "topic");
    private static final Metric STORED =
            Metric.gauge("varve_tier_stored_bytes", "Bytes of objects in the bucket.", "topic");
    private static final Metric STORED_DOLLARS = Metric.gauge(
            "varve_tier_stored_dollars_per_month",
            "What a month of the stored bytes costs, by the price table.",
            "topic");
    private static final Metric BACKLOG_SEGMENTS =
            Metric.gauge("varve_tier_backlog_segments", "Sealed segments that wait for their upload.");
    private static final Metric BACKLOG_BYTES =
            Metric.gauge("varve_tier_backlog_bytes", "Bytes of sealed segments that wait for their upload.");
    private static final Metric BACKLOG_AGE = Metric.gauge(
            "varve_tier_backlog_age_seconds",
            "Time since the last append to the oldest segment that waits for its upload; 0 if none does.");
    private static final Metric CHUNKS = Metric.counter(
            "varve_tier_cache_chunks_total",
            "Chunks that readers wanted, by where they were: memory, or none (disk or bucket), of which disk.",
            "found");
    private static final Metric GETS =
            Metric.counter("varve_tier_cache_gets_total", "Reads of the bucket for the cache.");
    private static final Metric CACHE_FAILURES = Metric.counter(
            "varve_tier_cache_failures_total", "Reads for the cache that failed, and chunks that were damaged.");
    private static final Metric CACHE_BYTES =
            Metric.gauge("varve_tier_cache_bytes", "Bytes that the cache holds.", "place");

    private final TierParts parts;
    private final SegmentUploader uploader;
    private final PriceTable prices;

    /** @param prices the table of prices */
    TierMetrics(TierParts parts, SegmentUploader uploader, PriceTable prices) {
        this.parts = parts;
        this.uploader = uploader;
        this.prices = prices;
    }

    /** @return what is read */
    static List<Metric> all() {
        return List.of(
                REQUESTS,
                FAILED,
                MOVED,
                REQUEST_DOLLARS,
                STORED,
                STORED_DOLLARS,
                BACKLOG_SEGMENTS,
                BACKLOG_BYTES,
                BACKLOG_AGE,
                CHUNKS,
                GETS,
                CACHE_FAILURES,
                CACHE_BYTES);
    }

    void read(Readings readings) {
        parts.bucket().counts().rows().forEach(row -> read(readings, row));
        stored().forEach((topic, bytes) -> {
            readings.add(STORED, bytes, topic);
            readings.add(STORED_DOLLARS, prices.storageMonth(bytes), topic);
        });
        Backlog waits = uploader.backlog();
        readings.add(BACKLOG_SEGMENTS, waits.segments());
        readings.add(BACKLOG_BYTES, waits.bytes());
        long ageMs = waits.oldestAppendMs() < 0 ? 0 : parts.context().clock().millis() - waits.oldestAppendMs();
        readings.add(BACKLOG_AGE, Math.max(0, ageMs) / 1e3);
        ReadCounts reads = parts.reader().counts();
        readings.add(CHUNKS, reads.memoryHits(), "memory");
        readings.add(CHUNKS, reads.misses(), "none");
        readings.add(CHUNKS, reads.diskHits(), "disk");
        readings.add(GETS, reads.gets());
        readings.add(CACHE_FAILURES, reads.failures());
        readings.add(CACHE_BYTES, reads.usedMemory(), "memory");
        readings.add(CACHE_BYTES, reads.diskBytes(), "disk");
    }

    private void read(Readings readings, RequestCounts.Row row) {
        String kind = row.kind().name().toLowerCase(Locale.ROOT);
        readings.add(REQUESTS, row.requests(), row.topic(), kind);
        readings.add(FAILED, row.failed(), row.topic(), kind);
        readings.add(MOVED, row.bytes(), row.topic(), kind);
        double received = row.kind() == RequestKind.GET ? prices.received(row.bytes()) : 0;
        readings.add(REQUEST_DOLLARS, prices.requests(row.kind(), row.requests()) + received, row.topic());
    }

    /** @return bytes of objects by topic; one that several topics name counts for the first of them */
    private Map<String, Long> stored() {
        Map<String, Long> stored = new HashMap<>();
        Set<UUID> counted = new HashSet<>();
        for (RemotePartition partition : parts.manifest().partitions()) {
            for (RemoteSegment segment : partition.segments()) {
                if (counted.add(segment.object())) {
                    stored.merge(partition.id().topic(), segment.objectBytes(), Long::sum);
                }
            }
        }
        return stored;
    }
}

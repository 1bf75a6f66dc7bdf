// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.bucket;

import io.varve.s3.client.RequestCounts;
import io.varve.s3.client.RequestKind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts attempts of requests by topic and kind. Thread-safe. */
final class RequestLedger {
    private static final class Cell {
        long attempts;
        long failed;
        long bytes;
    }

    private final Map<String, Map<RequestKind, Cell>> topics = new TreeMap<>();

    /** Counts requests that the bucket answered. */
    synchronized void answered(String topic, RequestKind kind, long requests, long bytes) {
        Cell cell = cell(topic, kind);
        cell.attempts += requests;
        cell.bytes += bytes;
    }

    /** Counts an attempt that got no answer. */
    synchronized void failed(String topic, RequestKind kind) {
        Cell cell = cell(topic, kind);
        cell.attempts++;
        cell.failed++;
    }

    private Cell cell(String topic, RequestKind kind) {
        return topics.computeIfAbsent(topic, name -> new EnumMap<>(RequestKind.class))
                .computeIfAbsent(kind, added -> new Cell());
    }

    synchronized RequestCounts counts() {
        List<RequestCounts.Row> rows = new ArrayList<>();
        topics.forEach((topic, kinds) -> kinds.forEach(
                (kind, cell) -> rows.add(new RequestCounts.Row(topic, kind, cell.attempts, cell.failed, cell.bytes))));
        return new RequestCounts(rows);
    }

    synchronized BucketUsage usage(long storedBytes) {
        Map<RequestKind, Long> requests = new EnumMap<>(RequestKind.class);
        Map<RequestKind, Long> bytes = new EnumMap<>(RequestKind.class);
        topics.values()
                .forEach(kinds -> kinds.forEach((kind, cell) -> {
                    requests.merge(kind, cell.attempts - cell.failed, Long::sum);
                    bytes.merge(kind, cell.bytes, Long::sum);
                }));
        return new BucketUsage(storedBytes, requests, bytes);
    }
}

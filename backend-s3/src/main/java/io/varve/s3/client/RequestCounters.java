// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts requests by topic and kind, without locks. Thread-safe. */
final class RequestCounters {
    /** Counts the requests of one kind for one topic. */
    private static final class Cell {
        final LongAdder requests = new LongAdder();
        final LongAdder failed = new LongAdder();
        final LongAdder bytes = new LongAdder();
    }

    /** Counts the requests of one topic. */
    static final class OfTopic {
        private final Map<RequestKind, Cell> cells = new EnumMap<>(RequestKind.class);

        private OfTopic() {
            for (RequestKind kind : RequestKind.values()) {
                cells.put(kind, new Cell());
            }
        }

        void add(RequestKind kind, boolean failed, long bytes) {
            Cell cell = cells.get(kind);
            cell.requests.increment();
            cell.bytes.add(bytes);
            if (failed) {
                cell.failed.increment();
            }
        }
    }

    private final Map<String, OfTopic> topics = new ConcurrentHashMap<>();

    OfTopic of(String topic) {
        OfTopic known = topics.get(topic);
        return known == null ? topics.computeIfAbsent(topic, name -> new OfTopic()) : known;
    }

    RequestCounts read() {
        List<RequestCounts.Row> rows = new ArrayList<>();
        topics.forEach((topic, counts) -> counts.cells.forEach((kind, cell) -> {
            long requests = cell.requests.sum();
            if (requests > 0) {
                rows.add(new RequestCounts.Row(topic, kind, requests, cell.failed.sum(), cell.bytes.sum()));
            }
        }));
        return new RequestCounts(rows);
    }
}

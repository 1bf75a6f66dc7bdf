// SPDX-License-Identifier: Apache-2.0
package io.varve.command.tier;

import io.varve.s3.client.RequestCounts;
import io.varve.s3.client.RequestKind;
import io.varve.s3.price.PriceTable;
import java.util.EnumMap;
import java.util.Map;

/** Adds up what a topic stores and asks of the bucket. For one thread. */
final class TopicCost {
    private final Map<RequestKind, Long> requests = new EnumMap<>(RequestKind.class);
    private final Map<RequestKind, Long> bytes = new EnumMap<>(RequestKind.class);
    private long stored;

    void addStored(long more) {
        stored += more;
    }

    void add(RequestCounts.Row row) {
        requests.merge(row.kind(), row.requests(), Long::sum);
        bytes.merge(row.kind(), row.bytes(), Long::sum);
    }

    void add(TopicCost other) {
        stored += other.stored;
        other.requests.forEach((kind, number) -> requests.merge(kind, number, Long::sum));
        other.bytes.forEach((kind, number) -> bytes.merge(kind, number, Long::sum));
    }

    long stored() {
        return stored;
    }

    long requests(RequestKind kind) {
        return requests.getOrDefault(kind, 0L);
    }

    long bytes(RequestKind kind) {
        return bytes.getOrDefault(kind, 0L);
    }

    double requestDollars(PriceTable prices) {
        double dollars = prices.received(bytes(RequestKind.GET));
        for (RequestKind kind : RequestKind.values()) {
            dollars += prices.requests(kind, requests(kind));
        }
        return dollars;
    }
}

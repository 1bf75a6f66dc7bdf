// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import io.varve.experiments.bucket.BucketUsage;
import io.varve.experiments.bucket.SimulatedBucket;
import io.varve.experiments.result.RequestSample;
import io.varve.s3.client.RequestKind;
import io.varve.s3.price.PriceTable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Samples what a bucket holds and was asked for, and adds up what it costs. Not thread-safe. */
final class BucketMeter {
    private final String policy;
    private final SimulatedBucket bucket;
    private final PriceTable prices;
    private final Map<RequestKind, Double> requestCosts = new EnumMap<>(RequestKind.class);
    final List<RequestSample> samples = new ArrayList<>();
    private BucketUsage last;
    double storageCost;
    double receivedCost;
    long maxStoredBytes;

    BucketMeter(String policy, SimulatedBucket bucket, PriceTable prices) {
        this.policy = policy;
        this.bucket = bucket;
        this.prices = prices;
        this.last = new BucketUsage(0, Map.of(), Map.of());
    }

    /**
     * @param now ms since the epoch
     * @param months time since the last sample
     */
    void sample(long now, double months) {
        BucketUsage usage = bucket.usage();
        for (RequestKind kind : RequestKind.values()) {
            long requests = usage.requests(kind) - last.requests(kind);
            if (requests > 0) {
                long bytes = usage.bytes(kind) - last.bytes(kind);
                double dollars = prices.requests(kind, requests);
                double received = kind == RequestKind.GET ? prices.received(bytes) : 0;
                requestCosts.merge(kind, dollars, Double::sum);
                receivedCost += received;
                samples.add(new RequestSample(policy, now, kind.name(), requests, bytes, dollars + received));
            }
        }
        storageCost += prices.storageMonth(usage.storedBytes()) * months;
        maxStoredBytes = Math.max(maxStoredBytes, usage.storedBytes());
        last = usage;
    }

    /** @return what was seen at the last sample */
    BucketUsage last() {
        return last;
    }

    /** @return dollars for the requests of a kind so far */
    double cost(RequestKind kind) {
        return requestCosts.getOrDefault(kind, 0.0);
    }

    /** @return dollars so far */
    double cost() {
        double requests = 0;
        for (RequestKind kind : RequestKind.values()) {
            requests += cost(kind);
        }
        return storageCost + receivedCost + requests;
    }

    /** @return requests so far */
    long requests() {
        return last.requests().values().stream().mapToLong(Long::longValue).sum();
    }
}

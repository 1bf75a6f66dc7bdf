// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.stats.TokenBucket;

/** Keeps a bucket of tokens that a quota fills, by Kafka's arithmetic (KIP-599). */
final class TokenMeter implements Meter {
    private static final double MS = 1_000;

    private final QuotaWindow window;
    private final TokenBucket bucket = new TokenBucket();
    private long fullAtMs;

    TokenMeter(QuotaWindow window) {
        this.window = window;
    }

    /**
     * Takes tokens unless the bucket is overdrawn already. So the last taker may overdraw it.
     *
     * @param bound tokens that fill the bucket, per second
     * @return ms after which the bucket is no longer overdrawn, if nothing was taken; 0 if the tokens were
     *     taken
     */
    long takeUnlessOverdrawn(double tokens, double bound, long nowMs) {
        long ms = overdrawnMs(window.limited(bound), bound, nowMs);
        if (ms == 0) {
            take(tokens, bound, nowMs);
        }
        return ms;
    }

    /**
     * Takes tokens, whatever there is.
     *
     * @return ms after which the bucket is no longer overdrawn; 0 if it is not
     */
    long take(double tokens, double bound, long nowMs) {
        MetricConfig config = window.limited(bound);
        bucket.record(config, tokens, nowMs);
        double missing = window.samples() * (double) window.seconds() * bound - bucket.measure(config, nowMs);
        fullAtMs = nowMs + (long) Math.ceil(missing / bound * MS);
        return overdrawnMs(config, bound, nowMs);
    }

    private long overdrawnMs(MetricConfig config, double bound, long nowMs) {
        double left = bucket.measure(config, nowMs);
        return left >= 0 ? 0 : Math.round(-left / bound * MS);
    }

    @Override
    public long forgettableAt() {
        return fullAtMs;
    }
}

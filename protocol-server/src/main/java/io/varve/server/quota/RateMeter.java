// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.stats.Rate;

/** Measures a rate over a {@link QuotaWindow}, by Kafka's arithmetic. */
final class RateMeter implements Meter {
    private final QuotaWindow window;
    private final MetricConfig config;
    private final Rate rate = new Rate();
    private long lastMs;

    RateMeter(QuotaWindow window) {
        this.window = window;
        config = window.measured();
    }

    /**
     * Counts an amount.
     *
     * @param bound the rate that is allowed, per second
     * @return ms after which the rate is within the bound again, if nothing is counted meanwhile; 0 if it is
     */
    long count(double amount, double bound, long nowMs) {
        lastMs = nowMs;
        rate.record(config, amount, nowMs);
        double excess = rate.measure(config, nowMs) - bound;
        return excess <= 0 ? 0 : Math.round(excess / bound * rate.windowSize(config, nowMs));
    }

    /**
     * Counts an amount as {@link #count} does, or nothing if the rate would exceed the bound then. The first
     * amount of a window is counted in any case: one that alone exceeds the bound would never be otherwise.
     *
     * @return the time as of {@link #count} if the amount was counted, the negated time if not
     */
    long countWithin(double amount, double bound, long nowMs) {
        boolean isFirst = rate.measure(config, nowMs) <= 0;
        long ms = count(amount, bound, nowMs);
        if (ms > 0 && !isFirst) {
            rate.record(config, -amount, nowMs);
            return -ms;
        }
        return ms;
    }

    @Override
    public long forgettableAt() {
        return lastMs + window.lifeMs();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.quota;

import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.metrics.MetricConfig;
import org.apache.kafka.common.metrics.Quota;

/**
 * The time over which a rate is measured: so many samples of so many seconds each, the one under way
 * included.
 *
 * @param samples {@code quota.window.num}, at least 1
 * @param seconds {@code quota.window.size.seconds}, at least 1
 */
public record QuotaWindow(int samples, int seconds) {
    /** Kafka's default. */
    public static final QuotaWindow DEFAULT = new QuotaWindow(11, 1);

    /** @return time of one sample, in ms */
    long sampleMs() {
        return TimeUnit.SECONDS.toMillis(seconds);
    }

    /** @return ms after which a sample no longer counts */
    long lifeMs() {
        return samples * sampleMs();
    }

    /** @return the window, as Kafka's measurements want it */
    MetricConfig measured() {
        return new MetricConfig().samples(samples).timeWindow(seconds, TimeUnit.SECONDS);
    }

    /**
     * @param bound a quota, per second
     * @return the window with the quota, as Kafka's measurements want it
     */
    MetricConfig limited(double bound) {
        return measured().quota(Quota.upperBound(bound));
    }
}

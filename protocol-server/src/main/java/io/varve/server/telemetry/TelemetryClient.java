// SPDX-License-Identifier: Apache-2.0
package io.varve.server.telemetry;

import org.apache.kafka.common.protocol.Errors;

/**
 * Keeps what is asked of a client, when it asked and pushed, and what it pushed last. Guarded by
 * {@link ClientTelemetry}.
 */
final class TelemetryClient {
    private final ClientProperties properties;
    private WantedMetrics wanted;
    /** The version of the subscriptions that {@link #wanted} follows from. */
    private int version;

    private long lastGetMs;
    private long lastPushMs;
    private boolean terminating;
    private Errors lastError = Errors.NONE;
    private long keptMs;
    private String kept = "";

    TelemetryClient(ClientProperties properties) {
        this.properties = properties;
    }

    ClientProperties properties() {
        return properties;
    }

    WantedMetrics wanted() {
        return wanted;
    }

    /** @return true if what is wanted follows from this version or a later one */
    boolean isAsOf(int subscriptionsVersion) {
        return wanted != null && version >= subscriptionsVersion;
    }

    /** Begins anew with other subscriptions: the client may ask at once. */
    void want(WantedMetrics metrics, int subscriptionsVersion) {
        wanted = metrics;
        version = subscriptionsVersion;
        lastGetMs = 0;
        lastPushMs = 0;
        terminating = false;
        lastError = Errors.NONE;
    }

    /** @return true if the client asks in time; else it waits, unless it was just told to ask again */
    boolean mayGet(long nowMs) {
        if (nowMs - Math.max(lastGetMs, lastPushMs) >= wanted.intervalMs()) {
            lastGetMs = nowMs;
            return true;
        }
        return lastError == Errors.UNKNOWN_SUBSCRIPTION_ID || lastError == Errors.UNSUPPORTED_COMPRESSION_TYPE;
    }

    /** @return true for the first push after a question, and for later ones in time */
    boolean mayPush(long nowMs) {
        boolean may = lastGetMs > lastPushMs || nowMs - lastPushMs >= wanted.intervalMs();
        if (may) {
            lastPushMs = nowMs;
        }
        return may;
    }

    boolean isTerminating() {
        return terminating;
    }

    void setTerminating(boolean last) {
        terminating = last;
    }

    void setLastError(Errors error) {
        lastError = error;
    }

    void keep(String metrics, long nowMs) {
        kept = metrics;
        keptMs = nowMs;
    }

    int keptLength() {
        return kept.length();
    }

    void forget() {
        kept = "";
        keptMs = 0;
    }

    /** @return the metrics pushed last, or null if there are none */
    PushedMetrics pushed() {
        return keptMs == 0 ? null : new PushedMetrics(properties, keptMs, kept);
    }
}

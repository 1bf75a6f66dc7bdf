// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Metrics;
import io.varve.core.runtime.Metrics.Counter;
import io.varve.core.runtime.Metrics.Distribution;
import io.varve.server.api.Request;
import io.varve.server.logging.LogThrottle;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures the requests of each API: their times, bytes and errors. Thread-safe. */
final class ApiTraffic {
    private static final Logger LOG = LoggerFactory.getLogger(ApiTraffic.class);
    private static final int APIS =
            1 + Arrays.stream(ApiKeys.values()).mapToInt(api -> api.id).max().orElseThrow();
    private static final double NANOS = 1e9;

    private final Metrics metrics;
    private final Clock clock;
    private final LogThrottle failures;
    private final LongAdder inFlight = new LongAdder();
    /** By the key of an API; null until its first request. */
    private final AtomicReferenceArray<ApiMeter> meters = new AtomicReferenceArray<>(APIS);

    /** Measures one API. */
    private static final class ApiMeter {
        private final Metrics metrics;
        private final String api;
        private final Distribution seconds;
        private final Counter bytesIn;
        private final Counter bytesOut;
        private final Map<Errors, Counter> errors = new ConcurrentHashMap<>();

        ApiMeter(Metrics metrics, String api) {
            this.metrics = metrics;
            this.api = api;
            seconds = metrics.distribution(NetMetrics.SECONDS, api);
            bytesIn = metrics.counter(NetMetrics.REQUEST_BYTES, api);
            bytesOut = metrics.counter(NetMetrics.RESPONSE_BYTES, api);
        }

        void failed(Errors error, int times) {
            errors.computeIfAbsent(error, first -> metrics.counter(NetMetrics.ERRORS, api, first.name()))
                    .add(times);
        }
    }

    ApiTraffic(Metrics metrics, Clock clock) {
        this.metrics = metrics;
        this.clock = clock;
        failures = new LogThrottle(LOG, clock);
    }

    /** @return when a request begins, in ns of the clock */
    long begun() {
        inFlight.increment();
        return clock.nanos();
    }

    /** Notes that a request is answered, or given up. Once for each that has begun. */
    void ended() {
        inFlight.decrement();
    }

    long inFlight() {
        return inFlight.sum();
    }

    /**
     * Notes an answer.
     *
     * @param request the request
     * @param begunNanos when it began
     * @param requestBytes bytes of its frame
     * @param responseBytes bytes of its answer, 0 for none
     */
    void answered(Request request, long begunNanos, int requestBytes, long responseBytes) {
        ApiMeter meter = meter(request.api());
        meter.seconds.record((clock.nanos() - begunNanos) / NANOS);
        meter.bytesIn.add(requestBytes);
        meter.bytesOut.add(responseBytes);
    }

    /** Notes the errors in an answer, before it is written. A failure is logged: it decides no answer. */
    void errors(Request request, ApiMessage body) {
        try {
            ApiMeter meter = meter(request.api());
            ResponseErrors.find(body, request.version(), meter::failed);
        } catch (RuntimeException e) {
            failures.warn(e, "errors in answers to {} are not counted", request.api());
        }
    }

    private ApiMeter meter(ApiKeys api) {
        ApiMeter known = meters.get(api.id);
        if (known != null) {
            return known;
        }
        // Two may make one at once: the registry gives both the same counters.
        ApiMeter made = new ApiMeter(metrics, api.name);
        return meters.compareAndSet(api.id, null, made) ? made : meters.get(api.id);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.core.runtime.Metric;
import java.util.List;

/** Lists what is measured of requests and connections. */
public final class NetMetrics {
    static final Metric SECONDS = Metric.seconds(
            "varve_request_seconds",
            "Time from the arrival of a whole request to its answer. A fetch's includes its wait for records.",
            "api");
    static final Metric REQUEST_BYTES =
            Metric.counter("varve_request_bytes_total", "Bytes of requests on the wire.", "api");
    static final Metric RESPONSE_BYTES =
            Metric.counter("varve_response_bytes_total", "Bytes of answers on the wire.", "api");
    static final Metric ERRORS = Metric.counter(
            "varve_response_errors_total",
            "Errors in answers: those of a request, and those of each of its partitions or other parts.",
            "api",
            "error");
    static final Metric IN_FLIGHT =
            Metric.gauge("varve_requests_in_flight", "Requests that have begun and are not answered.");
    static final Metric CONNECTIONS = Metric.gauge(
            "varve_connections",
            "Connections that are open, by what their clients say they are.",
            "software",
            "version");
    static final Metric ACCEPTED =
            Metric.counter("varve_connections_accepted_total", "Connections that were accepted.");
    static final Metric REFUSED = Metric.counter(
            "varve_connections_refused_total",
            "Connections that were not served, because their address had too many (max.connections.per.ip) or made"
                    + " them too fast (connection_creation_rate).",
            "limit");
    static final Metric MALFORMED = Metric.counter(
            "varve_connections_malformed_total", "Connections closed because their bytes are no valid request.");
    static final Metric HANDSHAKES_FAILED = Metric.counter(
            "varve_tls_handshakes_failed_total",
            "TLS handshakes that came to no connection: no TLS, a certificate that one side does not accept, too slow.",
            "listener");
    static final Metric THROTTLED = Metric.counter(
            "varve_throttled_seconds_total",
            "Time for which connections are held back because of quotas, of all together.");
    static final Metric BROKEN =
            Metric.counter("varve_connections_failed_total", "Connections closed because of a fault of the server.");
    static final Metric MEMORY = Metric.gauge(
            "varve_request_memory_bytes",
            "Memory of requests that await their answers (produce, other), are received in part (partial), and of"
                    + " answers that clients do not read (unsent).",
            "kind");
    static final Metric MEMORY_LIMIT =
            Metric.gauge("varve_request_memory_limit_bytes", "Most that varve_request_memory_bytes may be.", "kind");
    static final Metric WORKERS_BUSY =
            Metric.gauge("varve_request_workers_busy", "Worker threads that serve long requests now.");
    static final Metric WORKERS_MAX =
            Metric.gauge("varve_request_workers_max", "Most worker threads that there may be for long requests.");
    static final Metric WORKERS_QUEUE =
            Metric.gauge("varve_request_workers_queue", "Long requests that wait for a worker thread.");

    static final Metric CERTIFICATE_END = Metric.gauge(
            "varve_certificate_end_timestamp_seconds",
            "When the certificate of a listener with TLS expires, in s since the epoch.",
            "listener");

    private NetMetrics() {}

    /** @return all of them */
    public static List<Metric> all() {
        return List.of(
                SECONDS,
                REQUEST_BYTES,
                RESPONSE_BYTES,
                ERRORS,
                IN_FLIGHT,
                CONNECTIONS,
                ACCEPTED,
                REFUSED,
                MALFORMED,
                HANDSHAKES_FAILED,
                THROTTLED,
                BROKEN,
                MEMORY,
                MEMORY_LIMIT,
                WORKERS_BUSY,
                WORKERS_MAX,
                WORKERS_QUEUE,
                CERTIFICATE_END);
    }
}

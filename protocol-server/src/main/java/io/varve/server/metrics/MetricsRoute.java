// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metrics;

import io.varve.server.http.HttpAnswer;
import io.varve.server.http.HttpCall;
import io.varve.server.http.HttpRoute;
import java.util.Map;

/** Serves {@code /metrics} to Prometheus and whoever reads its format. Thread-safe. */
public final class MetricsRoute implements HttpRoute {
    private static final int UNAVAILABLE = 503;

    private final PrometheusMetrics metrics;

    /** @param metrics what is served */
    public MetricsRoute(PrometheusMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public String path() {
        return "/metrics";
    }

    @Override
    public HttpAnswer answer(HttpCall call) {
        return metrics.write()
                .map(text -> new HttpAnswer(HttpAnswer.OK, PrometheusMetrics.CONTENT_TYPE, text, Map.of()))
                .orElseGet(() -> HttpAnswer.text(UNAVAILABLE, "The metrics are being read for another request.\n"));
    }
}

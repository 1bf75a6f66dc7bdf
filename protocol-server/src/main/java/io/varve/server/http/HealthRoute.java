// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import java.util.List;

/** Tells monitoring whether the server is well: 200, or 503 with the reasons, one a line. */
final class HealthRoute implements HttpRoute {
    private static final int UNAVAILABLE = 503;

    private final String path;
    private final Readiness well;

    private HealthRoute(String path, Readiness well) {
        this.path = path;
        this.well = well;
    }

    /** @return {@code /live}: the process serves; it answers as soon as the port is bound */
    static HealthRoute live() {
        return new HealthRoute("/live", List::of);
    }

    /** @return {@code /ready}: clients can read and write */
    static HealthRoute ready(Readiness ready) {
        return new HealthRoute("/ready", ready);
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public HttpAnswer answer(HttpCall call) {
        List<String> reasons = well.reasons();
        return reasons.isEmpty()
                ? HttpAnswer.text(HttpAnswer.OK, "ok\n")
                : HttpAnswer.text(UNAVAILABLE, String.join("\n", reasons) + "\n");
    }
}

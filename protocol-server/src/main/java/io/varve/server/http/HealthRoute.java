// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import java.util.List;

/** Tells monitoring whether the server is well: 200, or 503 with the reasons, one a line. */
final class HealthRoute implements HttpRoute {
    private static final int UNAVAILABLE = 503;

    private final String path;
    private final HttpLane lane;
    private final Readiness well;

    private HealthRoute(String path, HttpLane lane, Readiness well) {
        this.path = path;
        this.lane = lane;
        this.well = well;
    }

    /** @return {@code /live}: the process serves; it answers as soon as the port is bound */
    static HealthRoute live() {
        return new HealthRoute("/live", HttpLane.LOOP, List::of);
    }

    /** @return {@code /ready}: clients can read and write */
    static HealthRoute ready(Readiness ready) {
        return new HealthRoute("/ready", HttpLane.READINESS, ready);
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public HttpLane lane() {
        return lane;
    }

    @Override
    public HttpAnswer answer(HttpCall call) {
        List<String> reasons = well.reasons();
        return reasons.isEmpty()
                ? HttpAnswer.text(HttpAnswer.OK, "ok\n")
                : HttpAnswer.text(UNAVAILABLE, String.join("\n", reasons) + "\n");
    }
}

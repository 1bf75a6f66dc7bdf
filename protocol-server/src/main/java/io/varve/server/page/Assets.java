// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import io.varve.server.http.HttpAnswer;
import io.varve.server.http.HttpCall;
import io.varve.server.http.HttpLane;
import io.varve.server.http.HttpRoute;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The files of the page, which hold no data and are the same for everybody. Immutable. */
final class Assets {
    private static final String HTML = "text/html; charset=utf-8";
    private static final String CSS = "text/css; charset=utf-8";
    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final String SVG = "image/svg+xml";

    private record Asset(String path, HttpAnswer content) implements HttpRoute {
        @Override
        public HttpLane lane() {
            return HttpLane.LOOP;
        }

        @Override
        public HttpAnswer answer(HttpCall call) {
            return content;
        }
    }

    /** The page itself: a browser asks for the password when it comes here, not in the middle of the page. */
    private record Front(Asset page, Callers callers) implements HttpRoute {
        @Override
        public String path() {
            return page.path();
        }

        @Override
        public HttpLane lane() {
            return HttpLane.PAGE;
        }

        @Override
        public HttpAnswer answer(HttpCall call) {
            callers.of(call).close();
            return page.answer(call);
        }
    }

    private Assets() {}

    /**
     * @param callers finds out who comes
     * @return a route for each file
     */
    static List<HttpRoute> routes(Callers callers) {
        return Stream.of(
                        new Front(asset("/", "index.html", HTML), callers),
                        asset("/page.css", "page.css", CSS),
                        asset("/icon.svg", "icon.svg", SVG),
                        script("main.js"),
                        script("dom.js"),
                        script("server.js"),
                        script("charts.js"),
                        script("topics.js"),
                        script("topic.js"),
                        script("messages.js"),
                        script("groups.js"),
                        script("parts.js"),
                        script("tier.js"))
                .toList();
    }

    private static HttpRoute script(String name) {
        return asset("/" + name, name, SCRIPT);
    }

    private static Asset asset(String path, String file, String type) {
        try (InputStream stream = Assets.class.getResourceAsStream(file)) {
            if (stream == null) {
                throw new IllegalStateException("the build has left out " + file);
            }
            return new Asset(path, new HttpAnswer(HttpAnswer.OK, type, stream.readAllBytes(), Map.of()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

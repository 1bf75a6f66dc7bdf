// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import static io.varve.server.http.HttpRequests.connect;
import static io.varve.server.http.HttpRequests.exchange;
import static io.varve.server.http.HttpRequests.get;
import static io.varve.server.http.HttpRequests.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.SystemScheduler;
import io.varve.server.cluster.Endpoint;
import io.varve.server.net.ListenException;
import io.varve.server.security.SecuredListeners;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpServerTest {
    private static final HttpConfig.PeerLimits QUICK = new HttpConfig.PeerLimits(2, 200, 400, 1_000, 300, 30_000);

    private final SystemScheduler scheduler = new SystemScheduler(1);
    private final AtomicReference<List<String>> reasons = new AtomicReference<>(List.of("not yet", "nor this"));
    private HttpServer server;

    @AfterEach
    void close() {
        server.close();
        scheduler.close();
    }

    private int start(HttpConfig.PeerLimits limits, HttpRoute... routes) {
        Endpoint any = new Endpoint("HTTP", "127.0.0.1", 0);
        server = HttpServer.bind(
                new HttpConfig(List.of(any), Set.of("broker.example"), limits, false),
                SecuredListeners.plaintext(),
                reasons::get,
                Clock.system(),
                scheduler);
        server.serve(reasons::get, List.of(routes));
        return server.listeners().get(0).port();
    }

    @Test
    void liveAnswersAndReadySaysWhyNot() throws IOException {
        int port = start(HttpConfig.PeerLimits.DEFAULT);

        assertThat(exchange(port, get("/live")))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .endsWith("\r\n\r\nok\n");
        assertThat(exchange(port, get("/ready"))).startsWith("HTTP/1.1 503 ").endsWith("\r\n\r\nnot yet\nnor this\n");

        reasons.set(List.of());
        assertThat(exchange(port, get("/ready"))).startsWith("HTTP/1.1 200 ").endsWith("ok\n");
    }

    @Test
    void everyAnswerTellsTheBrowserToTrustNothingElse() throws IOException {
        assertThat(exchange(start(HttpConfig.PeerLimits.DEFAULT), get("/nothing"))
                        .toLowerCase())
                .startsWith("http/1.1 404 ")
                .contains("content-security-policy: default-src 'self'")
                .contains("x-content-type-options: nosniff")
                .contains("cache-control: no-store");
    }

    @Test
    void headHasTheHeadersOfGetAndNoBody() throws IOException {
        assertThat(exchange(start(HttpConfig.PeerLimits.DEFAULT), request("HEAD", "/live", "localhost")))
                .startsWith("HTTP/1.1 200 ")
                .containsIgnoringCase("content-length: 3\r\n")
                .endsWith("\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "SPAM"})
    void nothingCanBeChanged(String method) throws IOException {
        assertThat(exchange(start(HttpConfig.PeerLimits.DEFAULT), request(method, "/live", "localhost")))
                .startsWith("HTTP/1.1 405 ")
                .containsIgnoringCase("allow: GET, HEAD\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "LOCALHOST:8080", "127.0.0.1:1", "[::1]:8080", "10.1.2.3", "Broker.Example:80"})
    void itsOwnNamesAreAccepted(String host) throws IOException {
        assertThat(exchange(start(HttpConfig.PeerLimits.DEFAULT), request("GET", "/live", host)))
                .startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "",
                "[::1",
                "a\r\nHost: localhost"
            })
    void anotherSitesNameIsRefused(String host) throws IOException {
        assertThat(exchange(start(HttpConfig.PeerLimits.DEFAULT), request("GET", "/live", host)))
                .startsWith("HTTP/1.1 421 ");
    }

    @Test
    void requestsBeyondTheLimitsAreRefusedAndTheConnectionEnds() throws IOException {
        int port = start(HttpConfig.PeerLimits.DEFAULT);

        assertThat(exchange(port, "GET /" + "x".repeat(5_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .startsWith("HTTP/1.1 414 ");
        assertThat(exchange(port, "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(9_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ");
        assertThat(exchange(
                        port,
                        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 70000\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
        assertThat(exchange(port, "\u0000\u0001\u0002\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    }

    /** A close with bytes that nobody has read resets the connection, and takes the answer with it. */
    @ParameterizedTest
    @CsvSource({
        "413, 'GET / HTTP/1.1\nHost: localhost\nContent-Length: 16000000\n\n'",
        "413, 'GET / HTTP/1.1\nHost: localhost\nExpect: 100-continue\nContent-Length: 16000000\n\n'",
        "413, 'GET / HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\n\nF42400\n'",
        "414, 'GET /'",
        "431, 'GET / HTTP/1.1\nHost: localhost\nX: '",
        "400, 'SPAM\n\n'"
    })
    void whoSendsTooMuchGetsTheAnswerAndTheEnd(String status, String begin) throws IOException {
        int port = start(HttpConfig.PeerLimits.DEFAULT);

        assertThat(exchange(port, begin.replace("\n", "\r\n") + "x".repeat(16_000_000)))
                .startsWith("HTTP/1.1 " + status + " ")
                .containsIgnoringCase("connection: close\r\n")
                .endsWith("\n");
    }

    @Test
    void whoGoesOnAfterTheLastAnswerIsDisconnectedInTime() throws IOException {
        int port = start(QUICK);

        try (Socket socket = connect(port)) {
            assertThatThrownBy(() -> {
                        byte[] more = get("/live").getBytes(StandardCharsets.ISO_8859_1);
                        while (true) {
                            socket.getOutputStream().write(more);
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void aRequestThatDoesNotArriveWholeInTimeEndsTheConnection() throws IOException {
        int port = start(QUICK);

        assertThat(exchange(port, "GET /live HT")).isEmpty();
        assertThat(exchange(port, "GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .endsWith("ok\n");
    }

    @Test
    void requestsSentAheadAreAnsweredInOrderOneAfterAnother() throws IOException {
        int port = start(HttpConfig.PeerLimits.DEFAULT, new Echo());
        String keepAlive = " HTTP/1.1\r\nHost: localhost\r\n\r\n";

        String answers = exchange(port, "GET /echo/a" + keepAlive + "GET /echo/b" + keepAlive + get("/echo/c%2Fd"));

        assertThat(answers.split("HTTP/1.1 200 OK"))
                .extracting(answer -> answer.replaceAll("(?s).*\r\n\r\n", ""))
                .containsExactly("", "/echo/a", "/echo/b", "/echo/c/d");
    }

    @Test
    void aRequestInPiecesIsAnswered() throws IOException {
        int port = start(HttpConfig.PeerLimits.DEFAULT);

        try (Socket socket = connect(port)) {
            InputStream in = socket.getInputStream();
            for (byte each : get("/live").getBytes(StandardCharsets.ISO_8859_1)) {
                socket.getOutputStream().write(each);
                socket.getOutputStream().flush();
            }
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).endsWith("ok\n");
        }
    }

    @Test
    void aRouteThatFailsOrWaitsHoldsUpNobodyElse() throws Exception {
        CountDownLatch waits = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        int port = start(
                HttpConfig.PeerLimits.DEFAULT,
                new ScriptedRoute("/fails", () -> {
                    throw new IllegalStateException("hidden");
                }),
                new ScriptedRoute("/refuses", () -> {
                    throw new HttpRefusal(403, "not you");
                }),
                new ScriptedRoute("/waits", () -> {
                    waits.countDown();
                    free.await();
                    return null;
                }));

        try (Socket socket = connect(port)) {
            socket.getOutputStream().write(get("/waits").getBytes(StandardCharsets.ISO_8859_1));
            waits.await();
            assertThat(exchange(port, get("/fails")))
                    .startsWith("HTTP/1.1 500 ")
                    .doesNotContain("hidden");
            assertThat(exchange(port, get("/refuses")))
                    .startsWith("HTTP/1.1 403 ")
                    .endsWith("not you\n");
            free.countDown();
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .endsWith("done");
        }
    }

    @Test
    void aDelayedAnswerHoldsNoThread() throws Exception {
        CountDownLatch refused = new CountDownLatch(4);
        int port = start(HttpConfig.PeerLimits.DEFAULT, new Echo(), new HttpRoute() {
            @Override
            public String path() {
                return "/slow";
            }

            @Override
            public HttpAnswer answer(HttpCall call) {
                refused.countDown();
                throw new HttpRefusal(
                        401, "wrong", Map.of(), call.parameter("ms").isEmpty() ? 3_600_000 : 200);
            }
        });
        List<Socket> waiting = new ArrayList<>();
        try {
            for (int i = 0; i < 4; i++) { // more than there are threads
                waiting.add(connect(port));
                waiting.get(i).getOutputStream().write(get("/slow").getBytes(StandardCharsets.ISO_8859_1));
            }
            refused.await();
            assertThat(exchange(port, get("/echo/a"))).startsWith("HTTP/1.1 200 ");
            long begun = System.nanoTime();
            assertThat(exchange(port, get("/slow?ms=200")))
                    .startsWith("HTTP/1.1 401 ")
                    .endsWith("wrong\n");
            assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(200_000_000L);
            for (Socket socket : waiting) {
                assertThat(socket.getInputStream().available()).isZero();
            }
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void anErrorIsAnsweredClosesTheConnectionAndEndsNoThread() throws IOException {
        int port = start(HttpConfig.PeerLimits.DEFAULT, new Echo(), new ScriptedRoute("/errs", () -> {
            throw new StackOverflowError("hidden");
        }));

        for (int i = 0; i <= HttpLane.PAGE.threads(); i++) {
            assertThat(exchange(port, "GET /errs HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                    .startsWith("HTTP/1.1 500 ")
                    .containsIgnoringCase("connection: close\r\n")
                    .doesNotContain("hidden");
        }
        assertThat(exchange(port, get("/echo/still"))).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void whatCannotBeAnsweredEndsTheConnection() throws IOException {
        int port = start(HttpConfig.PeerLimits.DEFAULT, new HttpRoute() {
            @Override
            public String path() {
                return "/never";
            }

            @Override
            public HttpAnswer answer(HttpCall call) {
                return null;
            }
        });

        assertThat(exchange(port, "GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .isEmpty();
    }

    @Test
    void orchestratorsDoNotWaitBehindPeople() throws Exception {
        CountDownLatch waiting = new CountDownLatch(HttpLane.PAGE.threads());
        CountDownLatch free = new CountDownLatch(1);
        int port = start(HttpConfig.PeerLimits.DEFAULT, new Monitored(), new ScriptedRoute("/waits", () -> {
            waiting.countDown();
            free.await();
            return null;
        }));

        try (Socket one = connect(port);
                Socket two = connect(port)) {
            one.getOutputStream().write(get("/waits").getBytes(StandardCharsets.ISO_8859_1));
            two.getOutputStream().write(get("/waits").getBytes(StandardCharsets.ISO_8859_1));
            waiting.await();
            assertThat(exchange(port, get("/live"))).startsWith("HTTP/1.1 200 ");
            assertThat(exchange(port, get("/ready"))).startsWith("HTTP/1.1 503 ");
            assertThat(exchange(port, get("/monitored"))).endsWith("measured");
            free.countDown();
            assertThat(new String(two.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .endsWith("done");
        }
    }

    @Test
    void aPortInUseIsReported() {
        int port = start(HttpConfig.PeerLimits.DEFAULT);
        HttpConfig same = new HttpConfig(
                List.of(new Endpoint("HTTP", "127.0.0.1", port)), Set.of(), HttpConfig.PeerLimits.DEFAULT, false);

        assertThatThrownBy(
                        () -> HttpServer.bind(same, SecuredListeners.plaintext(), List::of, Clock.system(), scheduler))
                .isInstanceOf(ListenException.class)
                .hasMessageContaining("in use");
    }

    private record Monitored() implements HttpRoute {
        @Override
        public String path() {
            return "/monitored";
        }

        @Override
        public HttpAnswer answer(HttpCall call) {
            return HttpAnswer.text(HttpAnswer.OK, "measured");
        }
    }

    private static final class Echo implements HttpRoute {
        @Override
        public String path() {
            return "/echo/";
        }

        @Override
        public HttpAnswer answer(HttpCall call) {
            return HttpAnswer.text(HttpAnswer.OK, call.path());
        }
    }
}

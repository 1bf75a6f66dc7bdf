// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import static io.varve.server.http.HttpRequests.connect;
import static io.varve.server.http.HttpRequests.endOf;
import static io.varve.server.http.HttpRequests.exchange;
import static io.varve.server.http.HttpRequests.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.SystemScheduler;
import io.varve.server.cluster.Endpoint;
import io.varve.server.security.SecuredListeners;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who keeps a connection when there are as many as may be. */
@Timeout(120)
class HttpPlacesTest {
    private final SystemScheduler scheduler = new SystemScheduler(1);
    private HttpServer server;

    @AfterEach
    void close() {
        server.close();
        scheduler.close();
    }

    /** Takes two connections, whose requests may take any time. */
    private int start(HttpRoute... routes) {
        HttpConfig.PeerLimits two = new HttpConfig.PeerLimits(2, 200, 400, 1_000, 600_000, 600_000);
        server = HttpServer.bind(
                new HttpConfig(List.of(new Endpoint("HTTP", "127.0.0.1", 0)), Set.of(), two, false),
                SecuredListeners.plaintext(),
                List::of,
                Clock.system(),
                scheduler);
        server.serve(List::of, List.of(routes));
        return server.listeners().get(0).port();
    }

    @Test
    void aNewConnectionTakesThePlaceOfOneThatHasSentNoRequestThenOfTheIdleOne() throws IOException {
        int port = start();

        try (Socket asking = connect(port);
                Socket silent = connect(port)) {
            assertThat(askOn(asking)).isEqualTo("ok\n");
            assertThat(exchange(port, get("/live"))).endsWith("ok\n");
            assertThat(endOf(silent)).isEqualTo(-1);
            assertThat(askOn(asking)).as("has its place").isEqualTo("ok\n");
            try (Socket another = connect(port)) {
                assertThat(askOn(another)).isEqualTo("ok\n");
                assertThat(askOn(asking)).isEqualTo("ok\n");
                assertThat(exchange(port, get("/live"))).endsWith("ok\n");
                assertThat(endOf(another)).as("idle for longer").isEqualTo(-1);
            }
            assertThat(askOn(asking)).isEqualTo("ok\n");
        }
    }

    @Test
    void connectionsWithoutEndThatSayNothingKeepNobodyOut() throws IOException {
        int port = start();
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 200; i++) {
                silent.add(connect(port));
            }
            assertThat(exchange(port, get("/live"))).endsWith("ok\n");
            for (Socket each : silent.subList(0, 198)) {
                assertThat(endOf(each)).isEqualTo(-1);
            }
        } finally {
            for (Socket each : silent) {
                each.close();
            }
        }
    }

    @Test
    void whoseRequestIsBeingAnsweredKeepsItsPlace() throws Exception {
        CountDownLatch wait = new CountDownLatch(2);
        CountDownLatch free = new CountDownLatch(1);
        int port = start(new ScriptedRoute("/waits", () -> {
            wait.countDown();
            free.await();
            return null;
        }));

        try (Socket first = connect(port);
                Socket second = connect(port)) {
            for (Socket each : List.of(first, second)) {
                each.getOutputStream().write(get("/waits").getBytes(StandardCharsets.ISO_8859_1));
            }
            wait.await();
            try (Socket third = connect(port)) {
                assertThat(endOf(third)).isEqualTo(-1);
            }
            free.countDown();
            for (Socket each : List.of(first, second)) {
                assertThat(new String(each.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .endsWith("done");
            }
        }
    }

    /** Sends a request on a connection that stays open, and reads the body of its answer. */
    private static String askOn(Socket socket) throws IOException {
        socket.getOutputStream()
                .write("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        StringBuilder answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\nok\n") < 0) {
            int next = endOf(socket);
            assertThat(next).as("the end behind " + answer).isNotNegative();
            answer.append((char) next);
        }
        return answer.substring(answer.indexOf("ok\n"));
    }
}

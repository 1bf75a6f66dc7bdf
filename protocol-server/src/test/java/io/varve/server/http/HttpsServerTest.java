// SPDX-License-Identifier: Apache-2.0
package io.varve.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.SystemScheduler;
import io.varve.core.runtime.VirtualTime;
import io.varve.server.cluster.Endpoint;
import io.varve.server.security.ListenerSecurity;
import io.varve.server.security.SecuredListeners;
import io.varve.server.security.TestAuthority;
import io.varve.server.security.TestIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.SSLSocket;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A listener of HTTP with TLS, and peers that get it wrong. */
@Timeout(120)
class HttpsServerTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("CN=authority");
    private static final HttpConfig.PeerLimits QUICK = new HttpConfig.PeerLimits(3, 200, 400, 1_000, 300, 30_000);
    private static final long MINUTE_MS = 60_000;

    @TempDir
    Path directory;

    private final SystemScheduler scheduler = new SystemScheduler(1);
    private final VirtualTime time = new VirtualTime(Clock.system().millis());
    private final TestIdentity first = AUTHORITY.issue("CN=server");
    private final LinkedBlockingQueue<ILoggingEvent> log = new LinkedBlockingQueue<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            log.add(event);
        }
    };
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.varve.server.http");
    private Path file;
    private SecuredListeners security;
    private HttpServer server;

    @BeforeEach
    void listen() throws IOException {
        appender.start();
        logger.addAppender(appender);
        file = Files.writeString(directory.resolve("server.pem"), first.pem());
    }

    @AfterEach
    void close() {
        logger.detachAppender(appender);
        server.close();
        time.close();
        scheduler.close();
    }

    /** @param more keys and values in turn */
    private int start(HttpConfig.PeerLimits limits, String... more) {
        Map<String, String> settings =
                new HashMap<>(Map.of("ssl.keystore.type", "PEM", "ssl.keystore.location", file.toString()));
        settings.put("ssl.truststore.type", "PEM");
        settings.put("ssl.truststore.certificates", AUTHORITY.pem());
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        security = SecuredListeners.open(
                List.of(new ListenerSecurity(HttpConfig.HTTPS, SecurityProtocol.SSL, settings)), time);
        security.watch(time);
        HttpConfig config =
                new HttpConfig(List.of(new Endpoint(HttpConfig.HTTPS, "127.0.0.1", 0)), Set.of(), limits, false);
        server = HttpServer.bind(config, security, List::of, Clock.system(), scheduler);
        server.serve(List::of, List.of(new WhoAsks()));
        return server.listeners().get(0).port();
    }

    private static HttpResponse<String> get(int port, String path, TestAuthority trusted, TestIdentity own)
            throws IOException, InterruptedException {
        HttpClient client = HttpClient.newBuilder()
                .sslContext(trusted.client(own))
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        return client.send(
                HttpRequest.newBuilder(URI.create("https://localhost:" + port + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void answersByTlsAndTellsRoutesWhoShowsACertificate() throws Exception {
        int port = start(HttpConfig.PeerLimits.DEFAULT, "ssl.client.auth", "requested");

        assertThat(get(port, "/live", AUTHORITY, null).body()).isEqualTo("ok\n");
        assertThat(get(port, "/who", AUTHORITY, null).body()).isEqualTo("nobody, in private: true");
        assertThat(get(port, "/who", AUTHORITY, AUTHORITY.issue("CN=alice")).body())
                .isEqualTo("User:CN=alice, in private: true");
    }

    @Test
    void aNameThatNoRuleTakesIsRefusedByWhoAsksForIt() throws Exception {
        int port = start(
                HttpConfig.PeerLimits.DEFAULT,
                "ssl.client.auth",
                "required",
                "ssl.principal.mapping.rules",
                "RULE:^CN=a(.*)$/$1/");

        assertThat(get(port, "/who", AUTHORITY, AUTHORITY.issue("CN=alice")).body())
                .startsWith("User:lice");
        HttpResponse<String> refused = get(port, "/who", AUTHORITY, AUTHORITY.issue("CN=bob"));
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("ssl.principal.mapping.rules").doesNotContain("bob");
        assertThatThrownBy(() -> get(port, "/live", AUTHORITY, null)).isInstanceOf(IOException.class);
        awaitLine("the client gave no certificate");
    }

    @Test
    void newFilesCountForNewConnections() throws Exception {
        int port = start(HttpConfig.PeerLimits.DEFAULT);
        assertThat(serial(port)).isEqualTo(first.certificate().getSerialNumber());

        TestIdentity second = AUTHORITY.issue("CN=server");
        Files.writeString(file, second.pem() + "\n");
        time.advance(MINUTE_MS);

        assertThat(serial(port)).isEqualTo(second.certificate().getSerialNumber());
    }

    private static Object serial(int port) throws IOException {
        try (SSLSocket socket = shakeHands(port, AUTHORITY)) {
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
        }
    }

    private static SSLSocket shakeHands(int port, TestAuthority trusted) throws IOException {
        SSLSocket socket = (SSLSocket)
                trusted.client(null).getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        try {
            socket.startHandshake();
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    @Test
    void peersThatDoNotFinishTheirHandshakeAreClosedAndOthersComeIn() throws Exception {
        int port = start(QUICK);
        List<Socket> hostile = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                hostile.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            hostile.get(1).getOutputStream().write(new byte[] {22, 3, 1, 1, 0, 1}); // the begin of a handshake
            hostile.get(2).getOutputStream().write(new byte[] {22, 3, 3, 127, 127, 1}); // a record that none may be
            for (Socket each : hostile) {
                assertThat(toTheEnd(each)).doesNotContain("HTTP");
            }
        } finally {
            for (Socket each : hostile) {
                each.close();
            }
        }
        assertThat(get(port, "/live", AUTHORITY, null).body()).isEqualTo("ok\n");
    }

    @Test
    void afterTheHandshakeARequestMustArriveInTime() throws Exception {
        int port = start(QUICK);
        try (SSLSocket socket = (SSLSocket)
                AUTHORITY.client(null).getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write("GET /live HT".getBytes(StandardCharsets.ISO_8859_1));
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void whoSendsTooMuchGetsTheAnswerAndTheEnd() throws Exception {
        int port = start(HttpConfig.PeerLimits.DEFAULT);
        try (SSLSocket socket = shakeHands(port, AUTHORITY)) {
            String head = "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000000\r\n\r\n";
            socket.getOutputStream().write((head + "x".repeat(4_000_000)).getBytes(StandardCharsets.ISO_8859_1));
            assertThat(toTheEnd(socket)).startsWith("HTTP/1.1 413 ").endsWith("none is needed\n");
        }
    }

    @Test
    void whoeverSpeaksNoTlsOrTrustsAnotherIsNamedInTheLogAndServedNothing() throws Exception {
        int port = start(HttpConfig.PeerLimits.DEFAULT);
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), port)) {
            plain.getOutputStream()
                    .write("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            assertThat(toTheEnd(plain)).doesNotContain("ok");
        }
        awaitLine("listener HTTPS speaks TLS, and what arrived is not TLS; the client needs https://");
        assertThat(failedHandshakes()).isEqualTo(1);
        TestAuthority elsewhere = new TestAuthority("CN=elsewhere");
        assertThatThrownBy(() -> get(port, "/live", elsewhere, null)).isInstanceOf(IOException.class);
        // The client above may leave without a word.
        do {
            assertThatThrownBy(() -> shakeHands(port, elsewhere)).isInstanceOf(IOException.class);
        } while (failedHandshakes() == 1);
    }

    private long failedHandshakes() {
        return security.tls(HttpConfig.HTTPS).orElseThrow().failedHandshakes();
    }

    @Test
    void halfOpenHandshakesKeepNobodyOut() throws Exception {
        int port = start(new HttpConfig.PeerLimits(2, 200, 400, 1_000, 600_000, 600_000));
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                silent.add(new Socket(InetAddress.getLoopbackAddress(), port));
                silent.get(i).getOutputStream().write(new byte[] {22, 3, 1, 1, 0, 1});
            }
            assertThat(get(port, "/live", AUTHORITY, null).body()).isEqualTo("ok\n");
        } finally {
            for (Socket each : silent) {
                each.close();
            }
        }
    }

    private static String toTheEnd(Socket socket) throws IOException {
        socket.setSoTimeout(60_000);
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    private void awaitLine(String part) throws InterruptedException {
        for (ILoggingEvent event = log.take(); ; event = log.take()) {
            String line = event.getFormattedMessage();
            if (line.startsWith("closing /127.0.0.1:") && line.contains(part)) {
                return;
            }
        }
    }

    private record WhoAsks() implements HttpRoute {
        @Override
        public String path() {
            return "/who";
        }

        @Override
        public HttpAnswer answer(HttpCall call) {
            String who = call.certified().map(Object::toString).orElse("nobody");
            return HttpAnswer.text(HttpAnswer.OK, who + ", in private: " + call.isPrivate());
        }
    }
}

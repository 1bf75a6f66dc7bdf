// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.sasl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.sun.net.httpserver.HttpServer;
import io.varve.build.watch.Await;
import io.varve.server.security.SignedTokenSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who issues tokens changes its keys while clients authenticate, or cannot be asked for them. */
class KeyRotationTest {
    private static final String ALLOWED = "org.apache.kafka.sasl.oauthbearer.allowed.urls";
    private static final String HOUR_MS = "3600000";
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final SignedTokenSource OLD = SignedTokenSource.create("old");
    private static final SignedTokenSource NEW = SignedTokenSource.create("new");

    private final SaslBench bench = new SaslBench();
    private final AtomicInteger asked = new AtomicInteger();
    private HttpServer issuer;
    private final CountDownLatch silent = new CountDownLatch(1);
    private volatile boolean isSilent;
    private volatile int status = 200;
    private volatile String keys = OLD.keys();

    @BeforeEach
    void start() throws IOException {
        issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/", exchange -> {
            asked.incrementAndGet();
            if (isSilent) {
                awaitEnd();
            }
            byte[] body = keys.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            try (var out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        issuer.start();
        System.setProperty(ALLOWED, url());
    }

    private void awaitEnd() {
        try {
            silent.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void close() {
        silent.countDown();
        System.clearProperty(ALLOWED);
        issuer.stop(0);
    }

    private String url() {
        return "http://127.0.0.1:" + issuer.getAddress().getPort() + "/keys";
    }

    private SaslListeners open() {
        return open("200");
    }

    private SaslListeners open(String refreshMs) {
        return bench.open(
                Map.of(
                        "sasl.enabled.mechanisms",
                        "OAUTHBEARER",
                        "oauthbearer.sasl.server.callback.handler.class",
                        "",
                        "sasl.oauthbearer.jwks.endpoint.url",
                        url(),
                        "sasl.oauthbearer.jwks.endpoint.refresh.ms",
                        refreshMs,
                        "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms",
                        "1",
                        "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms",
                        "1",
                        "sasl.oauthbearer.expected.audience",
                        "varve"),
                "CLIENTS");
    }

    private boolean accepts(SaslListeners listeners, String token) {
        SaslAuthentication peer = listeners.begin("CLIENTS", "peer");
        bench.handshake(peer, "OAUTHBEARER", 1);
        SaslReply reply = bench.token(peer, SaslBench.bearer(token));
        return peer.isDone() && ((SaslAuthenticateResponseData) reply.answer()).errorCode() == 0;
    }

    @Test
    void aNewKeyCountsAndTheOldOneNoMoreWithoutARestart() {
        try (SaslListeners listeners = open()) {
            assertThat(accepts(listeners, OLD.valid("olive"))).isTrue();
            assertThat(accepts(listeners, NEW.valid("olive"))).isFalse();
            keys = NEW.keys();
            Await.until("the new key", () -> accepts(listeners, NEW.valid("olive")));
            assertThat(accepts(listeners, OLD.valid("olive"))).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"500 ", "200 <html>", "200 {}", "200 HUGE", "404 gone"})
    void keysThatAreThereStayWhileNoOthersCanBeHad(String answer) {
        try (SaslListeners listeners = open()) {
            keys = answer.substring(4).replace("HUGE", "x".repeat(4_000_000));
            status = Integer.parseInt(answer.substring(0, 3));
            int before = asked.get();
            Await.until("questions for keys", () -> asked.get() > before + 4);
            assertThat(accepts(listeners, OLD.valid("olive"))).isTrue();
            status = 200;
            keys = NEW.keys();
            Await.until("the new key", () -> accepts(listeners, NEW.valid("olive")));
        }
    }

    @Test
    void aStartIsRefusedWithTheListenerAndTheAddressWhenThereAreNoKeys() {
        keys = "<html>";
        assertThatThrownBy(this::open)
                .isInstanceOf(SaslSetupException.class)
                .hasMessageContainingAll("CLIENTS", "OAUTHBEARER", "sasl.oauthbearer.jwks.endpoint.url", url())
                .message()
                .doesNotContain("\n");
        issuer.stop(0);
        assertThatThrownBy(this::open)
                .isInstanceOf(SaslSetupException.class)
                .hasMessageContainingAll("CLIENTS", "sasl.oauthbearer.jwks.endpoint.url", url());
    }

    @Test
    void tokensOfUnknownKeysMakeTheServerAskForKeysOnceInAWhile() {
        try (SaslListeners listeners = open(HOUR_MS)) {
            int first = asked.get();
            int tokens = 0;
            for (long begun = System.nanoTime(); System.nanoTime() - begun < SECOND_NANOS; tokens++) {
                assertThat(accepts(listeners, unknown("unknown-" + tokens))).isFalse();
            }
            assertThat(tokens).isGreaterThan(10);
            assertThat(asked.get()).isBetween(first, first + 1);

            keys = NEW.keys();
            Await.until("the new key", () -> {
                bench.time.advance(TimeUnit.NANOSECONDS.toMillis(IssuerKeys.PAUSE_NANOS));
                accepts(listeners, unknown("later-" + bench.time.millis()));
                return accepts(listeners, NEW.valid("olive"));
            });
        }
    }

    @Test
    void keysThatAreThereCountWhileTheIssuerIsSilent() {
        try (SaslListeners listeners = open()) {
            int before = asked.get();
            isSilent = true;
            Await.until("a question", () -> asked.get() > before);
            assertThat(accepts(listeners, OLD.valid("olive"))).isTrue();
            assertThat(accepts(listeners, NEW.valid("olive"))).isFalse();
            isSilent = false;
            keys = NEW.keys();
            silent.countDown();
            Await.until("the new key", () -> accepts(listeners, NEW.valid("olive")));
        }
    }

    @Test
    void aStartDoesNotWaitForASilentIssuerForLong() {
        isSilent = true;
        Map<String, Object> settings = Map.of(
                "sasl.oauthbearer.jwks.endpoint.url",
                url(),
                "sasl.oauthbearer.jwks.endpoint.refresh.ms",
                1_000L,
                "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms",
                1L,
                "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms",
                1L);
        AppConfigurationEntry login = new AppConfigurationEntry(
                OAuthBearerLoginModule.class.getName(),
                AppConfigurationEntry.LoginModuleControlFlag.REQUIRED,
                Map.of());
        IssuerKeys issuer = new IssuerKeys(bench.time, 50);
        assertTimeoutPreemptively(
                Await.PATIENCE,
                () -> assertThatThrownBy(() -> issuer.configure(settings, "OAUTHBEARER", List.of(login)))
                        .hasRootCauseInstanceOf(SocketTimeoutException.class));
        issuer.close();
    }

    @Test
    void noKeysAreAskedForAfterTheEnd() {
        Set<Thread> before = threads();
        open().close();
        Await.until("the end of all threads", () -> before.containsAll(threads()));
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.isDaemon())
                .collect(Collectors.toSet());
    }

    private static String unknown(String key) {
        String header = "{\"alg\":\"RS256\",\"kid\":\"" + key + "\"}";
        String valid = OLD.valid("olive");
        return Base64.getUrlEncoder().withoutPadding().encodeToString(header.getBytes(StandardCharsets.UTF_8))
                + valid.substring(valid.indexOf('.'));
    }
}

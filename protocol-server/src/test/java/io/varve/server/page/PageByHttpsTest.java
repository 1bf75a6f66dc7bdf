// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.server.VarveServer;
import io.varve.server.cluster.Endpoint;
import io.varve.server.config.ServerConfig;
import io.varve.server.security.TestAuthority;
import io.varve.server.security.TestIdentity;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page by HTTPS, where passwords and certificates may come from elsewhere, beside HTTP. */
@Timeout(120)
class PageByHttpsTest {
    private static final TestAuthority AUTHORITY = new TestAuthority("CN=authority");
    private static final String JAAS =
            "org.apache.kafka.common.security.plain.PlainLoginModule required " + "user_admin=\"admin-secret\";";
    private static final String STORE_PASSWORD = "store-secret";

    @TempDir
    private static Path home;

    private static VarveServer server;

    @BeforeAll
    static void start() {
        Path keys = AUTHORITY.issue("CN=server").store(home.resolve("server.p12"), "PKCS12", STORE_PASSWORD, null);
        Map<String, String> settings = new HashMap<>(Map.of(
                "storage.backend", "memory",
                "listeners", "SASL_PLAINTEXT://127.0.0.1:0",
                "sasl.enabled.mechanisms", "PLAIN",
                "listener.name.sasl_plaintext.plain.sasl.jaas.config", JAAS,
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users", "User:admin;User:CN=operator",
                "http.listeners", "http://127.0.0.1:0,https://127.0.0.1:0",
                "listener.name.https.ssl.keystore.type", "PKCS12",
                "listener.name.https.ssl.keystore.location", keys.toString(),
                "listener.name.https.ssl.keystore.password", STORE_PASSWORD));
        settings.put("listener.name.https.ssl.client.auth", "requested");
        settings.put("listener.name.https.ssl.truststore.type", "PEM");
        settings.put("listener.name.https.ssl.truststore.certificates", AUTHORITY.pem());
        server = VarveServer.start(
                ServerConfig.of(settings, home), Clock.system(), new SystemScheduler(2), Ids.random());
        server.createTopic("orders", 1, Map.of()).join();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Endpoint listener(String name) {
        return server.httpEndpoints().stream()
                .filter(each -> each.listener().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Asks as a proxy does that forwards what came over a network. */
    private static HttpResponse<String> fromElsewhere(String listener, String path, String login, TestIdentity own)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(
                        listener.toLowerCase() + "://" + listener(listener).address() + path))
                .header("X-Forwarded-For", "192.0.2.1");
        if (login != null) {
            request.header(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)));
        }
        HttpClient client =
                HttpClient.newBuilder().sslContext(AUTHORITY.client(own)).build();
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void aPasswordFromElsewhereIsTakenByHttpsOnly() throws Exception {
        HttpResponse<String> plain = fromElsewhere("HTTP", "/api/topics", "admin:admin-secret", null);
        assertThat(plain.statusCode()).isEqualTo(403);
        assertThat(plain.body()).contains("https").doesNotContain("orders");

        assertThat(fromElsewhere("HTTPS", "/api/topics", "admin:admin-secret", null)
                        .body())
                .contains("orders");
        assertThat(fromElsewhere("HTTPS", "/api/topics", "admin:wrong", null).statusCode())
                .isEqualTo(401);
        assertThat(fromElsewhere("HTTPS", "/api/topics", null, null).statusCode())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/api/topics", "/api/messages?topic=orders", "/api/settings", "/metrics"})
    void aCertificateIsEnough(String path) throws Exception {
        assertThat(fromElsewhere("HTTPS", path, null, AUTHORITY.issue("CN=operator"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aCertificateOfSomebodyElseShowsWhatTheirAclsAllow() throws Exception {
        TestIdentity mallory = AUTHORITY.issue("CN=mallory");
        assertThat(fromElsewhere("HTTPS", "/api/topics", null, mallory).body()).doesNotContain("orders");
        assertThat(fromElsewhere("HTTPS", "/metrics", null, mallory).statusCode())
                .isEqualTo(403);
        assertThat(fromElsewhere("HTTPS", "/api/server", null, mallory).body()).contains("\"user\":\"CN=mallory\"");
    }

    @Test
    void theCertificateIsInTheMetricsAndNoSecretIsShown() throws Exception {
        assertThat(fromElsewhere("HTTPS", "/metrics", "admin:admin-secret", null)
                        .body())
                .contains("varve_certificate_end_timestamp_seconds{listener=\"HTTPS\"}");
        assertThat(fromElsewhere("HTTPS", "/api/settings", "admin:admin-secret", null)
                        .body())
                .contains("http.listeners")
                .doesNotContain(STORE_PASSWORD)
                .doesNotContain("admin-secret");
    }
}

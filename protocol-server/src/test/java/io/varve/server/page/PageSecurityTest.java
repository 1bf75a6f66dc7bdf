// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.server.VarveServer;
import io.varve.server.config.ServerConfig;
import io.varve.server.logging.LogTap;
import io.varve.server.security.sasl.SaslConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page of a server whose clients authenticate, and which has an authorizer. */
class PageSecurityTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String JAAS = "org.apache.kafka.common.security.plain.PlainLoginModule required ";

    @TempDir
    private static Path home;

    private static final int GUESSES = 20;
    private static final LogTap GUESSED = LogTap.on(PasswordCallers.class);

    private static VarveServer server;

    @BeforeAll
    static void start() throws Exception {
        ServerConfig config = ServerConfig.of(
                Map.of(
                        "storage.backend", "memory",
                        "listeners", "SASL_PLAINTEXT://127.0.0.1:0",
                        "sasl.enabled.mechanisms", "PLAIN,SCRAM-SHA-256",
                        "listener.name.sasl_plaintext.plain.sasl.jaas.config",
                                JAAS + "user_admin=\"admin-secret\" user_alice=\"alice-secret\";",
                        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                        "super.users", "User:admin",
                        "http.listeners", "http://127.0.0.1:0"),
                home);
        server = VarveServer.start(config, Clock.system(), new SystemScheduler(2), Ids.random());
        server.createTopic("orders", 1, Map.of()).join();
        server.createTopic("secrets", 1, Map.of()).join();
        Map<String, Object> client = Map.of(
                "bootstrap.servers",
                server.endpoints().get(0).address(),
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                JAAS + "username=\"admin\" password=\"admin-secret\";");
        try (Admin admin = Admin.create(client);
                KafkaProducer<String, String> producer =
                        new KafkaProducer<>(client, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>("orders", "a record")).get();
            admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                            "bob", new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096), "bob-secret")))
                    .all()
                    .get();
            admin.createAcls(List.of(allow("alice", AclOperation.READ), allow("bob", AclOperation.DESCRIBE)))
                    .all()
                    .get();
        }
    }

    private static AclBinding allow(String user, AclOperation operation) {
        return new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, "orders", PatternType.LITERAL),
                new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW));
    }

    @AfterAll
    static void stop() {
        server.close();
        GUESSED.close();
    }

    private static HttpResponse<String> get(String path, String login) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                URI.create("http://" + server.httpEndpoints().get(0).address() + path));
        if (login != null) {
            request.header(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)));
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/api/server", "/api/topics", "/api/messages?topic=orders", "/api/groups", "/api/problems"})
    void nobodySeesAnythingWithoutAPassword(String path) throws Exception {
        HttpResponse<String> refused = get(path, null);

        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("www-authenticate").orElseThrow())
                .startsWith("Basic realm=");
        assertThat(refused.body()).doesNotContain("orders");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "alice:wrong",
                "nobody:alice-secret",
                "alice:",
                ":alice-secret",
                "alice",
                "a\0b:c",
                "bob:alice-secret"
            })
    void aWrongPasswordIsRefused(String login) throws Exception {
        assertThat(get("/api/topics", login).statusCode()).isEqualTo(401);
    }

    @Test
    void metricsAreForThoseWhoMayDescribeTheCluster() throws Exception {
        assertThat(get("/metrics", null).statusCode()).isEqualTo(401);
        assertThat(get("/metrics", "alice:alice-secret").statusCode()).isEqualTo(403);
        assertThat(get("/metrics", "alice:alice-secret").body())
                .contains("http.metrics.open=true")
                .doesNotContain("orders");
        assertThat(get("/metrics", "admin:admin-secret").body()).contains("topic=\"orders\"");
    }

    @Test
    void guessesAreLoggedNowAndThenWithoutWhatWasGuessed() throws Exception {
        long begun = System.nanoTime();
        for (int i = 0; i < GUESSES; i++) {
            assertThat(get("/api/topics", "alice:guess-" + i).statusCode()).isEqualTo(401);
        }
        Duration took = Duration.ofNanos(System.nanoTime() - begun);

        assertThat(took.toMillis())
                .isGreaterThanOrEqualTo(GUESSES * SaslConfig.AuthenticationLimits.DEFAULT.failureDelayMs());
        assertThat(GUESSED.lines())
                .isNotEmpty() // the first guess of all tests is always logged
                .hasSizeLessThan(GUESSES)
                .allMatch(line -> line.contains("/127.0.0.1:"))
                .noneMatch(line -> line.contains("guess-") || line.contains("alice"));
    }

    @Test
    void orchestratorsNeedNoPassword() throws Exception {
        assertThat(get("/live", null).statusCode()).isEqualTo(200);
        assertThat(get("/ready", null).statusCode()).isEqualTo(200);
    }

    @Test
    void everybodySeesWhatTheirAclsAllow() throws Exception {
        assertThat(get("/", "alice:alice-secret").statusCode()).isEqualTo(200);
        assertThat(get("/api/topics", "alice:alice-secret").body())
                .contains("orders")
                .doesNotContain("secrets");
        assertThat(get("/api/messages?topic=orders", "alice:alice-secret").body())
                .contains("a record");
        assertThat(get("/api/messages?topic=secrets", "alice:alice-secret").statusCode())
                .isEqualTo(403);
        assertThat(get("/api/problems", "alice:alice-secret").statusCode()).isEqualTo(403);
        assertThat(get("/api/settings", "alice:alice-secret").statusCode()).isEqualTo(403);
        assertThat(get("/api/topics", "admin:admin-secret").body()).contains("orders", "secrets");
        assertThat(get("/api/settings", "admin:admin-secret").statusCode()).isEqualTo(200);
    }

    @Test
    void whoMayNotReadSeesATopicAndNoRecords() throws Exception {
        assertThat(get("/api/topics", "bob:bob-secret").body())
                .contains("orders")
                .doesNotContain("secrets");
        assertThat(get("/api/messages?topic=orders&from=0:0", "bob:bob-secret").statusCode())
                .isEqualTo(403);
    }

    /** An open page asks for these again and again. */
    @Test
    void whatThePageAsksByItselfIsNoDenialInTheLog() throws Exception {
        try (LogTap denials = LogTap.on("kafka.authorizer.logger").from(Level.INFO)) {
            assertThat(get("/api/server", "alice:alice-secret").body()).contains("\"directories\":[]");
            assertThat(get("/api/topics", "alice:alice-secret").body())
                    .contains("orders")
                    .doesNotContain("\"bytes\"");
            assertThat(get("/api/groups", "alice:alice-secret").statusCode()).isEqualTo(200);
            assertThat(denials.lines()).isEmpty();

            assertThat(get("/api/messages?topic=secrets", "alice:alice-secret").statusCode())
                    .isEqualTo(403);
            assertThat(denials.lines()).singleElement().asString().contains("secrets");
        }
        assertThat(get("/api/topics", "admin:admin-secret").body()).contains("\"bytes\"");
    }

    @Test
    void noSecretIsShown() throws Exception {
        assertThat(get("/api/settings", "admin:admin-secret").body()).doesNotContain("-secret");
    }
}

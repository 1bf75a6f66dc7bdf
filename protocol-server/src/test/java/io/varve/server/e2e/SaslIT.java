// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.build.watch.Await;
import io.varve.server.net.RawClient;
import io.varve.server.security.SignedTokenSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.SaslAuthenticateResponse;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Has clients authenticate by every mechanism, on a server with a listener for that beside an open one. */
@OnlyOnFiles(because = "who a client is, is settled before its requests are read")
class SaslIT {
    private static final String PYTHON = "protocol-server/src/test/python/";

    @TempDir
    static Path directory;

    private static SaslServer server;

    @BeforeAll
    static void start() throws Exception {
        server = SaslServer.start(directory);
        server.addScram("bob", "b-secret");
    }

    @AfterAll
    static void stop() {
        // Whatever peers sent, it stops cleanly, and no secret is in its log.
        String log = server.stop();
        assertThat(log)
                .doesNotContain("a-secret")
                .doesNotContain("b-secret")
                .doesNotContain("eyJ")
                .doesNotContain("ERROR")
                .doesNotContain("Exception");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"})
    void javaClients(String mechanism) throws Exception {
        List<String> sent = List.of("one", "two", "three");
        assertThat(server.roundTrip("java-" + mechanism, server.client(mechanism), sent))
                .isEqualTo(sent);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"})
    void javaClientsOverTls(String mechanism) throws Exception {
        List<String> sent = List.of("one", "two", "three");
        assertThat(server.roundTrip("tls-" + mechanism, server.secured(server.client(mechanism)), sent))
                .isEqualTo(sent);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"})
    void javaClientsWithAWrongPassword(String mechanism) {
        assertFails(server.client(mechanism, "bob", "guess"));
        assertFails(server.secured(server.client(mechanism, "bob", "guess")));
        assertFails(server.client(mechanism, "nobody", "guess"));
    }

    @Test
    void tokensThatNobodySignedAreRefused() {
        assertFails(server.clientWithUnsignedToken());
        assertFails(server.clientWithToken(server.tokens().expired("olive")));
        assertFails(server.clientWithToken(server.tokens().forAudience("olive", "others")));
        assertFails(server.clientWithToken(SignedTokenSource.create().valid("olive")));
    }

    private static void assertFails(Map<String, Object> settings) {
        try (Admin admin = Admin.create(settings)) {
            assertThatThrownBy(() -> admin.describeCluster().nodes().get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(SaslAuthenticationException.class);
        }
    }

    @Test
    void usersOfScramCountFromTheirCreationToTheirDeletion() throws Exception {
        Map<String, Object> settings = server.client("SCRAM-SHA-256", "dave", "d-secret");
        assertFails(settings);
        server.configs("--alter --add-config SCRAM-SHA-256=[iterations=8192,password=d-secret] --entity-type users"
                + " --entity-name dave");
        try (Admin admin = Admin.create(settings)) {
            assertThat(admin.describeCluster().nodes().get()).hasSize(1);
        }
        server.addScram("dave", "changed");
        assertFails(settings);
        settings = server.client("SCRAM-SHA-256", "dave", "changed");
        try (Admin admin = Admin.create(settings)) {
            assertThat(admin.describeCluster().nodes().get()).hasSize(1);
        }
        server.configs("--alter --delete-config SCRAM-SHA-256 --entity-type users --entity-name dave");
        assertFails(settings);
    }

    /** Side by side, for it is all waiting. */
    @Test
    void javaClientsAuthenticateAgainBeforeTheirTimeIsOver() {
        Map<String, KafkaProducer<String, String>> producers = new HashMap<>();
        try {
            for (String mechanism : List.of("PLAIN", "SCRAM-SHA-512", "OAUTHBEARER")) {
                Map<String, Object> settings = new HashMap<>(server.client(mechanism));
                settings.put("bootstrap.servers", "127.0.0.1:" + server.briefPort());
                settings.put("retries", 0);
                producers.put(mechanism, new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer()));
            }
            Await.until("two times of each mechanism", () -> {
                producers.values().forEach(SaslIT::send);
                return producers.values().stream().allMatch(producer -> again(producer) >= 2);
            });
        } finally {
            producers.values().forEach(KafkaProducer::close);
        }
    }

    private static void send(KafkaProducer<String, String> producer) {
        try {
            producer.send(new ProducerRecord<>("again", "value")).get();
        } catch (ExecutionException | InterruptedException e) {
            throw new AssertionError("it was disconnected", e);
        }
    }

    private static double again(KafkaProducer<String, String> producer) {
        return producer.metrics().entrySet().stream()
                .filter(metric -> metric.getKey().name().equals("successful-reauthentication-total"))
                .mapToDouble(metric -> (Double) metric.getValue().metricValue())
                .sum();
    }

    @Test
    void whoDoesNotAuthenticateAgainIsDisconnected() throws Exception {
        try (RawClient client = new RawClient(server.briefPort())) {
            client.send(RawClient.frame(
                    ApiKeys.SASL_HANDSHAKE, (short) 1, 1, new SaslHandshakeRequestData().setMechanism("PLAIN")));
            client.receive();
            byte[] token = "\0alice\0a-secret".getBytes(StandardCharsets.UTF_8);
            client.send(RawClient.frame(
                    ApiKeys.SASL_AUTHENTICATE, (short) 1, 2, new SaslAuthenticateRequestData().setAuthBytes(token)));
            SaslAuthenticateResponse answer =
                    (SaslAuthenticateResponse) client.receive(ApiKeys.SASL_AUTHENTICATE, (short) 1);
            assertThat(answer.sessionLifetimeMs()).isEqualTo(SaslServer.BRIEF_MS);
            long known = System.nanoTime();
            byte[] metadata = RawClient.frame(ApiKeys.METADATA, (short) 1, 3, new MetadataRequestData());
            assertThatThrownBy(() -> {
                        while (true) {
                            client.send(metadata).receive();
                        }
                    })
                    .isInstanceOf(IOException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - known)).isGreaterThan(Duration.ofMillis(1_000));
        }
    }

    @Test
    void kafkaPython2() {
        python(RequiredClients.systemPython("kafka"), "kafka_python_sasl.py");
    }

    @Test
    void kafkaPython3() {
        python(RequiredClients.clientsPython("kafka"), "kafka_python_sasl.py");
    }

    @Test
    void confluentKafka() {
        python(RequiredClients.clientsPython("confluent_kafka"), "confluent_sasl.py");
    }

    private static void python(String python, String script) {
        String run = Long.toString(System.nanoTime(), 36);
        String token = server.tokens().valid("olive");
        String authority = server.authority().toString();
        String program = PYTHON + script;
        String open = server.address();
        try (ChildProcess plain = ChildProcess.start(python, program, run, token, open);
                ChildProcess tls = ChildProcess.start(python, program, run, token, server.secureAddress(), authority)) {
            for (ChildProcess client : List.of(plain, tls)) {
                assertThat(client.succeed()).contains("passed: PLAIN SCRAM-SHA-256 SCRAM-SHA-512 OAUTHBEARER");
            }
        }
    }

    /**
     * With and without the exchange that brokers before 1.0 had, in which tokens have no headers. Not by
     * SCRAM: before 2.6.1, librdkafka's last message lacks a part of the nonce, and Kafka refuses it since
     * CVE-2024-56128.
     */
    @ParameterizedTest
    @ValueSource(strings = {"", " -X api.version.request=false -X broker.version.fallback=0.10.0"})
    void kcat(String era) {
        String kcat = RequiredClients.command("kcat") + " -b " + server.address() + era
                + " -X security.protocol=SASL_PLAINTEXT -X sasl.mechanisms=PLAIN -X sasl.username=alice"
                + " -X sasl.password=";
        String overTls = kcat.replace(server.address(), server.secureAddress())
                        .replace("SASL_PLAINTEXT", "SASL_SSL -X ssl.ca.location=" + server.authority())
                + "a-secret -L -m 30";
        // It tries for all of its five seconds.
        try (ChildProcess wrong = ChildProcess.start("bash", "-c", kcat + "guess -L -m 5")) {
            try (ChildProcess listing = ChildProcess.start("bash", "-c", overTls)) {
                assertThat(listing.succeed()).contains("broker 1 at " + server.secureAddress());
            }
            String topic = "kcat-" + era.length();
            try (ChildProcess producer = ChildProcess.start("bash", "-c", kcat + "a-secret -P -t " + topic)) {
                producer.feed("hello\n").succeed();
            }
            try (ChildProcess consumer =
                    ChildProcess.start("bash", "-c", kcat + "a-secret -C -t " + topic + " -o beginning -e -q -c 1")) {
                assertThat(consumer.succeed()).isEqualTo("hello\n");
            }
            assertThat(wrong.exitWithin(Await.PATIENCE)).isNotZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.10.2.2", "0.11.0.3", "1.1.1", "2.0.1"})
    void oldJavaClients(String release) throws Exception {
        // From 2.0 to 3.9.0 they ask for Subject.getSubject, which newer JDKs refuse them (KAFKA-17078).
        Assumptions.assumeFalse(
                release.equals("2.0.1") && Runtime.version().feature() >= 23,
                "Java's clients of " + release + " cannot authenticate on this JDK");
        List<String> sent = List.of("one", "two");
        Map<String, String> settings = Map.of(
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                SaslServer.jaas("PLAIN", "alice", "a-secret"));
        try (OldJavaClient old = new OldJavaClient(release, server.address(), settings)) {
            old.produce("old-" + release, "none", sent);
            assertThat(old.consume("old-" + release, "old-" + release, 2)).isEqualTo(sent);
        }
    }
}

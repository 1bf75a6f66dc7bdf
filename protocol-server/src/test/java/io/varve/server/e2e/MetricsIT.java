// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.build.ports.FreePort;
import io.varve.build.watch.Await;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Asks a server for its metrics, as Prometheus does, after clients have used it. */
class MetricsIT {
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\S+) ");
    private static final Pattern DOCUMENTED = Pattern.compile("(?m)^\\| `(varve_\\S+)`");

    @Test
    void whatClientsDoIsMeasured(@TempDir Path directory) throws Exception {
        int port = FreePort.take();
        try (Server server = Server.start(directory, "http.listeners=http://127.0.0.1:" + port);
                Admin connected = Admin.create(Map.of("bootstrap.servers", server.bootstrap()))) {
            String idle = scrape(port);
            assertThat(value(idle, "varve_connections{software=\"unknown\",version=\"unknown\"}"))
                    .isZero();
            assertThat(value(idle, "varve_groups{state=\"Stable\",type=\"classic\"}"))
                    .isZero();
            use(server.bootstrap());
            share(server.bootstrap());
            connected.describeCluster().nodes().get(60, TimeUnit.SECONDS);
            String text = scrape(port);
            assertThat(value(text, "varve_topic_received_records_total{topic=\"measured\"}"))
                    .isEqualTo(100);
            assertThat(value(text, "varve_topic_received_bytes_total{topic=\"measured\"}"))
                    .isGreaterThan(1_000);
            assertThat(value(text, "varve_topic_sent_bytes_total{topic=\"measured\"}"))
                    .isGreaterThan(1_000);
            assertThat(value(text, "varve_topic_sent_bytes_total{topic=\"shared\"}"))
                    .isGreaterThan(100);
            assertThat(value(text, "varve_groups{state=\"Empty\",type=\"share\"}"))
                    .isEqualTo(1);
            assertThat(value(text, "varve_groups{state=\"Empty\",type=\"consumer\"}"))
                    .isZero();
            assertThat(value(text, "varve_group_lag_records{group=\"readers\",topic=\"measured\"}"))
                    .isEqualTo(60);
            assertThat(value(text, "varve_topic_uncommitted_records{topic=\"measured\"}"))
                    .isZero();
            assertThat(value(text, "varve_topic_bytes{place=\"local\",topic=\"measured\"}"))
                    .isGreaterThan(1_000);
            assertThat(value(text, "varve_request_seconds_count{api=\"Produce\"}"))
                    .isPositive();
            assertThat(value(text, "varve_response_errors_total{api=\"CreateTopics\",error=\"TOPIC_ALREADY_EXISTS\"}"))
                    .isEqualTo(1);
            assertThat(value(text, "varve_commit_seconds_count")).isPositive();
            assertThat(value(text, "varve_partitions_refusing_writes")).isZero();
            assertThat(value(text, "varve_disk_free_bytes{directory=")).isPositive();
            assertThat(value(text, "varve_process_open_files")).isPositive();
            assertThat(text).contains("varve_build{backend=").contains("software=\"apache-kafka-java\"");
            assertThat(names(TYPE, text)).isSubsetOf(documented());
        }
    }

    private static void use(String address) throws Exception {
        Map<String, Object> common = Map.of("bootstrap.servers", address);
        try (Admin admin = Admin.create(common)) {
            NewTopic topic = new NewTopic("measured", 2, (short) 1);
            admin.createTopics(List.of(topic)).all().get(60, TimeUnit.SECONDS);
            assertThat(admin.createTopics(List.of(topic)).all()).failsWithin(Duration.ofSeconds(60));
        }
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(common, new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < 100; i++) {
                producer.send(new ProducerRecord<>("measured", 0, "key", "a value of some length"));
            }
        }
        Map<String, Object> reading = Map.of(
                "bootstrap.servers",
                address,
                "group.id",
                "readers",
                "max.poll.records",
                40,
                "auto.offset.reset",
                "earliest",
                "enable.auto.commit",
                false);
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(reading, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("measured"));
            int[] polled = new int[1];
            Await.until("records", () -> {
                polled[0] = consumer.poll(Duration.ofMillis(100)).count();
                return polled[0] > 0;
            });
            assertThat(polled[0]).isEqualTo(40);
            consumer.commitSync();
        }
    }

    private static void share(String address) throws Exception {
        ShareConsumers.createTopic(address, "shared", 1);
        ShareConsumers.configure(address, "sharers");
        ShareConsumers.produce(address, "shared", 0, 10);
        try (KafkaShareConsumer<String, String> consumer = ShareConsumers.consumer(address, "sharers", "shared")) {
            assertThat(ShareConsumers.poll(consumer, 10)).hasSize(10);
        }
    }

    /** Each of whom an operator sees only by these counts and the log. */
    @Test
    void whoIsRefusedOrHeldBackIsCounted(@TempDir Path directory) throws Exception {
        int port = FreePort.take();
        SaslServer sasl = SaslServer.start(
                directory,
                "http.listeners=http://127.0.0.1:" + port,
                "http.metrics.open=true",
                "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "super.users=User:ANONYMOUS");
        assertFails(sasl.client("PLAIN", "alice", "guess"), SaslAuthenticationException.class);
        assertFails(sasl.client("PLAIN"), TopicAuthorizationException.class);
        assertThat(page(port, "alice", "guess").statusCode()).isEqualTo(401);
        ThrottledCall throttled = new ThrottledCall(sasl.server(), "measured");
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", sasl.server().bootstrap()))) {
            admin.createTopics(List.of(new NewTopic("measured", 1, (short) 1)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
            ThrottledCall.set(admin, "producer_byte_rate", 10_000.0);
        }
        double seconds = throttled.produce(150_000).throttleMs() / 1_000.0;
        assertThat(seconds).isPositive();

        String text = scrape(port);
        String failed = "varve_authentications_failed_total{listener=\"";
        assertThat(value(text, failed + "CLIENTS\",mechanism=\"PLAIN\"}")).isPositive();
        assertThat(value(text, failed + "CLIENTS\",mechanism=\"none\"}")).isZero();
        assertThat(value(text, failed + "SECURE\",mechanism=\"PLAIN\"}")).isZero();
        assertThat(value(text, failed + "http\",mechanism=\"basic\"}")).isEqualTo(1);
        assertThat(value(text, "varve_denials_total")).isEqualTo(1);
        assertThat(value(text, "varve_throttled_seconds_total")).isEqualTo(seconds);
        assertThat(sasl.stop()).doesNotContain("ERROR");
    }

    private static void assertFails(Map<String, Object> client, Class<? extends Exception> how) {
        try (Admin admin = Admin.create(client)) {
            assertThatThrownBy(() -> admin.createTopics(List.of(new NewTopic("denied", 1, (short) 1)))
                            .all()
                            .get())
                    .hasCauseInstanceOf(how);
        }
    }

    private static HttpResponse<String> page(int port, String user, String password) throws Exception {
        String login = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        return ask(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/topics"))
                .header("Authorization", "Basic " + login)
                .build());
    }

    private static HttpResponse<String> ask(HttpRequest request) throws Exception {
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static String scrape(int port) throws Exception {
        HttpResponse<String> answer = ask(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                .build());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        return answer.body();
    }

    private static double value(String text, String series) {
        return text.lines()
                .filter(line -> line.startsWith(series))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + series + " in\n" + text));
    }

    private static Set<String> documented() throws Exception {
        return names(DOCUMENTED, Files.readString(Path.of("").toAbsolutePath().resolve("../docs/metrics.md")));
    }

    private static Set<String> names(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(found -> found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.server.VarveServer;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class PageApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path home;

    private static PageServer page;
    private static VarveServer server;

    @BeforeAll
    static void start() {
        page = PageServer.start(home, Map.of("num.partitions", "2"));
        server = page.server();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpResponse<String> response(String path) throws IOException, InterruptedException {
        return page.response(path);
    }

    private static JsonNode get(String path) throws IOException, InterruptedException {
        return page.get(path);
    }

    private static Map<String, Object> client(Map<String, String> more) {
        return page.client(more);
    }

    private static KafkaProducer<byte[], byte[]> producer(Map<String, String> more) {
        return page.producer(more);
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static void send(String topic, int partition, long timestamp, String key, byte[]... values) {
        try (KafkaProducer<byte[], byte[]> producer =
                producer(Map.of("compression.type", "zstd", "linger.ms", "1000", "client.id", "sender"))) {
            for (byte[] value : values) {
                ProducerRecord<byte[], byte[]> record =
                        new ProducerRecord<>(topic, partition, timestamp, bytes(key), value);
                record.headers().add("kind", bytes("test")).add("none", null);
                producer.send(record);
            }
        }
    }

    private static void create(String topic) {
        server.createTopic(topic, 2, Map.of()).join();
    }

    private static List<String> values(JsonNode messages) {
        List<String> values = new ArrayList<>();
        messages.path("records")
                .forEach(record -> values.add(record.path("value").path("text").asText()));
        return values;
    }

    @Test
    void topicsHaveSizesAndOneHasPartitionsAndSettingsWithSources() throws Exception {
        server.createTopic("sized", 2, Map.of("retention.ms", "60000")).join();
        send("sized", 1, 0, "k", bytes("one"), bytes("two"));

        JsonNode listed = null;
        for (JsonNode topic : get("/api/topics").path("topics")) {
            listed = topic.path("name").asText().equals("sized") ? topic : listed;
        }
        assertThat(listed.path("partitions").asInt()).isEqualTo(2);
        assertThat(listed.path("records").asLong()).isEqualTo(2);
        assertThat(listed.path("end").asLong()).isEqualTo(2);
        assertThat(listed.path("bytes").asLong()).isPositive();
        assertThat(listed.path("internal").asBoolean()).isFalse();

        JsonNode one = get("/api/topic?topic=sized");
        assertThat(one.path("partitions").path(1).path("end").asLong()).isEqualTo(2);
        assertThat(one.path("partitions").path(0).path("end").asLong()).isZero();
        JsonNode retention = setting(one.path("settings"), "retention.ms");
        assertThat(retention.path("value").asText()).isEqualTo("60000");
        assertThat(retention.path("source").asText()).isEqualTo("topic");
    }

    private static JsonNode setting(JsonNode settings, String name) {
        for (JsonNode each : settings) {
            if (each.path("name").asText().equals(name)) {
                return each;
            }
        }
        throw new AssertionError("no setting " + name + " in " + settings);
    }

    @Test
    void recordsAreShownByOffsetTimeKeyAndContent() throws Exception {
        create("browsed");
        send("browsed", 0, 1_000, "a", bytes("first"), bytes("second"));
        send("browsed", 0, 2_000, "b", bytes("third"));
        send("browsed", 1, 3_000, "b", bytes("other partition"));

        assertThat(values(get("/api/messages?topic=browsed&partition=0&limit=2")))
                .containsExactly("second", "third");
        assertThat(values(get("/api/messages?topic=browsed"))).contains("first", "third", "other partition");
        assertThat(values(get("/api/messages?topic=browsed&partition=0&time=2000")))
                .containsExactly("third");
        assertThat(values(get("/api/messages?topic=browsed&key=b"))).containsExactly("third", "other partition");
        assertThat(values(get("/api/messages?topic=browsed&contains=econ"))).containsExactly("second");

        JsonNode page = get("/api/messages?topic=browsed&from=0:0&partition=0&limit=1");
        assertThat(values(page)).containsExactly("first");
        assertThat(page.path("partitions").path(0).path("next").asLong()).isEqualTo(1);
        assertThat(page.path("partitions").path(0).path("end").asLong()).isEqualTo(3);
        JsonNode record = page.path("records").path(0);
        assertThat(record.path("timestamp").asLong()).isEqualTo(1_000);
        assertThat(record.path("key").path("text").asText()).isEqualTo("a");
        assertThat(record.path("headers").path(0).path("value").path("text").asText())
                .isEqualTo("test");
        assertThat(record.path("headers").path(1).path("value").isNull()).isTrue();
    }

    @Test
    void whatIsNoTextIsShownInBase64AndLongValuesAreCut() throws Exception {
        create("odd");
        byte[] large = bytes("ä".repeat(100_000));
        send("odd", 0, 0, null, new byte[] {0, 1, (byte) 0xff}, large, null);

        JsonNode records = get("/api/messages?topic=odd&partition=0").path("records");
        assertThat(records.path(0).path("value").path("base64").asText()).isEqualTo("AAH/");
        assertThat(records.path(0).path("key").isNull()).isTrue();
        assertThat(records.path(1).path("value").path("cut").asBoolean()).isTrue();
        assertThat(records.path(1).path("value").path("size").asInt()).isEqualTo(large.length);
        assertThat(records.path(1).path("value").path("text").asText()).isEqualTo("ä".repeat(RecordText.MAX_BYTES / 2));
        assertThat(records.path(2).path("value").isNull()).isTrue();
    }

    @Test
    void anAnswerHoldsNoMoreThanItsLimitOfBytes() throws Exception {
        create("heavy");
        byte[][] values = new byte[200][];
        Arrays.fill(values, bytes("v".repeat(60_000)));
        send("heavy", 0, 0, "k", values);

        JsonNode page = get("/api/messages?topic=heavy&partition=0&from=0:0&limit=500");
        assertThat(page.path("over").asBoolean()).isTrue();
        assertThat(page.path("records").size()).isBetween(50, 100);
        assertThat(page.path("partitions").path(0).path("next").asLong())
                .isEqualTo(page.path("records").size());
    }

    @ParameterizedTest
    @CsvSource({"classic", "consumer"})
    void groupsHaveTheirLagByPartition(String protocol) throws Exception {
        String topic = "read-by-" + protocol;
        String group = "readers-" + protocol;
        create(topic);
        send(topic, 0, 0, "k", bytes("one"), bytes("two"), bytes("three"));
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                client(Map.of(
                        "group.id",
                        group,
                        "group.protocol",
                        protocol,
                        "auto.offset.reset",
                        "earliest",
                        "enable.auto.commit",
                        "false")),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(topic));
            List<ConsumerRecord<byte[], byte[]>> read = new ArrayList<>();
            while (read.size() < 3) {
                consumer.poll(Duration.ofMillis(200)).forEach(read::add);
            }
            consumer.commitSync(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(1)));

            JsonNode shown = get("/api/group?group=" + group);
            assertThat(shown.path("lag").asLong()).isEqualTo(2);
            assertThat(shown.path("members").path(0).path("partitions").asInt()).isEqualTo(2);
            JsonNode first = shown.path("partitions").path(0);
            assertThat(first.path("topic").asText()).isEqualTo(topic);
            assertThat(first.path("offset").asLong()).isEqualTo(1);
            assertThat(first.path("end").asLong()).isEqualTo(3);
            assertThat(first.path("lag").asLong()).isEqualTo(2);
            assertThat(first.path("member").asText())
                    .isEqualTo(shown.path("members").path(0).path("id").asText());
        }
        List<String> listed = new ArrayList<>();
        get("/api/groups")
                .path("groups")
                .forEach(each -> listed.add(
                        each.path("id").asText() + " " + each.path("lag").asText()));
        assertThat(listed).contains(group + " 2");
    }

    @Test
    void groupsAreToldWhatWasDeletedBeforeTheyReadIt() throws Exception {
        create("fleeting");
        send("fleeting", 0, 0, "k", bytes("one"), bytes("two"), bytes("three"));
        TopicPartition partition = new TopicPartition("fleeting", 0);
        try (Admin admin = Admin.create(client(Map.of()))) {
            admin.alterConsumerGroupOffsets("slow", Map.of(partition, new OffsetAndMetadata(0)))
                    .all()
                    .get();
            assertThat(get("/api/group?group=slow").path("gone").asLong()).isZero();
            admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(2)))
                    .all()
                    .get();
        }
        JsonNode shown = get("/api/group?group=slow");
        assertThat(shown.path("lag").asLong()).isEqualTo(3);
        assertThat(shown.path("gone").asLong()).isEqualTo(2);
        assertThat(shown.path("partitions").path(0).path("gone").asLong()).isEqualTo(2);
    }

    @Test
    void segmentsSayWhyTheyAreStillThere() throws Exception {
        server.createTopic("explained", 1, Map.of("retention.ms", "60000", "varve.hold.audit", "0:0-1"))
                .join();
        send("explained", 0, System.currentTimeMillis(), "k", bytes("kept"));

        JsonNode shown = get("/api/segments?topic=explained&partition=0");
        assertThat(shown.path("segments").path(0).path("obstacles").toString()).contains("hold", "audit");
        assertThat(shown.path("head").toString()).contains("because");
        assertThat(shown.path("rows").path(0).toString()).contains("hold audit");
        assertThat(shown.path("summary").toString()).contains("hold audit pins offsets");
    }

    @Test
    void clientsSettingsAndProblemsAreShown() throws Exception {
        create("in-use");
        try (KafkaProducer<byte[], byte[]> producer = producer(Map.of("client.id", "shown-client"))) {
            producer.send(new ProducerRecord<>("in-use", bytes("x"))).get();
            JsonNode clients = get("/api/clients").path("clients");
            assertThat(clients.toString()).contains("\"shown-client\"", "apache-kafka-java", "\"refusedByKafka4\":[]");
        }

        JsonNode partitions = setting(get("/api/settings").path("settings"), "num.partitions");
        assertThat(partitions.path("value").asText()).isEqualTo("2");
        assertThat(partitions.path("source").asText()).isEqualTo("static broker");

        LoggerFactory.getLogger("io.varve.test.Something").warn("this went {}", "wrong");
        JsonNode newest = get("/api/problems").path("problems").path(0);
        assertThat(newest.path("level").asText()).isEqualTo("WARN");
        assertThat(newest.path("logger").asText()).isEqualTo("Something");
        assertThat(newest.path("message").asText()).isEqualTo("this went wrong");
    }

    @Test
    void theServerTellsWhatItIsAndThatItIsReady() throws Exception {
        JsonNode shown = get("/api/server");

        assertThat(shown.path("storage").asText()).isEqualTo("file");
        assertThat(shown.path("cluster").asText()).hasSize(22);
        assertThat(shown.path("user").asText()).isEqualTo("ANONYMOUS");
        assertThat(shown.path("notReady").isEmpty()).isTrue();
        assertThat(response("/ready").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/topic?topic=absent, 404",
        "/api/topic?topic=no/name, 400",
        "/api/topic, 400",
        "/api/messages?topic=absent, 404",
        "/api/messages?topic=used&limit=0, 400",
        "/api/messages?topic=used&from=x, 400",
        "/api/messages?topic=used&partition=7, 404",
        "/api/group?group=absent, 404",
        "/api/segments?topic=used&partition=9, 404",
    })
    void whatIsWrongIsSaidInJson(String path, int status) throws Exception {
        server.createTopic("used", 2, Map.of()).exceptionally(exists -> null).join();

        HttpResponse<String> response = response(path);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(JSON.readTree(response.body()).path("error").asText()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/, text/html",
        "/page.css, text/css",
        "/icon.svg, image/svg+xml",
        "/main.js, text/javascript",
    })
    void thePageIsServedAndNamesNoOtherHost(String path, String type) throws Exception {
        HttpResponse<String> response = response(path);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type").orElseThrow()).startsWith(type);
        assertThat(response.body().replace("http://www.w3.org/2000/svg", "")).doesNotContain("http:", "https:");
    }

    @Test
    void aTopicIsNotCreatedByLookingAtIt() throws Exception {
        assertThat(response("/api/messages?topic=" + URLEncoder.encode("looked-at", StandardCharsets.UTF_8))
                        .statusCode())
                .isEqualTo(404);
        assertThat(get("/api/topics").toString()).doesNotContain("looked-at");
    }
}

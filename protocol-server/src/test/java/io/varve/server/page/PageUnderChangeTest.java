// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.varve.build.browser.BrowserTab;
import io.varve.build.browser.Chromium;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.server.VarveServer;
import io.varve.server.config.ServerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser, while what it shows changes, goes away, or is much. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageUnderChangeTest {
    private static final String AWAY = "!document.getElementById('trouble').hidden";
    private static final String ROWS = "document.querySelectorAll('tbody tr').length";
    private static final int MANY = 450;

    @TempDir
    private static Path files;

    private Chromium browser;
    private VarveServer server;
    private BrowserTab tab;

    @BeforeAll
    void start() throws Exception {
        Optional<Path> command = Chromium.command();
        assumeTrue(command.isPresent() || System.getenv("CI") != null, "there is no Chromium on the PATH");
        server = server("127.0.0.1:0");
        browser = Chromium.start(command.orElseThrow(), Files.createDirectory(files.resolve("profile")));
    }

    private VarveServer server(String http) {
        return VarveServer.start(
                ServerConfig.of(
                        Map.of(
                                "storage.backend",
                                "file",
                                "log.dirs",
                                files.resolve("data").toString(),
                                "listeners",
                                "PLAINTEXT://127.0.0.1:0",
                                "http.listeners",
                                "http://" + http),
                        files),
                Clock.system(),
                new SystemScheduler(2),
                Ids.random());
    }

    @AfterAll
    void stop() throws IOException {
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            server.close();
        }
    }

    /** Browsers tell of answers that are refusals, and of a server that is away, by themselves. */
    @AfterEach
    void nothingElseWentWrong() {
        tab.errors().removeIf(error -> error.contains("Failed to load resource"));
        assertThat(tab.errors()).isEmpty();
    }

    private void open(String part) {
        tab = browser.open(1200, 800);
        tab.load("http://" + server.httpEndpoints().get(0).address() + "/" + part);
    }

    private static String says(String text) {
        return "document.getElementById('main').innerText.includes('" + text + "')";
    }

    private Map<String, Object> client(String... more) {
        Stream<String> settings = Stream.concat(
                Stream.of("bootstrap.servers", server.endpoints().get(0).address()), Stream.of(more));
        List<String> all = settings.toList();
        Map<String, Object> map = new HashMap<>();
        for (int i = 0; i < all.size(); i += 2) {
            map.put(all.get(i), all.get(i + 1));
        }
        return map;
    }

    @Test
    void saysThatTheServerIsAwayKeepsWhatItShowedAndComesBackWithIt() {
        server.createTopic("lasting", 1, Map.of()).join();
        for (String part : List.of("", "#/tier", "#/topic/lasting")) {
            open(part);
            tab.await(says(
                    part.equals("#/tier") ? "has no tier" : part.isEmpty() ? "lasting" : "There are no records here"));
            String before = tab.text("main h1");
            String http = server.httpEndpoints().get(0).address();
            server.close();
            tab.await(AWAY);
            assertThat(tab.text("main h1")).isEqualTo(before);
            assertThat(tab.text("#trouble")).contains("does not answer");

            server = server(http);
            tab.await("document.getElementById('trouble').hidden");
            tab.await("document.getElementById('about').innerText.includes('"
                    + server.endpoints().get(0).address() + "')");
        }
        tab.await(says("There are no records here"));
    }

    @Test
    void aTopicThatIsDeletedWhileItIsShownIsSaidToBeGone() throws Exception {
        for (String part : List.of("partitions", "segments", "settings", "messages")) {
            server.createTopic("doomed", 2, Map.of()).join();
            open("#/topic/doomed/" + part);
            tab.await(part.equals("messages") ? says("There are no records here") : "document.querySelector('.tabs')");
            assertThat(tab.evaluate("document.title").asText())
                    .isEqualTo("doomed: " + part.substring(0, 1).toUpperCase() + part.substring(1) + " · Varve");
            try (Admin admin = Admin.create(client())) {
                admin.deleteTopics(List.of("doomed")).all().get();
            }
            tab.await(says("does not host this topic-partition"));
        }
    }

    @Test
    void ofManyPartitionsTheFirstAreShownAndMoreWhenAsked() {
        server.createTopic("many", MANY, Map.of()).join();
        open("#/topic/many/partitions");
        tab.await(ROWS + " === 200");
        assertThat(tab.text("main")).contains("200 of 450 are shown");

        tab.evaluate("document.querySelector('.more button').click()");
        tab.await(ROWS + " === 400");
        tab.evaluate("document.querySelector('.more button').click()");
        tab.await(ROWS + " === " + MANY);
        assertThat(tab.evaluate("document.querySelector('.more').hidden").asBoolean())
                .isTrue();
    }

    @Test
    void recordsOfAllKindsAreShownAsWhatTheyAre() throws Exception {
        server.createTopic("mixed", 1, Map.of()).join();
        byte[] key = "k".getBytes(StandardCharsets.UTF_8);
        RecordHeaders headers = new RecordHeaders();
        headers.add("trace", key).add("bytes", new byte[] {0, (byte) 0xff}).add("none", null);
        try (KafkaProducer<byte[], byte[]> producer = producer("gzip", "all-kinds")) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("mixed", 0, 5L, new byte[] {1, (byte) 0xfe}, null, headers));
            producer.send(new ProducerRecord<>(
                    "mixed", 0, 4L, key, "x".repeat(200_000).getBytes(StandardCharsets.UTF_8)));
            producer.commitTransaction();
        }
        open("#/topic/mixed");
        tab.await(says("transaction: commit"));
        // The marker has come last, whatever the time that producers give.
        assertThat(tab.evaluate("[...document.querySelectorAll('td.offset')].map(each => each.innerText.trim()).join()")
                        .asText())
                .isEqualTo("2,1,0");
        tab.evaluate("[...document.querySelectorAll('td.offset button')].reverse().forEach(each => each.click())");
        tab.await("document.querySelectorAll('tr.detail').length === 3");
        assertThat(tab.text("main"))
                .contains(
                        "2 B: 01 fe",
                        "2 B: 00 ff",
                        "none",
                        "in a transaction",
                        "of which the first 64.0 KiB are shown");
    }

    private KafkaProducer<byte[], byte[]> producer(String compression, String transactions) {
        return new KafkaProducer<>(
                client("compression.type", compression, "transactional.id", transactions),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }
}

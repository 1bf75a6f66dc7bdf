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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page as a person sees it, in a real browser. */
class PageInBrowserTest {
    private static final String HOSTILE = "<img src=x onerror=\"window.harmed=1\"><script>window.harmed=1</script>";

    /** Names of the parts, in the header and the tabs, that are not wholly to be seen. */
    private static final String CUT_OFF = """
            [...document.querySelectorAll('header nav a, .tabs a')].filter(each => {
              const own = each.getBoundingClientRect();
              const around = each.parentElement.getBoundingClientRect();
              return own.left < around.left || own.right > around.right || own.bottom > around.bottom + 1;
            }).map(each => each.innerText).join()""";

    /** On how many lines the names of the parts in the header, or those in the tabs, are. */
    private static final String LINES = """
            Math.max(...['header nav a', '.tabs a'].map(each =>
              new Set([...document.querySelectorAll(each)].map(name => name.offsetTop)).size))""";

    @TempDir
    private static Path files;

    private static Chromium browser;
    private static VarveServer server;

    private BrowserTab tab;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> command = Chromium.command();
        assumeTrue(command.isPresent() || System.getenv("CI") != null, "there is no Chromium on the PATH");
        server = VarveServer.start(
                ServerConfig.of(
                        Map.of(
                                "storage.backend", "file",
                                "listeners", "PLAINTEXT://127.0.0.1:0",
                                "http.listeners", "http://127.0.0.1:0"),
                        files),
                Clock.system(),
                new SystemScheduler(2),
                Ids.random());
        fill();
        browser = Chromium.start(command.orElseThrow(), Files.createDirectory(files.resolve("profile")));
    }

    private static void fill() throws Exception {
        server.createTopic("orders", 2, Map.of("varve.hold.audit", "0:0-1")).join();
        server.createTopic("hostile", 1, Map.of()).join();
        server.createTopic("empty", 1, Map.of()).join();
        String address = server.endpoints().get(0).address();
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", address), new StringSerializer(), new StringSerializer())) {
            for (int i = 0; i < 3; i++) {
                producer.send(new ProducerRecord<>(
                                "orders", 0, "key-" + i, "{\"order\":" + i + ",\"big\":12345678901234567890}"))
                        .get();
            }
            ProducerRecord<String, String> record = new ProducerRecord<>("hostile", HOSTILE, HOSTILE);
            record.headers().add(HOSTILE, HOSTILE.getBytes(StandardCharsets.UTF_8));
            producer.send(record).get();
        }
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", address, "group.id", "readers"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.commitSync(Map.of(new TopicPartition("orders", 0), new OffsetAndMetadata(1)));
        }
    }

    @AfterAll
    static void stop() throws IOException {
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private static String home() {
        return "http://" + server.httpEndpoints().get(0).address() + "/";
    }

    private void open(String part) {
        open(part, 1200, 800);
    }

    private void open(String part, int width, int height) {
        tab = browser.open(width, height);
        tab.load(home() + part);
    }

    @AfterEach
    void nothingWentWrongAndNobodyElseWasAsked() {
        assertThat(tab.errors()).isEmpty();
        assertThat(tab.requests()).isNotEmpty().allMatch(each -> each.startsWith(home()) || each.equals("about:blank"));
    }

    private static String says(String text) {
        return "document.getElementById('main').innerText.includes('" + text + "')";
    }

    @Test
    void aTopicIsFoundAndItsRecordsAreRead() {
        open("");
        tab.await(says("orders"));
        assertThat(tab.text(".cards")).contains("Ready");
        tab.evaluate("document.querySelector('input[type=search]').focus()");
        tab.send("Input.insertText", BrowserTab.object().put("text", "orde"));
        tab.await("!" + says("hostile"));

        tab.evaluate("[...document.querySelectorAll('td.name a')].find(each => each.innerText === 'orders').click()");
        tab.await(says("key-2"));
        assertThat(tab.text("h1")).isEqualTo("orders");
        assertThat(tab.evaluate("document.querySelectorAll('tbody tr').length").asInt())
                .isEqualTo(3);

        tab.evaluate("document.querySelector('td.offset button').click()");
        tab.await("document.querySelector('tr.detail pre')");
        assertThat(tab.evaluate("[...document.querySelectorAll('tr.detail pre')].at(-1).textContent")
                        .asText())
                .isEqualTo("{\n  \"order\": 2,\n  \"big\": 12345678901234567890\n}");
    }

    @Test
    void hostileRecordsAreText() {
        open("#/topic/hostile");
        tab.await(says("<script>"));
        tab.evaluate("document.querySelector('td.offset button').click()");
        tab.await("document.querySelector('tr.detail pre')");

        assertThat(tab.text("main")).contains(HOSTILE);
        assertThat(tab.evaluate("document.querySelectorAll('main img, main script').length")
                        .asInt())
                .isZero();
        assertThat(tab.evaluate("String(window.harmed)").asText()).isEqualTo("undefined");
    }

    @ParameterizedTest
    @CsvSource({
        "#/topic/orders/segments, hold audit",
        "#/topic/orders/partitions, First offset",
        "#/topic/orders/settings, varve.hold.audit",
        "#/topic/empty, There are no records here",
        "#/topic/absent, does not host this topic-partition",
        "#/groups, readers",
        "#/group/readers, nobody",
        "#/clients, Nobody is connected",
        "#/tier, This server has no tier",
        "#/settings, log.dirs",
        "#/log, Nothing went wrong",
        "#/nowhere, no such part",
    })
    void eachPartShowsWhatItIsFor(String part, String text) {
        open(part);
        try {
            tab.await(says(text));
        } finally {
            // That something is not there is told by the browser too.
            tab.errors().removeIf(error -> part.contains("absent") && error.contains("404"));
        }
    }

    @ParameterizedTest
    @CsvSource({"light", "dark"})
    void aPhoneShowsEverythingWithoutScrollingSideways(String scheme) {
        open("", 360, 740);
        tab.prefer(scheme);
        for (String part :
                List.of("", "topic/orders", "topic/orders/segments", "groups", "group/readers", "settings")) {
            tab.evaluate("location.hash = '#/" + part + "'");
            tab.await("document.querySelector('tbody tr')");
            assertThat(tab.evaluate("document.documentElement.scrollWidth").asInt())
                    .as(part)
                    .isLessThanOrEqualTo(360);
            assertThat(tab.text("main")).as(part).doesNotContain("<code>", "classic, consumer");
            assertThat(tab.evaluate(CUT_OFF).asText()).as(part).isEmpty();
            assertThat(tab.evaluate(LINES).asInt()).as(part).isEqualTo(1);
        }
    }

    @Test
    void theKeyboardLeadsThroughThePage() {
        open("");
        tab.await(says("orders"));

        tab.press("Tab");
        assertThat(tab.evaluate("document.activeElement.className").asText()).isEqualTo("skip");
        tab.press("Tab");
        tab.press("Tab");
        tab.press("Tab");
        assertThat(tab.evaluate("document.activeElement.innerText").asText()).isEqualTo("Groups");
        tab.press("Enter");
        tab.await(says("readers"));
        assertThat(tab.evaluate("document.activeElement.id").asText()).isEqualTo("main");
        assertThat(tab.evaluate("document.querySelector('header nav [aria-current]').innerText")
                        .asText())
                .isEqualTo("Groups");
    }

    @Test
    void whatCanBeTypedIntoHasALabel() {
        open("#/topic/orders");
        tab.await(says("key-2"));

        assertThat(tab.evaluate(
                                "[...document.querySelectorAll('input, select')].filter(each => !each.labels.length).length")
                        .asInt())
                .isZero();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.varve.build.browser.BrowserTab;
import io.varve.build.browser.Chromium;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server with more topics than the page shows at once: it is sent what it shows, and finds the others. */
class PageOfManyTopicsTest {
    private static final int TOPICS = 450;
    private static final int SHOWN = 200;
    private static final int MAX_BYTES_OF_A_TOPIC = 120;

    @TempDir
    private static Path home;

    private static PageServer page;

    @BeforeAll
    static void start() throws Exception {
        page = PageServer.start(home, Map.of());
        CompletableFuture.allOf(IntStream.range(0, TOPICS)
                        .mapToObj(i -> page.server().createTopic("stream-%03d".formatted(i), 1 + i / 449, Map.of()))
                        .toArray(CompletableFuture[]::new))
                .join();
        try (KafkaProducer<byte[], byte[]> producer = page.producer(Map.of())) {
            for (int topic : List.of(301, 301, 301, 17)) {
                producer.send(new ProducerRecord<>("stream-%03d".formatted(topic), 0, null, new byte[10 * topic]))
                        .get();
            }
        }
    }

    @AfterAll
    static void stop() {
        page.close();
    }

    private static List<String> names(JsonNode answer) {
        List<String> names = new ArrayList<>();
        answer.path("topics").forEach(topic -> names.add(topic.path("name").asText()));
        return names;
    }

    @Test
    void anAnswerHasWhatIsShownAndTheSumOfAll() throws Exception {
        JsonNode answer = page.get("/api/topics");

        assertThat(names(answer)).hasSize(SHOWN).startsWith("stream-000", "stream-001");
        assertThat(answer.toString().length()).isLessThan(SHOWN * MAX_BYTES_OF_A_TOPIC);
        assertThat(answer.path("found").asInt()).isEqualTo(TOPICS);
        assertThat(answer.path("total").path("topics").asInt()).isEqualTo(TOPICS);
        assertThat(answer.path("total").path("partitions").asInt()).isEqualTo(TOPICS + 1);
        assertThat(answer.path("total").path("records").asInt()).isEqualTo(4);
        assertThat(page.get("/api/names").path("names")).hasSize(TOPICS);
    }

    @ParameterizedTest
    @CsvSource({
        "sort=records&descending=1, stream-301 stream-017",
        "sort=bytes&descending=1, stream-301 stream-017",
        "sort=partitions&descending=1, stream-449 stream-000",
        "sort=name&descending=1, stream-449 stream-448",
        "sort=rate, stream-000 stream-001",
        "find=REAM-44, stream-440 stream-441",
        "find=9&sort=name&descending=1, stream-449 stream-439",
    })
    void theServerFindsAndSorts(String query, String first) throws Exception {
        JsonNode answer = page.get("/api/topics?limit=2&" + query);

        assertThat(names(answer)).containsExactly(first.split(" "));
    }

    @ParameterizedTest
    @CsvSource({"sort=size", "descending=yes", "limit=0", "limit=10001", "internal=2"})
    void whatIsNoOrderIsRefused(String query) throws Exception {
        assertThat(page.response("/api/topics?" + query).statusCode()).isEqualTo(400);
    }

    @Test
    void aReaderReachesThemAll() throws Exception {
        Optional<Path> command = Chromium.command();
        assumeTrue(command.isPresent() || System.getenv("CI") != null, "there is no Chromium on the PATH");
        try (Chromium browser = Chromium.start(command.orElseThrow(), Files.createDirectory(home.resolve("profile")))) {
            BrowserTab tab = browser.open(1200, 800);
            tab.load(page.address());
            tab.await(rows(SHOWN));
            assertThat(tab.text(".more")).contains("200 of 450 are shown");
            tab.evaluate("document.querySelector('.more button').click()");
            tab.await(rows(2 * SHOWN));

            tab.evaluate(
                    "[...document.querySelectorAll('th button')].find(each => each.innerText === 'Records').click()");
            tab.await("document.querySelector('tbody tr').innerText.includes('stream-301')");
            tab.evaluate("document.querySelector('input[type=search]').focus()");
            tab.send("Input.insertText", BrowserTab.object().put("text", "-44"));
            tab.await(rows(10));
            assertThat(tab.errors()).isEmpty();
        }
    }

    private static String rows(int count) {
        return "document.querySelectorAll('tbody tr').length === " + count;
    }
}

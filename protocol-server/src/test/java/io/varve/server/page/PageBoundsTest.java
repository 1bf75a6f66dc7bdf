// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the page refuses, and what it leaves out of large records. */
class PageBoundsTest {
    @TempDir
    private static Path home;

    private static PageServer page;

    @BeforeAll
    static void start() {
        page = PageServer.start(home, Map.of("storage.backend", "memory"));
    }

    @AfterAll
    static void stop() {
        page.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Writes one record with headers, and shows it. */
    private static JsonNode shown(String topic, List<Header> headers) throws Exception {
        page.server().createTopic(topic, 1, Map.of()).join();
        try (KafkaProducer<byte[], byte[]> producer =
                page.producer(Map.of("compression.type", "gzip", "max.request.size", "67108864"))) {
            producer.send(new ProducerRecord<>(topic, 0, null, null, bytes("v"), headers))
                    .get();
        }
        HttpResponse<String> response = page.response("/api/messages?topic=" + topic);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body().length()).isLessThan(6 * 1024 * 1024);
        return new ObjectMapper().readTree(response.body()).path("records").path(0);
    }

    @Test
    void aSmallBatchOfMillionsOfHeadersShowsTheFirstHundred() throws Exception {
        JsonNode record = shown("headed", Collections.nCopies(4_000_000, new RecordHeader("", (byte[]) null)));

        assertThat(record.path("headers").size()).isEqualTo(100);
        assertThat(record.path("headerCount").asInt()).isEqualTo(4_000_000);
        assertThat(record.path("cut").asBoolean()).isTrue();
    }

    @Test
    void headersCountAgainstTheLimitOfBytesAndTheirNamesAreCut() throws Exception {
        List<Header> headers = new ArrayList<>(List.of(new RecordHeader("n".repeat(10_000), bytes("of a long name"))));
        headers.addAll(Collections.nCopies(90, new RecordHeader("large", bytes("h".repeat(100_000)))));
        JsonNode record = shown("wide", headers);

        JsonNode first = record.path("headers").path(0);
        assertThat(first.path("name").asText()).isEqualTo("n".repeat(1_024));
        assertThat(first.path("cut").asBoolean()).isTrue();
        assertThat(record.path("headers").path(1).has("cut")).isFalse();
        assertThat(record.path("headers").size()).isBetween(60, 70);
        assertThat(record.path("cut").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/healthz", "/ready/", "/live/", "/api/nonsense", "/api/", "/index.html"})
    void nothingIsServedByAnUnknownPath(String path) throws Exception {
        assertThat(page.response(path).statusCode()).isEqualTo(404);
    }

    @Test
    void anotherSiteMayLeadToThePageAndNotAskForItsContent() throws Exception {
        for (String site : List.of("cross-site", "same-site")) {
            assertThat(page.response("/", "Sec-Fetch-Site", site).statusCode()).isEqualTo(200);
            assertThat(page.response("/api/topics", "Sec-Fetch-Site", site).statusCode())
                    .isEqualTo(403);
        }
        assertThat(page.response("/api/topics", "Sec-Fetch-Site", "same-origin").statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Forwarded", "X-Forwarded-For", "Via"})
    void whatAProxyForwardsIsNotWithinTheMachine(String header) throws Exception {
        page.server()
                .createTopic("proxied", 1, Map.of())
                .exceptionally(exists -> null)
                .join();

        assertThat(page.response("/api/messages?topic=proxied").statusCode()).isEqualTo(200);
        assertThat(page.response("/api/messages?topic=proxied", header, "1.1 proxy")
                        .statusCode())
                .isEqualTo(403);
    }
}

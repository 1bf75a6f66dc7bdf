// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page says of records by how their transactions ended. */
class PageTransactionsTest {
    @TempDir
    private static Path home;

    private static PageServer page;

    @BeforeAll
    static void start() {
        page = PageServer.start(home, Map.of());
    }

    @AfterAll
    static void stop() {
        page.close();
    }

    private static void create(String topic) {
        page.server().createTopic(topic, 1, Map.of()).join();
    }

    private static KafkaProducer<byte[], byte[]> beginning(String id) {
        KafkaProducer<byte[], byte[]> producer = page.producer(Map.of("transactional.id", id));
        producer.initTransactions();
        producer.beginTransaction();
        return producer;
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String topic, String value) throws Exception {
        producer.send(new ProducerRecord<>(topic, value.getBytes(StandardCharsets.UTF_8)))
                .get();
    }

    /** @return of each record its value and how its transaction ended, or which marker it is */
    private static List<String> shown(String query) throws Exception {
        List<String> shown = new ArrayList<>();
        for (JsonNode each : page.get("/api/messages?topic=" + query).path("records")) {
            shown.add(
                    each.has("marker")
                            ? each.path("marker").asText()
                            : each.path("value").path("text").asText() + " "
                                    + each.path("transaction").asText("alone"));
        }
        return shown;
    }

    /** Markers are written after the producer has its answer. */
    private static List<String> awaited(String query, int records) throws Exception {
        List<String> shown = shown(query);
        while (shown.size() < records) {
            shown = shown(query);
        }
        return shown;
    }

    @Test
    void eachRecordSaysHowItsTransactionEnded() throws Exception {
        create("ended");
        try (KafkaProducer<byte[], byte[]> plain = page.producer(Map.of());
                KafkaProducer<byte[], byte[]> first = beginning("ended-1");
                KafkaProducer<byte[], byte[]> second = beginning("ended-2")) {
            send(first, "ended", "lost");
            send(second, "ended", "kept");
            send(plain, "ended", "plain");
            send(first, "ended", "lost too");
            first.abortTransaction();
            awaited("ended", 5);
            first.beginTransaction();
            send(first, "ended", "second try");
            first.commitTransaction();
            awaited("ended", 7);
            second.commitTransaction();
        }

        assertThat(awaited("ended&from=0:0", 8))
                .containsExactly(
                        "lost aborted",
                        "kept committed",
                        "plain alone",
                        "lost too aborted",
                        "abort",
                        "second try committed",
                        "commit",
                        "commit");
        assertThat(shown("ended&from=0:3&limit=1")).containsExactly("lost too aborted");
        assertThat(shown("ended&from=0:5&limit=1")).containsExactly("second try committed");
        assertThat(shown("ended&contains=lost")).containsExactly("lost aborted", "lost too aborted");
    }

    @Test
    void fromTheLastStableOffsetOnNothingIsDecided() throws Exception {
        create("undecided");
        try (KafkaProducer<byte[], byte[]> earlier = beginning("undecided-1");
                KafkaProducer<byte[], byte[]> open = beginning("undecided-2");
                KafkaProducer<byte[], byte[]> later = beginning("undecided-3")) {
            send(earlier, "undecided", "done");
            earlier.commitTransaction();
            awaited("undecided", 2);
            send(open, "undecided", "running");
            send(later, "undecided", "behind it");
            later.abortTransaction();

            assertThat(awaited("undecided&from=0:0", 5))
                    .containsExactly("done committed", "commit", "running open", "behind it open", "abort");
            open.commitTransaction();
            assertThat(awaited("undecided&from=0:0", 6))
                    .containsExactly(
                            "done committed", "commit", "running committed", "behind it aborted", "abort", "commit");
        }
    }
}

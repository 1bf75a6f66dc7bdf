// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Reads topics that live mostly in a bucket, with the clients people have, while they are written to. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TieringIT {
    private static final int MANY = 8_000;

    @TempDir
    static Path directory;

    private TestBucket bucket;
    private Server server;

    @BeforeAll
    void start() {
        bucket = TestBucket.in(directory);
        server = Server.start(directory, bucket.settings());
    }

    @AfterAll
    void stop() {
        server.stop();
        assertThat(server.running().out() + server.running().err()).doesNotContain("ERROR");
        server.close();
        bucket.close();
    }

    @Test
    void clientsReadFromTheFirstOffsetOnWhileTheTopicIsWrittenTo() throws Exception {
        TieredTopic topic = TieredTopic.create(server, "read", Map.of());
        topic.write(server, MANY);
        topic.awaitGoneBelow(server, MANY / 2);
        AtomicBoolean ended = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread writer = new Thread(() -> {
            try {
                while (!ended.get()) {
                    topic.write(server, 100);
                }
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        writer.start();
        try {
            topic.assertReads(server, 0, MANY);
            assertReads(RequiredClients.clientsPython("kafka"), "read_all.py");
            assertReads(RequiredClients.clientsPython("confluent_kafka"), "confluent_read_all.py");
            assertReads(
                    "%1$d %1$d",
                    ChildProcess.start(
                            RequiredClients.command("kcat"),
                            "-b",
                            server.bootstrap(),
                            "-C",
                            "-q",
                            "-t",
                            "read",
                            "-o",
                            "beginning",
                            "-c",
                            Integer.toString(MANY),
                            "-f",
                            "%o %k\\n"));
        } finally {
            ended.set(true);
            writer.join();
        }
        assertThat(failure.get()).isNull();
        long local = topic.localStart(server);
        for (long time : List.of(0L, 17L, local / 2, local - 1, local, local + 1, (long) MANY - 1)) {
            long found = find(topic, OffsetSpec.forTimestamp(time)).offset();
            assertThat(found).isEqualTo(time < topic.end() ? time : -1);
        }
        assertThat(topic.localStart(server)).isGreaterThanOrEqualTo(MANY / 2);
        topic.assertReads(server, 0, topic.end());
    }

    private void assertReads(String python, String script) {
        assertReads(
                "read-0@%1$06d %1$d",
                ChildProcess.start(python, "protocol-server/src/test/python/" + script, server.bootstrap(), "read"));
    }

    private static void assertReads(String format, ChildProcess client) {
        assertThat(client.exitWithin(java.time.Duration.ofSeconds(90)))
                .as(client.err())
                .isZero();
        List<String> lines = client.out().lines().toList();
        assertThat(lines).hasSizeGreaterThanOrEqualTo(MANY);
        for (int i = 0; i < lines.size(); i++) {
            assertThat(lines.get(i)).isEqualTo(format.formatted(i));
        }
    }

    @Test
    void timesAndCommittedRecordsAreFoundAcrossTheBorder() throws Exception {
        TieredTopic topic = TieredTopic.create(server, "committed", Map.of());
        Set<Long> expected = new TreeSet<>();
        try (Producer<String, String> producer =
                JavaClientsIT.producer(server, Map.of("transactional.id", "tiering"))) {
            producer.initTransactions();
            long next = 0;
            for (int transaction = 0; transaction < 20; transaction++) {
                boolean commits = transaction % 3 != 1;
                producer.beginTransaction();
                for (int i = 0; i < 400; i++) {
                    producer.send(topic.record(next));
                    if (commits) {
                        expected.add(next);
                    }
                    next++;
                }
                producer.flush(); // an abort drops what was not sent
                if (commits) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
                next++; // the marker
            }
            topic.awaitGoneBelow(server, next / 2);
            assertThat(topic.committed(server, next)).isEqualTo(expected);
            // The first marker is at 400, and as young as this test.
            for (long time : List.of(0L, 17L, 399L, 400L, next)) {
                assertThat(find(topic, OffsetSpec.forTimestamp(time)).offset()).isEqualTo(Math.min(time, 400));
            }
            assertThat(find(topic, OffsetSpec.forTimestamp(Long.MAX_VALUE)).offset())
                    .isEqualTo(-1);
        }
    }

    @Test
    void recordsInTheBucketAreDeletedAndSoAreTopics() throws Exception {
        TieredTopic topic = TieredTopic.create(server, "deleted", Map.of());
        topic.write(server, MANY);
        topic.awaitGoneBelow(server, MANY / 2);
        try (Admin admin = JavaClientsIT.admin(server)) {
            admin.deleteRecords(Map.of(topic.partition(), RecordsToDelete.beforeOffset(1_234)))
                    .all()
                    .get();
            assertThat(find(topic, OffsetSpec.earliest()).offset()).isEqualTo(1_234);
            topic.assertReads(server, 1_234, MANY);
            long local = topic.localStart(server);
            admin.deleteRecords(Map.of(topic.partition(), RecordsToDelete.beforeOffset(MANY - 10)))
                    .all()
                    .get();
            assertThat(topic.localStart(server)).isGreaterThanOrEqualTo(local);
            topic.assertReads(server, MANY - 10, MANY);
            admin.deleteTopics(List.of("deleted")).all().get();
        }
        TieredTopic again = TieredTopic.create(server, "deleted", Map.of());
        again.write(server, 10);
        again.assertReads(server, 0, 10);
    }

    private ListOffsetsResultInfo find(TieredTopic topic, OffsetSpec spec) throws Exception {
        try (Admin admin = JavaClientsIT.admin(server)) {
            return admin.listOffsets(Map.of(topic.partition(), spec))
                    .partitionResult(topic.partition())
                    .get();
        }
    }
}

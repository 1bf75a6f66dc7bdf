// SPDX-License-Identifier: Apache-2.0
package io.varve.server.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import io.varve.build.watch.Await;
import io.varve.server.coordinator.CoordinatorLogLoader;
import io.varve.server.logging.LogTap;
import io.varve.server.metadata.log.MetadataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damages the server's internal topics while the server is stopped. */
class DamagedLogsTest {
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
    private static final long LAST = 0x0123456789ABCDEFL;
    /** How long an answer is waited for that does not come. */
    private static final Duration SOON = Duration.ofMillis(800);

    private static final Duration PATIENCE = Await.PATIENCE;

    @RegisterExtension
    private final LogTap said = LogTap.on(CoordinatorLogLoader.class);

    @TempDir
    Path home;

    @ParameterizedTest
    @ValueSource(strings = {"file", "lmdb"})
    void toldNoGroupAnOffsetItDidNotCommit(String backend) {
        try (ServerInProcess server = new ServerInProcess(home, backend, 1, "offsets.topic.num.partitions=1")) {
            server.start().createTopic("orders", 1);
            commit(server, "other", 7);
            commit(server, "g", 3);
            commit(server, "g", LAST);
            server.stop();
            assertThat(DirectoryDamage.flip(server.directories, bytes(LAST), 7)).isPositive();

            server.start();
            assertThatThrownBy(() -> committed(server, "g", SOON)).isInstanceOf(TimeoutException.class);
            String line = error();
            assertThat(line)
                    .contains("__consumer_offsets-0 in " + server.directories.get(0))
                    .contains("damaged at offset");
            server.stop();

            // As the line says: the damaged commit is passed over, and everything else is there.
            server.start("log.loss.accepted=" + accepting(line));
            assertThat(committed(server, "other")).isEqualTo(7);
            assertThat(committed(server, "g")).isEqualTo(3);
            commit(server, "g", 4);
            assertThat(committed(server, "g")).isEqualTo(4);
            server.stop();

            // Until it is cleaned away, the damage lies between sound commits.
            server.start("log.loss.accepted=" + accepting(line));
            assertThat(committed(server, "g")).isEqualTo(4);
        }
    }

    /** A log that ends too early is as wrong as a damaged one: no batch of it says so. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void servesNoGroupWhoseCommitsAreLostWithTheirFile(boolean deleted) throws IOException {
        try (ServerInProcess server = new ServerInProcess(home, "file", 1, "offsets.topic.num.partitions=1")) {
            server.start().createTopic("orders", 1);
            commit(server, "g", 3);
            server.stop();
            Path log = server.directories.get(0).resolve("__consumer_offsets-0/00000000000000000000.log");
            if (deleted) {
                Files.delete(log);
            } else {
                Files.write(log, new byte[0]);
            }

            server.start();
            assertThatThrownBy(() -> committed(server, "g", SOON)).isInstanceOf(TimeoutException.class);
            assertThat(error())
                    .contains("__consumer_offsets-0 in " + server.directories.get(0))
                    .matches("(?s).*damaged at offset [0-9]+: the events .* are gone.*");
            server.stop();

            server.start("log.loss.accepted=" + accepting(error()));
            commit(server, "g", 4);
            assertThat(committed(server, "g")).isEqualTo(4);
            server.stop();

            // What was appended since is no part of the loss.
            server.start();
            assertThat(committed(server, "g")).isEqualTo(4);
        }
    }

    /** The storage goes on with what is left: only the coordinator knows that its log began earlier. */
    @Test
    void servesNoGroupWhoseOldestCommitsAreLostWithTheirFile() throws IOException {
        try (ServerInProcess server = new ServerInProcess(
                home,
                "file",
                1,
                "offsets.topic.num.partitions=1",
                "offsets.topic.segment.bytes=" + (1 << 20),
                "offset.metadata.max.bytes=" + (1 << 20),
                "log.cleaner.enable=false")) {
            server.start().createTopic("orders", 1);
            commit(server, "oldest", 3);
            commitUpTo(server, "g", 50);
            server.stop();
            Path partition = server.directories.get(0).resolve("__consumer_offsets-0");
            for (Path file : DirectoryDamage.all(partition)) {
                if (file.getFileName().toString().startsWith("00000000000000000000.")) {
                    Files.delete(file);
                }
            }

            // Neither an orderly stop nor a crash in between makes the loss a thing of the past.
            for (int i = 0; i < 2; i++) {
                server.start();
                assertThatThrownBy(() -> committed(server, "g", SOON)).isInstanceOf(TimeoutException.class);
                assertThat(error())
                        .matches("(?s).*damaged at offset [1-9][0-9]*: the events before that offset are gone.*");
                server.kill("killed" + i);
            }

            server.start("log.loss.accepted=" + accepting(error()));
            assertThat(committed(server, "g")).isEqualTo(50);
            server.stop();

            // Accepted once, it is where the log begins.
            server.start();
            assertThat(committed(server, "g")).isEqualTo(50);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "lmdb"})
    void decidesNoTransactionByDamagedEvents(String backend) {
        try (ServerInProcess server = new ServerInProcess(home, backend, 1, "transaction.state.log.num.partitions=1")) {
            server.start().createTopic("orders", 1);
            transact(server, "sender-of-one", (int) PATIENCE.toMillis());
            server.stop();
            assertThat(DirectoryDamage.flip(server.directories, "sender-of-one".getBytes(), 3))
                    .isPositive();
            server.start();
            assertThatThrownBy(() -> transact(server, "sender-of-one", 800)).isInstanceOf(TimeoutException.class);
            assertThat(error()).contains("__transaction_state-0 in ").contains("damaged at offset 0");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "lmdb"})
    void namesWhatIsDamagedOfTheMetadata(String backend) {
        try (ServerInProcess server = new ServerInProcess(home, backend, 1)) {
            server.start().createTopic("orders-of-the-day", 1);
            server.stop();
            assertThat(DirectoryDamage.flip(server.directories, "orders-of-the-day".getBytes(), 3))
                    .isPositive();
            assertThatThrownBy(server::start)
                    .isInstanceOf(MetadataException.class)
                    .hasMessageContaining("__cluster_metadata-0 in " + server.directories.get(0))
                    .hasMessageMatching("(?s).*damaged at offset [0-9]+: .*")
                    .hasMessageContaining("backup");
        }
    }

    private static byte[] bytes(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    /** @return the first error: a log is loaded in the background */
    private String error() {
        Await.until("an error in the log", () -> !said.lines(Level.ERROR).isEmpty());
        return said.lines(Level.ERROR).get(0);
    }

    private static String accepting(String line) {
        Matcher word = Pattern.compile("log\\.loss\\.accepted=([^ ]+)").matcher(line);
        assertThat(word.find()).isTrue();
        return word.group(1);
    }

    private static void commit(ServerInProcess server, String group, long offset) {
        try (KafkaConsumer<String, String> consumer = server.consumer(group, Map.of())) {
            consumer.assign(List.of(ORDERS));
            consumer.commitSync(Map.of(ORDERS, new OffsetAndMetadata(offset)));
        }
    }

    /** Commits many times, so that the log begins another segment. */
    private static void commitUpTo(ServerInProcess server, String group, int offset) {
        String metadata = "x".repeat(Short.MAX_VALUE);
        try (KafkaConsumer<String, String> consumer = server.consumer(group, Map.of())) {
            consumer.assign(List.of(ORDERS));
            for (int i = 1; i <= offset; i++) {
                consumer.commitSync(Map.of(ORDERS, new OffsetAndMetadata(i, metadata)));
            }
        }
    }

    private static long committed(ServerInProcess server, String group) {
        return committed(server, group, PATIENCE);
    }

    private static long committed(ServerInProcess server, String group, Duration patience) {
        try (KafkaConsumer<String, String> consumer = server.consumer(group, Map.of())) {
            return consumer.committed(Set.of(ORDERS), patience).get(ORDERS).offset();
        }
    }

    private static void transact(ServerInProcess server, String id, int patienceMs) {
        Map<String, Object> settings = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                server.address(),
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                id,
                ProducerConfig.MAX_BLOCK_MS_CONFIG,
                patienceMs);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("orders", "value"));
            producer.commitTransaction();
        }
    }
}

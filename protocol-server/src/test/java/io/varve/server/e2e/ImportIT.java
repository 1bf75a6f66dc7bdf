// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.ports.FreePort;
import io.varve.build.watch.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Imports log directories written by a real Kafka with bin/varve-import.sh. */
class ImportIT {
    private static final String TRANSACTION_STATE = "__transaction_state";

    @TempDir
    static Path kafkaDirectory;

    private static KafkaBroker kafka;
    private static Map<String, String> topics;
    private static Map<String, String> records;
    private static Map<TopicPartition, String> ends;
    private static Map<String, Map<TopicPartition, OffsetAndMetadata>> commits;
    private static String refusalWhileRunning;

    @BeforeAll
    static void makeWithRealKafka() throws Exception {
        kafka = KafkaBroker.format(kafkaDirectory).start();
        KafkaContent content = new KafkaContent(kafka.bootstrap());
        content.write();
        KafkaContent.awaitCompaction(kafka.logDirs());
        kafka.stop();
        kafka.start();
        content.writeAfterRestart();
        topics = content.topics();
        topics.remove(TRANSACTION_STATE);
        records = content.records(topics.keySet(), "read_committed");
        ends = content.ends(topics.keySet());
        commits = content.commits();
        refusalWhileRunning = refused(kafkaDirectory.resolve("never"), kafka.logDirs());
        kafka.stop();
    }

    @AfterAll
    static void stop() {
        kafka.close();
    }

    @Test
    void consumersReadTheSameRecordsAtTheSameOffsets(@TempDir Path directory) throws Exception {
        Map<Path, String> before = KafkaContent.files(kafka.logDirs());
        String table = run(directory, kafka.logDirs(), 0).out();
        assertThat(KafkaContent.files(kafka.logDirs())).isEqualTo(before);
        assertThat(table)
                .containsPattern("codec-zstd +1 +50 ")
                .containsPattern("transactions +1 +35 .* 20 ")
                .containsPattern("trimmed .* 15-40")
                .contains("left out: topic " + TRANSACTION_STATE);
        try (Server server = Server.start(directory)) {
            KafkaContent served = new KafkaContent(server.bootstrap());
            assertThat(served.topics()).isEqualTo(topics);
            assertThat(served.ends(topics.keySet())).containsExactlyInAnyOrderEntriesOf(ends);
            assertThat(served.records(topics.keySet(), "read_committed")).containsExactlyInAnyOrderEntriesOf(records);
            // What was aborted is not there at all, so that nobody can take it for real.
            assertThat(served.records(topics.keySet(), "read_uncommitted")).containsExactlyInAnyOrderEntriesOf(records);
            assertThat(served.commits()).isEqualTo(commits);

            long committed = commits.get(KafkaContent.CLASSIC_GROUP)
                    .get(new TopicPartition("codec-lz4", 0))
                    .offset();
            assertThat(served.nextOffset(KafkaContent.CLASSIC_GROUP, "classic", "codec-lz4"))
                    .isEqualTo(committed);
            assertThat(served.nextOffset(KafkaContent.NEW_GROUP, "consumer", "codec-lz4"))
                    .isEqualTo(committed);
            assertThat(served.send(KafkaContent.EMPTIED)).isEqualTo(KafkaContent.EMPTIED_END);
            assertThat(served.send("codec-gzip")).isEqualTo(50);
            assertThat(server.terminate(Server.STOP)).isZero();
        }
    }

    @Test
    @OnlyOnFiles(because = "Apache's tool reads segment files")
    void apachesToolReadsWhatWasImported(@TempDir Path directory) throws Exception {
        run(directory, kafka.logDirs(), 0);
        DumpLog.assertReadsEverything(directory.resolve("data"), true);
    }

    @Test
    @OnlyOnFiles(because = "what was imported is read on every backend by Java clients")
    void kafkaPythonReadsTheSameRecordsAtTheSameOffsets(@TempDir Path directory) throws Exception {
        List<String> all = topics.keySet().stream()
                .filter(topic -> !topic.startsWith("__"))
                .toList();
        // Debian's comes without libraries for the other codecs, and takes the markers of transactions for
        // records.
        List<String> plain = List.of("codec-none", "codec-gzip", "three-partitions", "trimmed");
        String newest = RequiredClients.clientsPython("kafka");
        String debians = RequiredClients.systemPython("kafka");
        run(directory, kafka.logDirs(), 0);
        try (Server server = Server.start(directory)) {
            assertThat(kafkaPythonReads(server, newest, all)).containsExactlyInAnyOrderEntriesOf(keys(all));
            assertThat(kafkaPythonReads(server, debians, plain)).containsExactlyInAnyOrderEntriesOf(keys(plain));
        }
    }

    @Test
    void refusesInOneLineAndLeavesNothing(@TempDir Path directory) throws Exception {
        assertThat(refusalWhileRunning).contains("is in use");
        Path marker = kafka.logDirs().get(1).resolve(".kafka_cleanshutdown");
        byte[] content = Files.readAllBytes(marker);
        Files.delete(marker);
        assertThat(refused(directory, kafka.logDirs())).contains("was not closed properly");
        Files.write(marker, content);
        assertThat(refused(directory, kafka.logDirs().subList(0, 1)))
                .contains("name every directory of log.dirs, each with a --from");
        assertThat(directory).isEmptyDirectory();

        run(directory, kafka.logDirs(), 0);
        assertThat(refused(directory, kafka.logDirs())).contains("is there already");
    }

    @Test
    void aServerDoesNotStartOnKafkasDirectories(@TempDir Path directory) throws Exception {
        Map<Path, String> before = KafkaContent.files(kafka.logDirs());
        try (Server server = Server.launch(
                directory,
                FreePort.take(),
                Map.of(),
                "log.dirs=" + kafka.logDirs().get(0))) {
            assertThat(server.running().exitWithin(Await.PATIENCE)).isEqualTo(1);
            assertThat(server.running().err().lines())
                    .singleElement()
                    .asString()
                    .contains("bin/varve-import.sh --from");
        }
        assertThat(KafkaContent.files(kafka.logDirs())).isEqualTo(before);
    }

    private static String refused(Path directory, List<Path> from) {
        String line = run(directory, from, 1).err();
        assertThat(line.lines()).hasSize(1);
        return line;
    }

    private static ChildProcess run(Path directory, List<Path> from, int code) {
        List<String> command = new ArrayList<>(List.of("bin/varve-import.sh"));
        from.forEach(each -> command.addAll(List.of("--from", each.toString())));
        command.addAll(List.of("--log-dirs", directory.resolve("data").toString()));
        command.addAll(List.of("--override", "storage.backend=" + Backend.NAME));
        try (ChildProcess program = ChildProcess.start(command.toArray(String[]::new))) {
            assertThat(program.exitWithin(Duration.ofSeconds(60)))
                    .as(program.out() + program.err())
                    .isEqualTo(code);
            return program;
        }
    }

    /** Keys by place, as Kafka served them. */
    private static Map<String, String> keys(List<String> wanted) {
        Map<String, String> keys = new TreeMap<>();
        records.forEach((at, record) -> {
            if (wanted.contains(at.substring(0, at.lastIndexOf('-')))) {
                keys.put(at, record.split(" ")[2].split("=")[0]);
            }
        });
        return keys;
    }

    private static Map<String, String> kafkaPythonReads(Server server, String python, List<String> wanted) {
        List<String> command =
                new ArrayList<>(List.of(python, "protocol-server/src/test/python/read_all.py", server.bootstrap()));
        command.addAll(wanted);
        try (ChildProcess client = ChildProcess.start(command.toArray(String[]::new))) {
            Map<String, String> keys = new TreeMap<>();
            client.succeed().lines().forEach(line -> keys.put(line.split(" ")[0], line.split(" ")[1]));
            return keys;
        }
    }
}

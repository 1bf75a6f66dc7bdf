// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.core.retention.Obstacle;
import io.varve.core.retention.RetentionExplanation;
import io.varve.server.explanation.RetentionClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests deletion by time, size and request, and holds and explanations, by the command-line tools. */
class RetentionIT {
    private static final String SEGMENT = "1048576";
    private static final String KEEP = "-1";
    private static final int RECORDS = 2_500;
    private static final String[] QUICK = {"log.retention.check.interval.ms=200"};

    @TempDir
    Path directory;

    private Server server;
    private Admin admin;

    @BeforeEach
    void start() {
        server = Server.start(directory, QUICK);
        admin = admin();
    }

    private Admin admin() {
        return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, server.bootstrap()));
    }

    @AfterEach
    void stop() {
        admin.close();
        assertThat(server.terminate(Server.STOP)).as(server.running().out()).isZero();
        assertThat(server.running().out()).doesNotContain("ERROR").doesNotContain("Exception");
        server.close();
    }

    private void create(String topic, Map<String, String> configs) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1).configs(configs)))
                .all()
                .get();
    }

    /** Two and a half segments of records of 1 KB, each with its place for a key. */
    private void fill(String topic) throws Exception {
        try (Producer<String, String> producer =
                JavaClientsIT.producer(server, Map.of("acks", "all", "batch.size", 10_000))) {
            String kilobyte = "x".repeat(1_000);
            for (int i = 0; i < RECORDS; i++) {
                producer.send(new ProducerRecord<>(topic, Integer.toString(i), kilobyte));
            }
        }
    }

    private void set(String topic, String key, String value) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        admin.incrementalAlterConfigs(Map.of(
                        resource, List.of(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET))))
                .all()
                .get();
    }

    private long offset(String topic, OffsetSpec spec) {
        try {
            TopicPartition partition = new TopicPartition(topic, 0);
            return admin.listOffsets(Map.of(partition, spec))
                    .partitionResult(partition)
                    .get()
                    .offset();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    private long earliest(String topic) {
        return offset(topic, OffsetSpec.earliest());
    }

    private String tool(String line) {
        try (ChildProcess running =
                ChildProcess.start("bash", "-c", "bin/" + line + " --bootstrap-server " + server.bootstrap())) {
            return running.succeed();
        }
    }

    @Test
    void deletesBySizeThenByTimeAndGoesOnWithTheNextOffset() throws Exception {
        create("kept", Map.of("segment.bytes", SEGMENT, "retention.ms", KEEP));
        fill("kept");
        set("kept", "retention.bytes", "1200000");
        Await.until("the oldest segment is gone", () -> earliest("kept") > 0);
        assertThat(earliest("kept")).isBetween(900L, 1_100L);
        assertThat(offset("kept", OffsetSpec.latest())).isEqualTo(RECORDS);
        tool("kafka-configs.sh --alter --entity-type topics --entity-name kept --add-config retention.ms=1");
        Await.until("all of it is gone", () -> earliest("kept") == RECORDS);
        tool("kafka-configs.sh --alter --entity-type topics --entity-name kept --delete-config retention.ms");
        fill("kept");
        assertThat(tool("kafka-get-offsets.sh --topic kept --time latest")).contains("kept:0:" + 2 * RECORDS);
        assertThat(server.running().out())
                .contains("kept-0: deleted segment 0 ")
                .contains("retention.bytes=1200000")
                .contains("older than retention.ms=1");
    }

    @Test
    void aTimestampInTheFutureKeepsNothing() throws Exception {
        create("ahead", Map.of("retention.ms", "1", "message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE)));
        try (Producer<String, String> producer = JavaClientsIT.producer(server, Map.of("acks", "all"))) {
            producer.send(new ProducerRecord<>("ahead", 0, 4_000_000_000_000L, "k", "v"))
                    .get();
        }
        Await.until("it is gone", () -> earliest("ahead") == 1);
    }

    @Test
    void deleteRecordsAndLogDirsPrintWhatTheyPrintOnKafka() throws Exception {
        create("cut", Map.of("retention.ms", KEEP));
        create("compacted", Map.of("cleanup.policy", "compact"));
        fill("cut");
        Path file = Files.writeString(directory.resolve("offsets.json"), """
                {"partitions":[{"topic":"cut","partition":0,"offset":1000}],"version":1}""");
        assertThat(tool("kafka-delete-records.sh --offset-json-file " + file)).isEqualTo("""
                Executing records delete operation
                Records delete operation completed:
                partition: cut-0\tlow_watermark: 1000
                """);
        assertThat(tool("kafka-get-offsets.sh --topic cut --time earliest")).isEqualTo("cut:0:1000\n");
        Files.writeString(file, """
                {"partitions":[{"topic":"cut","partition":0,"offset":5000},{"topic":"compacted","partition":0,"offset":0}],
                "version":1}""");
        assertThat(tool("kafka-delete-records.sh --offset-json-file " + file))
                .contains("partition: cut-0\terror: org.apache.kafka.common.errors.OffsetOutOfRangeException")
                .contains("partition: compacted-0\terror: org.apache.kafka.common.errors.PolicyViolationException");
        assertThat(tool("kafka-log-dirs.sh --describe --topic-list cut"))
                .contains("\"logDir\":\"" + server.data() + "\"")
                .contains("\"partition\":\"cut-0\"")
                .contains("\"error\":null");
    }

    @Test
    void explainsTriesOutAndPinsOverRestarts() throws Exception {
        create("orders", Map.of("segment.bytes", SEGMENT, "retention.ms", KEEP));
        fill("orders");
        assertThat(tool("varve-retention.sh explain --topic orders"))
                .contains("orders-0: offsets 0 up to " + RECORDS)
                .contains("no limit is set");
        assertThat(tool("varve-retention.sh dry-run --topic orders --config retention.ms=1 --partition 0"))
                .contains("with the next check")
                .contains("the next check moves the start to " + RECORDS);
        assertThat(earliest("orders")).isZero();

        tool("varve-retention.sh hold --topic orders --name audit --offsets 1500-1600 --partition 0");
        assertThat(tool("varve-retention.sh holds --topic orders")).isEqualTo("audit 0:1500-1600\n");
        assertThat(tool("kafka-configs.sh --describe --entity-type topics --entity-name orders"))
                .contains("varve.hold.audit=0:1500-1600");
        admin.close();
        server.crash();
        server = server.again(QUICK);
        admin = admin();
        set("orders", "retention.ms", "1");
        Await.until("what is before the hold is gone", () -> earliest("orders") > 0);
        RetentionClient client = new RetentionClient(admin);
        RetentionExplanation explained = client.explain("orders").get(0);
        assertThat(explained.plan().fates())
                .allSatisfy(fate -> assertThat(fate.obstacles()).contains(new Obstacle(Obstacle.Kind.HOLD, "audit")));
        assertThat(explained.plan().newStart()).isLessThanOrEqualTo(1500);
        Path file = Files.writeString(directory.resolve("offsets.json"), """
                {"partitions":[{"topic":"orders","partition":0,"offset":1501}],"version":1}""");
        assertThat(tool("kafka-delete-records.sh --offset-json-file " + file)).contains("PolicyViolationException");
        assertThat(client.dryRun("orders", Map.of("varve.hold.audit", ""))
                        .get(0)
                        .plan()
                        .newStart())
                .isEqualTo(RECORDS);
        assertThat(tool("varve-retention.sh explain --json --topic orders")).contains("\"kind\":\"hold\"");

        tool("varve-retention.sh release --topic orders --name audit");
        Await.until("the rest is gone", () -> earliest("orders") == RECORDS);
        assertThat(client.holds("orders")).isEmpty();
    }

    @Test
    @OnlyOnFiles(because = "no storage is asked")
    void theToolSaysWhatIsWrong() throws IOException {
        try (ChildProcess wrong = ChildProcess.start(
                "bash", "-c", "bin/varve-retention.sh explain --topic nope --bootstrap-server " + server.bootstrap())) {
            assertThat(wrong.exitWithin(Duration.ofSeconds(60))).isEqualTo(1);
            assertThat(wrong.err()).isEqualTo("The topic 'nope' does not exist.\n");
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.ports.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests Kafka's command-line tools, and kcat. */
@ExtendWith(SharedServer.class)
class ToolsIT {
    private static final String TOOLS = "the tools are clients, and ask for what clients ask on every backend";
    private static final String SCRIPTS = "no storage is asked";

    @Test
    @OnlyOnFiles(because = TOOLS)
    void aTopicsLifeInTools(Server server, @TempDir Path directory) throws Exception {
        String at = " --bootstrap-server " + server.bootstrap();
        succeed("kafka-topics.sh --create --topic tools --partitions 2 --config max.message.bytes=2000" + at);
        succeed("kafka-configs.sh --alter --entity-type topics --entity-name tools --add-config retention.ms=5000"
                + at);
        assertThat(succeed("kafka-configs.sh --describe --entity-type topics --entity-name tools" + at))
                .contains("retention.ms=5000")
                .contains("max.message.bytes=2000");
        succeed("kafka-topics.sh --alter --topic tools --partitions 3" + at);
        // Small batches: one that the broker refuses as too large while a later one is under way confuses the
        // producer.
        assertThat(succeed(
                        "kafka-producer-perf-test.sh --topic tools --num-records 300 --record-size 100 --throughput -1"
                                + " --command-property batch.size=1000" + at))
                .contains("300 records sent");
        assertThat(succeed("kafka-get-offsets.sh --topic tools" + at)
                        .lines()
                        .mapToInt(line -> Integer.parseInt(line.split(":")[2]))
                        .sum())
                .isEqualTo(300);
        assertThat(succeed("kafka-consumer-perf-test.sh --topic tools --num-records 300 --timeout 20000" + at))
                .contains(", 300, ");
        assertThat(succeed("kafka-console-consumer.sh --topic tools --from-beginning --max-messages 300 --group shown"
                                + at)
                        .lines())
                .hasSize(300);
        assertThat(succeed("kafka-consumer-groups.sh --list" + at)).contains("shown");
        assertThat(succeed("kafka-consumer-groups.sh --describe --group shown" + at))
                .contains("tools");
        succeed("kafka-consumer-groups.sh --reset-offsets --group shown --topic tools --to-earliest --execute" + at);
        succeed("kafka-consumer-groups.sh --delete --group shown" + at);
        succeed("kafka-topics.sh --delete --topic tools" + at);
        assertThat(succeed("kafka-topics.sh --list" + at).lines()).doesNotContain("tools");
    }

    @Test
    @OnlyOnFiles(because = TOOLS)
    void toolsThatAskAboutTheBroker(Server server) {
        String at = " --bootstrap-server " + server.bootstrap();
        assertThat(succeed("kafka-broker-api-versions.sh" + at))
                .contains("Produce(0): ")
                .contains("id: 1");
        assertThat(succeed("kafka-cluster.sh cluster-id" + at)).contains("Cluster ID: ");
        assertThat(succeed("kafka-run-class.sh kafka.tools.GetOffsetShell --broker-list " + server.bootstrap()
                        + " --topic none-such || true"))
                .isNotNull();
    }

    @Test
    @OnlyOnFiles(because = TOOLS)
    void toolsThatVerifyAndMeasure(Server server) {
        String at = " --bootstrap-server " + server.bootstrap();
        succeed("kafka-topics.sh --create --topic verified --partitions 1" + at);
        assertThat(succeed("kafka-verifiable-producer.sh --topic verified --max-messages 30" + at))
                .contains("\"sent\":30,\"acked\":30");
        assertThat(succeed("kafka-verifiable-consumer.sh --topic verified --max-messages 30 --group-id verifiers"
                        + " --reset-policy earliest" + at))
                .contains("\"minOffset\":0", "\"maxOffset\":29", "\"name\":\"shutdown_complete\"");
        assertThat(succeed(
                        "kafka-e2e-latency.sh --topic verified --num-records 20 --producer-acks all --record-size 100"
                                + at))
                .contains("Percentiles: 50th = ");
        try (ChildProcess verifying = ChildProcess.start(
                "bash",
                "-c",
                "bin/kafka-replica-verification.sh --broker-list " + server.bootstrap() + " --topics-include verified"
                        + " --report-interval-ms 100")) {
            verifying.awaitOutput(out -> out.contains("max lag is 0 for partition verified-0 at offset"));
        }
    }

    @Test
    @OnlyOnFiles(because = "Apache's tool reads segment files")
    void dumpLogReadsOurSegments(Server server) throws Exception {
        succeed("kafka-producer-perf-test.sh --topic dumped --num-records 10 --record-size 10 --throughput -1"
                + " --bootstrap-server " + server.bootstrap());
        try (Stream<Path> files = Files.list(server.data().resolve("dumped-0"))) {
            Path segment = files.filter(file -> file.toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow();
            assertThat(succeed("kafka-dump-log.sh --print-data-log --files " + segment))
                    .contains("baseOffset: 0")
                    .contains("isvalid: true")
                    .contains("offset: 9");
        }
    }

    @Test
    void kcatProducesAndConsumesWithAndWithoutAGroup(Server server) {
        String kcat = RequiredClients.command("kcat") + " -b " + server.bootstrap();
        try (ChildProcess producer = ChildProcess.start("bash", "-c", kcat + " -P -t kcat -K : -z lz4")) {
            producer.feed("a:one\nb:two\nc:three\n").succeed();
        }
        assertThat(run(kcat + " -C -t kcat -o beginning -e -q -f '%k=%s@%o\\n'"))
                .isEqualTo("a=one@0\nb=two@1\nc=three@2\n");
        assertThat(run(kcat + " -G kcat-group -q -c 3 -X auto.offset.reset=earliest kcat"))
                .isEqualTo("one\ntwo\nthree\n");
        assertThat(run(kcat + " -L -t kcat"))
                .contains("topic \"kcat\" with 1 partitions")
                .contains("broker 1 at localhost");
        assertThat(run(kcat + " -Q -t kcat:0:-1")).contains("offset 3");
    }

    @Test
    @OnlyOnFiles(because = "the JVM answers, whatever the backend")
    void theServersJvmCanBeAskedAsKafkas(@TempDir Path directory) {
        int port = FreePort.take();
        try (Server server = Server.launch(directory, FreePort.take(), Map.of("JMX_PORT", Integer.toString(port)))) {
            server.running().awaitOutput(out -> out.contains("ready"));
            assertThat(succeed("kafka-jmx.sh --jmx-url service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port
                            + "/jmxrmi --object-name java.lang:type=Threading --attributes ThreadCount --one-time"))
                    .contains("java.lang:type=Threading:ThreadCount");
            server.stop();
        }
    }

    @Test
    @OnlyOnFiles(because = SCRIPTS)
    void scriptsRunFromAnyDirectoryAndThroughALink(Server server, @TempDir Path directory) throws Exception {
        Path link =
                Files.createSymbolicLink(directory.resolve("topics"), ChildProcess.HOME.resolve("bin/kafka-topics.sh"));
        assertThat(run("cd " + directory + " && " + link + " --list --bootstrap-server " + server.bootstrap()))
                .isNotNull();
        Files.delete(link);
    }

    @Test
    @OnlyOnFiles(because = SCRIPTS)
    void scriptsSayWhatIsMissing(@TempDir Path directory) {
        try (ChildProcess script =
                ChildProcess.start("bash", "-c", "JAVA_HOME=" + directory + " bin/kafka-topics.sh --list")) {
            assertThat(script.exitWithin(Duration.ofSeconds(60))).isEqualTo(1);
            assertThat(script.err().lines()).singleElement().asString().contains("JAVA_HOME is " + directory);
        }
    }

    @ParameterizedTest
    @OnlyOnFiles(because = SCRIPTS)
    @CsvSource({"11.0.33, kafka-topics.sh", "1.8.0_472, kafka-server-start.sh x", "16.0.2+7, varve-doctor.sh"})
    void scriptsRefuseAJavaThatIsTooOld(String version, String command, @TempDir Path home) throws IOException {
        Path java = Files.createDirectory(home.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho 'openjdk version \"" + version + "\" 2026-10-20' >&2\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        try (ChildProcess script = ChildProcess.start("bash", "-c", "JAVA_HOME=" + home + " bin/" + command)) {
            assertThat(script.exitWithin(Duration.ofSeconds(60))).isEqualTo(1);
            assertThat(script.err().lines())
                    .containsExactly(java + " is Java " + version + ": Varve needs Java 17 or newer (set JAVA_HOME).");
        }
    }

    private static String succeed(String line) {
        return run("bin/" + line);
    }

    private static String run(String line) {
        try (ChildProcess running = ChildProcess.start("bash", "-c", line)) {
            return running.succeed();
        }
    }
}

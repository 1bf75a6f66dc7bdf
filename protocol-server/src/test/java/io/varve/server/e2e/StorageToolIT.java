// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Formats data directories as a user of Kafka does, and compares what is printed with Kafka's own tool. */
class StorageToolIT {
    private static final String OURS = "bin/kafka-storage.sh";
    private static final String KAFKAS = "bin/kafka-run-class.sh kafka.tools.StorageTool";
    private static final String ID = "MkU3OEVBNTcwNTJENDM2Qg";

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    /** Kafka prints its records once more, as it has them in memory. */
    private static final String NOT_FOR_USERS = "Bootstrap metadata: ";

    private record Printed(int code, String out, String err) {}

    @TempDir
    Path directory;

    @Test
    void theFirstCommandsOfTheQuickstartGiveTheClusterItsId() throws Exception {
        String id = run(OURS, "random-uuid").out().strip();
        assertThat(id).matches("[A-Za-z0-9_-]{22}");
        String config = " -c " + ours(directory.resolve("data"));
        assertThat(run(OURS, "info" + config).out()).contains("data does not exist");
        assertThat(run(OURS, "format --standalone -t " + id + config).code()).isZero();
        assertThat(run(OURS, "info" + config).out()).contains("cluster.id=" + id);
        assertThat(run(OURS, "format --standalone -t " + id + config).code()).isEqualTo(1);
        try (Server server = Server.start(directory)) {
            assertThat(clusterId(server)).isEqualTo(id);
            assertThat(run(OURS, "info" + config).out()).contains("in use by another server");
            server.stop();
        }
        Printed again = run(OURS, "format --ignore-formatted -t another" + config);
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("Expected another, but read " + id);
        assertThat(run(OURS, "info" + config))
                .isEqualTo(new Printed(0, """
                Found log directory:
                  %s

                Found metadata: {cluster.id=%s, node.id=1, storage.backend=%s}

                """.formatted(directory.resolve("data"), id, Backend.NAME), ""));
    }

    private static String clusterId(Broker broker) throws Exception {
        try (Admin admin = JavaClientsIT.admin(broker)) {
            return admin.describeCluster().clusterId().get();
        }
    }

    @Test
    @OnlyOnFiles(because = "no storage is asked")
    void printsWhatKafkasToolPrints() {
        for (String command : List.of(
                "version-mapping --release-version 4.0",
                "feature-dependencies -f transaction.version=2 -f metadata.version=30 -f streams.version=7")) {
            assertThat(run(OURS, command)).isEqualTo(run(KAFKAS, command));
        }
    }

    @Test
    @OnlyOnFiles(because = "the commands and what they print are the same for every backend")
    void formatsAsKafkasToolDoes() throws IOException {
        Path data = directory.resolve("kafka");
        Path kafka = kafkas(data);
        Path own = ours(data);
        List<Printed> theirs = formatTwice(KAFKAS, kafka);
        Files.move(data, directory.resolve("was"));
        assertThat(formatTwice(OURS, own)).isEqualTo(theirs);
    }

    private static List<Printed> formatTwice(String tool, Path config) {
        String format = "format -t " + ID + " -c " + config;
        return List.of(
                run(tool, "info -c " + config),
                run(tool, format + " --release-version 9.9"),
                run(tool, format),
                run(tool, format),
                run(tool, format + " --ignore-formatted"));
    }

    private Path ours(Path data) throws IOException {
        String shipped = Backend.in(Files.readString(ChildProcess.HOME.resolve("config/server.properties")));
        return Files.writeString(
                directory.resolve("own.properties"), shipped.replace("\nlog.dirs=data\n", "\nlog.dirs=" + data + "\n"));
    }

    private Path kafkas(Path data) throws IOException {
        return Files.write(
                directory.resolve("kafka.properties"),
                List.of(
                        "process.roles=broker,controller",
                        "node.id=1",
                        "controller.quorum.voters=1@localhost:9093",
                        "listeners=PLAINTEXT://:9092,CONTROLLER://:9093",
                        "controller.listener.names=CONTROLLER",
                        "log.dirs=" + data));
    }

    private static Printed run(String tool, String command) {
        try (ChildProcess running = ChildProcess.start("bash", "-c", tool + " " + command)) {
            int code = running.exitWithin(PATIENCE);
            return new Printed(code, withoutNoise(running.out()), running.err());
        }
    }

    private static String withoutNoise(String out) {
        return out.lines()
                .filter(line -> !line.startsWith(NOT_FOR_USERS))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }
}

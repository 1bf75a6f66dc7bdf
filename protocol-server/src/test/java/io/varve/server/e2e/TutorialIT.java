// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.ports.FreePort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the commands of tutorials as they are written; only the port differs if 9092 is in use on this
 * machine.
 */
@OnlyOnFiles(because = "tutorials run on the configuration as it is shipped")
class TutorialIT {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int KAFKAS = 9092;

    @TempDir
    Path directory;

    private final int port = isFree(KAFKAS) ? KAFKAS : FreePort.take();

    @Test
    void theCommandsOfTheOldTutorialsWorkAsTheyStand() throws IOException {
        assertThat(said("bin/zookeeper-server-start.sh config/zookeeper.properties"))
                .contains("No ZooKeeper is needed");
        try (Server server = Server.start(directory, port)) {
            succeed("bin/kafka-topics.sh --create --bootstrap-server localhost:9092 --replication-factor 1"
                    + " --partitions 1 --topic sample");
            assertThat(said("bin/kafka-topics.sh --create --zookeeper localhost:2181 --replication-factor 1"
                            + " --partitions 1 --topic sample2"))
                    .containsOnlyOnce("WARNING");
            assertThat(succeed("bin/kafka-topics.sh --list --bootstrap-server localhost:9092"))
                    .contains("sample\nsample2\n");
            assertThat(succeed("bin/kafka-topics.sh --describe --topic sample --bootstrap-server localhost:9092"))
                    .containsPattern("PartitionCount: 1\\s+ReplicationFactor: 1")
                    .containsPattern("Partition: 0\\s+Leader: 1\\s+Replicas: 1\\s+Isr: 1");
            try (ChildProcess producer =
                    run("bin/kafka-console-producer.sh --bootstrap-server localhost:9092 --topic sample")) {
                producer.feed("first message\nsecond message\n").succeed();
            }
            try (ChildProcess producer =
                    run("bin/kafka-console-producer.sh --broker-list localhost:9092 --topic sample")) {
                producer.feed("third message\n").succeed();
            }
            try (ChildProcess consumer =
                    run("bin/kafka-console-consumer.sh --bootstrap-server localhost:9092 --topic sample"
                            + " --from-beginning")) {
                consumer.awaitOutput("first message\nsecond message\nthird message\n"::equals);
            }
            helloWorldInPython(server);
            stopsWhenTold(server);
        }
    }

    private void helloWorldInPython(Server server) throws IOException {
        String script = Files.readString(ChildProcess.HOME.resolve("protocol-server/src/test/python/tutorial.py"));
        Path here = Files.writeString(directory.resolve("tutorial.py"), inPython(script));
        try (ChildProcess python = ChildProcess.start(RequiredClients.systemPython("kafka"), "-u", here.toString())) {
            python.awaitOutput(out -> out.contains("value=b'Hello, World!'")
                    && out.contains("key=b'message-two', value=b'This is Kafka-Python'"));
        }
    }

    private void stopsWhenTold(Server server) {
        RequiredClients.command("lsof");
        String pid = Long.toString(server.running().process().pid());
        assertThat(succeed("lsof -i tcp:9092")).contains(" " + pid + " ");
        succeed("kill " + pid);
        assertThat(server.running().exitWithin(PATIENCE)).isZero();
    }

    private ChildProcess run(String line) {
        return ChildProcess.start(Map.of("VARVE_BOOTSTRAP_SERVER", "localhost:" + port), "bash", "-c", ported(line));
    }

    private String succeed(String line) {
        try (ChildProcess running = run(line)) {
            return running.succeed();
        }
    }

    /** What it says to the person at the terminal, on standard error. */
    private String said(String line) {
        try (ChildProcess running = run(line)) {
            running.succeed();
            return running.err();
        }
    }

    private String ported(String text) {
        return text.replace(Integer.toString(KAFKAS), Integer.toString(port));
    }

    /** A consumer that names no server takes Kafka's port. */
    private String inPython(String script) {
        return port == KAFKAS
                ? script
                : ported(script.replace("auto_offset_reset", "bootstrap_servers='localhost:9092', auto_offset_reset"));
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}

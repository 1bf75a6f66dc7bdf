// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.ports.FreePort;
import io.varve.build.watch.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;

/** Runs one node of Apache Kafka with two log directories, from the jars of the command-line tools. */
final class KafkaBroker implements Broker {
    private static final String CLUSTER = "MkU3OEVBNTcwNTJENDM2Qg";
    private static final Duration STOP = Await.PATIENCE;

    private final Path config;
    private final List<Path> logDirs;
    private final int port;
    private ChildProcess running;

    private KafkaBroker(Path config, List<Path> logDirs, int port) {
        this.config = config;
        this.logDirs = logDirs;
        this.port = port;
    }

    /** Makes a node's directories below this one. */
    static KafkaBroker format(Path directory, String... settings) {
        int port = FreePort.take();
        int controller = FreePort.take();
        List<Path> logDirs = List.of(directory.resolve("kafka-a"), directory.resolve("kafka-b"));
        Path config = directory.resolve("kafka.properties");
        List<String> properties = new ArrayList<>(List.of(
                "process.roles=broker,controller",
                "node.id=7",
                "controller.quorum.voters=7@127.0.0.1:" + controller,
                "listeners=PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controller,
                "advertised.listeners=PLAINTEXT://127.0.0.1:" + port,
                "controller.listener.names=CONTROLLER",
                "log.dirs=" + logDirs.get(0) + "," + logDirs.get(1),
                "offsets.topic.replication.factor=1",
                "transaction.state.log.replication.factor=1",
                "transaction.state.log.min.isr=1",
                "transaction.state.log.num.partitions=3",
                "share.coordinator.state.topic.replication.factor=1",
                "share.coordinator.state.topic.min.isr=1",
                "share.coordinator.state.topic.num.partitions=3",
                "group.initial.rebalance.delay.ms=0",
                "log.cleaner.backoff.ms=100",
                "metadata.log.max.snapshot.interval.ms=1000"));
        properties.addAll(List.of(settings));
        try {
            Files.write(config, properties);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run(Map.of(), "kafka.tools.StorageTool", "format", "-t", CLUSTER, "-c", config.toString())
                .succeed();
        return new KafkaBroker(config, logDirs, port);
    }

    private static ChildProcess run(Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dlogback.configurationFile=" + ChildProcess.HOME.resolve("config/tools-logback.xml"),
                "-cp",
                ChildProcess.HOME.resolve("bin/tools/target/lib") + "/*"));
        command.addAll(List.of(arguments));
        return ChildProcess.start(environment, command.toArray(String[]::new));
    }

    /** Starts the node and waits until it answers. */
    KafkaBroker start() {
        return start(port, Map.of());
    }

    /** Starts the node with additional environment variables, and waits until it answers. */
    KafkaBroker start(Map<String, String> environment) {
        return start(port, environment);
    }

    /** Starts the node, and waits until it answers on another port than the one it was given. */
    KafkaBroker start(int other) {
        return start(other, Map.of());
    }

    private KafkaBroker start(int other, Map<String, String> environment) {
        running = run(environment, "kafka.Kafka", config.toString());
        Map<String, Object> settings =
                Map.of("bootstrap.servers", "127.0.0.1:" + other, "default.api.timeout.ms", 60_000);
        try (Admin admin = Admin.create(settings)) {
            admin.describeCluster().nodes().get();
        } catch (ExecutionException | InterruptedException e) {
            throw new AssertionError(running.out() + running.err(), e);
        }
        return this;
    }

    @Override
    public void stop() {
        running.process().destroy();
        assertThat(running.exitWithin(STOP)).as(running.err()).isIn(0, 143);
    }

    @Override
    public void crash() {
        running.process().destroyForcibly();
        running.exitWithin(STOP);
    }

    @Override
    public KafkaBroker again() {
        return start();
    }

    @Override
    public String bootstrap() {
        return "127.0.0.1:" + port;
    }

    List<Path> logDirs() {
        return logDirs;
    }

    @Override
    public void close() {
        if (running != null) {
            running.close();
        }
    }
}

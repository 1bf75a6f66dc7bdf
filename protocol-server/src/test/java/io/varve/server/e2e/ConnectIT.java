// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.varve.build.watch.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Carries lines from one file to another through a topic, by Kafka Connect, which is restarted. */
@OnlyOnFiles(because = "a worker is a client: it produces, fetches and commits as others do on every backend")
class ConnectIT {
    private static final String TOPIC = "connect-lines";
    private static final List<String> INTERNAL = List.of("connect-configs", "connect-offsets", "connect-status");
    private static final Map<String, String> AS_TEXT = Map.of(
            "key.converter", "org.apache.kafka.connect.storage.StringConverter",
            "value.converter", "org.apache.kafka.connect.storage.StringConverter",
            "tasks.max", "1");

    @TempDir
    Path directory;

    private final List<String> written = new ArrayList<>();

    @Test
    void nothingIsLostWhenWorkerAndServerAreRestarted() throws Exception {
        Path in = directory.resolve("in.txt");
        Path out = directory.resolve("out.txt");
        Broker broker = Broker.start(directory, "offsets.topic.num.partitions=4");
        try {
            write(in, 100);
            try (ConnectWorker worker = ConnectWorker.distributed(broker, directory)) {
                worker.put("source", connector("FileStreamSource", "file", in.toString(), "topic", TOPIC));
                worker.put("sink", connector("FileStreamSink", "file", out.toString(), "topics", TOPIC));
                awaitLines(out);
                worker.stop();
            }
            internalTopicsAreCompacted(broker);
            broker.crash();
            broker = broker.again();
            write(in, 50);
            try (ConnectWorker worker = ConnectWorker.distributed(broker, directory)) {
                // The connectors are in connect-configs, their positions in connect-offsets and a group.
                awaitLines(out);
                write(in, 50);
                awaitLines(out);
                offsetsAreShownAndReset(worker);
                worker.stop();
            }
        } finally {
            broker.close();
        }
    }

    private static Map<String, String> connector(String type, String... settings) {
        Map<String, String> all = new HashMap<>(AS_TEXT);
        all.put("connector.class", type);
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        return all;
    }

    private void write(Path in, int lines) throws IOException {
        List<String> more = IntStream.range(written.size(), written.size() + lines)
                .mapToObj(line -> "line " + line)
                .toList();
        Files.write(in, more, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        written.addAll(more);
    }

    /** Waits for as many lines as were written; they must be those, in order, each once. */
    private void awaitLines(Path out) {
        Await.until(written.size() + " lines in " + out, () -> count(out) >= written.size());
        assertThat(out).content().isEqualTo(String.join("\n", written) + "\n");
    }

    private static long count(Path file) {
        if (!Files.exists(file)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void internalTopicsAreCompacted(Broker broker) throws Exception {
        try (Admin admin = JavaClientsIT.admin(broker)) {
            List<ConfigResource> resources = INTERNAL.stream()
                    .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                    .toList();
            Map<ConfigResource, Config> configs =
                    admin.describeConfigs(resources).all().get();
            assertThat(configs.values())
                    .hasSize(INTERNAL.size())
                    .allSatisfy(config ->
                            assertThat(config.get("cleanup.policy").value()).isEqualTo("compact"));
        }
    }

    /** By requests that Connect makes of the group coordinator, and of its own topics in transactions. */
    private static void offsetsAreShownAndReset(ConnectWorker worker) {
        worker.send("PUT", "/connectors/sink/stop", null);
        worker.send("PUT", "/connectors/source/stop", null);
        for (String connector : List.of("sink", "source")) {
            String path = "/connectors/" + connector + "/offsets";
            Await.until(connector + " to stop", () -> isStopped(worker, connector));
            assertThat(worker.send("GET", path, null).at("/offsets").size()).isPositive();
            worker.send("DELETE", path, null);
            assertThat(worker.send("GET", path, null).at("/offsets").size()).isZero();
        }
    }

    private static boolean isStopped(ConnectWorker worker, String connector) {
        JsonNode status = worker.send("GET", "/connectors/" + connector + "/status", null);
        return status.at("/connector/state").asText().equals("STOPPED")
                && status.at("/tasks").isEmpty();
    }

    /** As in the quickstart, whose {@code plugin.path} names a jar that is on the class path here. */
    @Test
    void aWorkerByItselfRunsTheShippedConnectors() throws Exception {
        write(directory.resolve("test.txt"), 3);
        try (Broker broker = Broker.start(directory)) {
            Path worker = ConnectWorker.configured("connect-standalone.properties", broker, directory, """
                    listeners=http://127.0.0.1:0
                    offset.storage.file.filename=%s
                    plugin.path=libs/connect-file-4.3.1.jar
                    """.formatted(
                            directory.resolve("connect.offsets")));
            String home = ChildProcess.HOME.toString();
            String line =
                    "cd %s && exec %s/bin/connect-standalone.sh %s %s/config/connect-file-source.properties %s/config/connect-file-sink.properties"
                            .formatted(directory, home, worker, home, home);
            try (ChildProcess running = ChildProcess.start("bash", "-c", line)) {
                awaitLines(directory.resolve("test.sink.txt"));
                assertThat(running.process().isAlive()).isTrue();
            }
        }
    }

    @Test
    void pluginsAreListed() throws IOException {
        Path jar;
        try (Stream<Path> jars = Files.list(ChildProcess.HOME.resolve("bin/connect/target/lib"))) {
            jar = jars.filter(each -> each.getFileName().toString().startsWith("connect-file-"))
                    .findFirst()
                    .orElseThrow();
        }
        try (ChildProcess listed =
                ChildProcess.start("bin/connect-plugin-path.sh", "list", "--plugin-location", jar.toString())) {
            assertThat(listed.succeed()).contains("FileStreamSourceConnector").contains("FileStreamSinkConnector");
        }
    }
}

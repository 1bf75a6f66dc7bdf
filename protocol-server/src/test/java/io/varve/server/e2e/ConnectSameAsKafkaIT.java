// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.build.watch.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ClassicGroupDescription;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares what a worker of Kafka Connect answers, and leaves in its broker, on a server and on a Kafka. */
@OnlyOnFiles(because = "what a worker sees is the coordinators' answers, which the calls compare on every backend")
class ConnectSameAsKafkaIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TOPIC = "same-lines";

    /** The topic is the worker's to create; of several partitions a producer would take any. */
    private static final Map<String, String> SOURCE = Map.of(
            "connector.class", "FileStreamSource",
            "topic", TOPIC,
            "batch.size", "7",
            "topic.creation.default.partitions", "1",
            "topic.creation.default.replication.factor", "-1",
            "topic.creation.default.compression.type", "lz4",
            "topic.creation.default.retention.ms", "77000000");

    private static final Map<String, String> SINK = Map.of("connector.class", "FileStreamSink", "topics", TOPIC);

    private static final String SINK_AT_ONE = "{\"offsets\":[{\"partition\":{\"kafka_topic\":\"" + TOPIC
            + "\",\"kafka_partition\":0},\"offset\":{\"kafka_offset\":1}}]}";

    @TempDir
    static Path directory;

    /** A Kafka, then the server, with their directories. */
    private static final Map<Broker, Path> brokers = new LinkedHashMap<>();

    @BeforeAll
    static void start() throws Exception {
        Path theirs = Files.createDirectory(directory.resolve("kafka"));
        Path ours = Files.createDirectory(directory.resolve("own"));
        brokers.put(KafkaBroker.format(theirs).start(), theirs);
        brokers.put(Server.start(ours), ours);
    }

    @AfterAll
    static void stop() {
        brokers.keySet().forEach(Broker::close);
    }

    @Test
    void aWorkerAnswersAndLeavesTheSame() throws Exception {
        List<List<String>> seen = new ArrayList<>();
        for (Map.Entry<Broker, Path> each : brokers.entrySet()) {
            seen.add(used(each.getKey(), each.getValue()));
        }
        assertThat(seen.get(1)).containsExactlyElementsOf(seen.get(0));
    }

    /** One after the other: two workers at a time need more of a small machine than one. */
    private static List<String> used(Broker broker, Path own) throws Exception {
        Files.write(own.resolve("in.txt"), Stream.of("one", "two", "three").toList());
        List<String> seen = new ArrayList<>();
        try (ConnectWorker worker = ConnectWorker.distributed(broker, own, "exactly.once.source.support=enabled\n")) {
            Session session = new Session(worker, broker, own, seen);
            session.run();
            worker.stop();
        }
        seen.addAll(left(broker, own));
        return seen;
    }

    /** One worker, and what it answered so far. */
    private record Session(ConnectWorker worker, Broker broker, Path own, List<String> seen) {
        void run() throws Exception {
            ask("GET", "/", null);
            ask("GET", "/connector-plugins?connectorsOnly=false", null);
            ask("PUT", "/connector-plugins/FileStreamSource/config/validate", "{\"topic\":\"\"}");
            ask("GET", "/connectors/none/status", null);
            create("source", SOURCE, "file", own.resolve("in.txt").toString());
            create("source", SOURCE);
            create("no-topic", Map.of("connector.class", "FileStreamSource"));
            create("of-no-class", Map.of("connector.class", "NoSuchConnector"));
            create(
                    "bad-topic",
                    Map.of("connector.class", "FileStreamSource", "topic", "not a name"),
                    "file",
                    own.resolve("in.txt").toString());
            awaitState("bad-topic", "FAILED");
            awaitState("source", "RUNNING");
            awaitAnswer("/connectors/source/offsets", "\"position\":14");
            // Its reader would have the broker create the topic.
            create("sink", SINK, "file", own.resolve("out.txt").toString());
            awaitState("sink", "RUNNING");
            Await.until("lines in the sink", () -> lines(own.resolve("out.txt")).equals("one\ntwo\nthree\n"));
            awaitAnswer("/connectors/sink/offsets", "\"kafka_offset\":3");
            awaitAnswer("/connectors/sink/topics", TOPIC);
            awaitAnswer("/connectors/source/topics", TOPIC);
            ask("GET", "/connectors", null);
            ask("GET", "/connectors?expand=status&expand=info", null);
            ask("GET", "/connectors/source/tasks", null);
            ask("GET", "/connectors/source/tasks/0/status", null);
            ask("GET", "/connectors/source/tasks/7/status", null);
            ask("PATCH", "/connectors/sink/offsets", SINK_AT_ONE);
            ask("PUT", "/connectors/sink/pause", null);
            awaitState("sink", "PAUSED");
            groups();
            offsets();
            ask("PUT", "/connectors/source/topics/reset", null);
            ask("DELETE", "/connectors/bad-topic", null);
            ask("DELETE", "/connectors/bad-topic", null);
            ask("GET", "/connectors", null);
        }

        /** By requests that Connect makes of the group coordinator, and of its own topics in transactions. */
        private void offsets() {
            for (String connector : List.of("sink", "source")) {
                ask("PUT", "/connectors/" + connector + "/stop", null);
                Await.until(connector + " to stop", () -> {
                    String status = body("/connectors/" + connector + "/status");
                    return status.contains("STOPPED") && status.contains("\"tasks\":[]");
                });
                ask("GET", "/connectors/" + connector + "/status", null);
            }
            ask("PATCH", "/connectors/sink/offsets", SINK_AT_ONE);
            ask("PATCH", "/connectors/sink/offsets", "{\"offsets\":[]}");
            ask("GET", "/connectors/sink/offsets", null);
            ask("DELETE", "/connectors/sink/offsets", null);
            ask("DELETE", "/connectors/sink/offsets", null);
            ask("DELETE", "/connectors/source/offsets", null);
            ask("GET", "/connectors/sink/offsets", null);
            ask("GET", "/connectors/source/offsets", null);
        }

        private void groups() throws Exception {
            try (Admin admin = JavaClientsIT.admin(broker)) {
                admin.listGroups().all().get().stream()
                        .map(group -> group.groupId() + " " + group.type() + " " + group.protocol())
                        .sorted()
                        .forEach(seen::add);
                ClassicGroupDescription workers = admin.describeClassicGroups(List.of("connect-cluster"))
                        .all()
                        .get()
                        .get("connect-cluster");
                seen.add(workers.protocol()
                        + workers.protocolData()
                        + workers.members().size());
            }
        }

        private void create(String connector, Map<String, String> config, String... more) {
            Map<String, String> all = new TreeMap<>(config);
            all.put("key.converter", "org.apache.kafka.connect.storage.StringConverter");
            all.put("value.converter", "org.apache.kafka.connect.storage.StringConverter");
            for (int i = 0; i < more.length; i += 2) {
                all.put(more[i], more[i + 1]);
            }
            ask(
                    "POST",
                    "/connectors",
                    JSON.valueToTree(Map.of("name", connector, "config", all)).toString());
        }

        private void ask(String method, String path, String body) {
            HttpResponse<String> response = worker.ask(method, path, body);
            seen.add(method + " " + path + " " + (body == null ? "" : plain(body)) + ": " + response.statusCode() + " "
                    + plain(response.body()));
        }

        private String body(String path) {
            return worker.ask("GET", path, null).body();
        }

        /** Until the connector and its task are in a state. */
        private void awaitState(String connector, String state) {
            String status = "/connectors/" + connector + "/status";
            Await.until(connector + " is " + state, () -> {
                String body = body(status);
                return body.contains("\"id\":0,\"state\":\"" + state) && !body.contains("UNASSIGNED");
            });
        }

        /** Waits until an answer has a text in it, and keeps it. */
        private void awaitAnswer(String path, String text) {
            Await.until(path + " has " + text, () -> body(path).contains(text));
            ask("GET", path, null);
        }

        private String plain(String text) {
            return ConnectSameAsKafkaIT.plain(text.replace(worker.authority(), "WORKER"), broker, own);
        }
    }

    /** Without what differs between any two workers. */
    private static String plain(String text, Broker broker, Path own) {
        return text.replace(own.toString(), "DIRECTORY")
                .replace(broker.bootstrap(), "BROKER")
                .replaceAll("127\\.0\\.0\\.1:\\d+", "WORKER")
                .replaceAll("\"kafka_cluster_id\":\"[^\"]*\"", "CLUSTER")
                .replaceAll("\"generation\":\\d+", "GENERATION")
                .replaceAll("\"(discoverTimestamp|creation-timestamp)\":\\d+", "TIME")
                .replaceAll("\"key\":\"[^\"]*\"", "SECRET")
                // Of how far the task had come, which is chance, and of what the broker had answered.
                .replaceAll("\"trace\":\"[^\"]*(InvalidTopicException: not a name)[^\"]*\"", "$1")
                // A worker that loses a connector does not always know it still.
                .replaceAll("(\"state\":\"UNASSIGNED\".*),\"version\":[^}]*", "$1");
    }

    private static String lines(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The topics: their shape, the settings the worker gave them, and the newest record of each key. */
    private static List<String> left(Broker broker, Path own) throws Exception {
        List<String> topics = List.of("connect-configs", "connect-offsets", "connect-status", TOPIC);
        List<String> left = new ArrayList<>();
        try (Admin admin = JavaClientsIT.admin(broker)) {
            Map<String, TopicDescription> described =
                    admin.describeTopics(topics).allTopicNames().get();
            for (String topic : topics) {
                TopicDescription description = described.get(topic);
                ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
                Map<String, String> settings = new TreeMap<>();
                admin.describeConfigs(List.of(resource)).all().get().get(resource).entries().stream()
                        .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
                        .forEach(entry -> settings.put(entry.name(), entry.value()));
                left.add("%s: %d partitions, %d replicas, %s"
                        .formatted(
                                topic,
                                description.partitions().size(),
                                description.partitions().get(0).replicas().size(),
                                settings));
                newest(broker, description)
                        .forEach((key, value) -> left.add(plain(topic + " " + key + " = " + value, broker, own)));
            }
        }
        return left;
    }

    private static Map<String, String> newest(Broker broker, TopicDescription topic) {
        Map<String, Object> settings = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap(),
                ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        Map<String, String> newest = new TreeMap<>();
        try (Consumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            List<TopicPartition> partitions = topic.partitions().stream()
                    .map(each -> new TopicPartition(topic.name(), each.partition()))
                    .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Await.until("the end of " + topic.name(), () -> {
                consumer.poll(Duration.ofMillis(50))
                        .forEach(each -> newest.put(String.valueOf(each.key()), String.valueOf(each.value())));
                return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
            });
        }
        return newest;
    }
}

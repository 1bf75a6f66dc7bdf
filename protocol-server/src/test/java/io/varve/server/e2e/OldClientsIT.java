// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs clients that Kafka 4 turns away, each beside a client of today. */
@ExtendWith(SharedServer.class)
class OldClientsIT {
    private static final String OLD =
            "old requests and messages are translated before and behind the storage, and Java clients read them on every backend";
    private static final String SCRIPTS = "protocol-server/src/test/python/";
    private static final int RECORDS = 50;
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4");

    @Test
    @OnlyOnFiles(because = OLD)
    void pyKafkaWithItsDefaults(Server server) {
        assertThat(run(server, RequiredClients.clientsPython("pykafka"), "pykafka_client.py"))
                .contains("passed: tells_offsets with PyKafka 2.8");
    }

    @Test
    @OnlyOnFiles(because = OLD)
    void kafkaPythonPinnedToOldVersions(Server server) {
        String python = RequiredClients.systemPython("kafka");
        assertThat(run(server, python, "kafka_python_pinned.py", "0.8.1", "0.8.2", "0.9", "0.10.0", "0.10.1"))
                .contains("passed: 0.10.1 with kafka-python 2.0.2");
    }

    @ParameterizedTest
    @OnlyOnFiles(because = OLD)
    @ValueSource(strings = {"0.8.2", "0.9.0", "0.10.0"})
    void librdkafkaToldOfAnOldBroker(String version, Server server) {
        String today = RequiredClients.command("kcat") + " -b " + server.bootstrap();
        String old = today + " -X api.version.request=false -X broker.version.fallback=" + version;
        String topic = "kcat-" + version;
        StringBuilder expected = new StringBuilder();
        for (String codec : CODECS) {
            for (String kcat : List.of(old, today)) {
                try (ChildProcess producer =
                        ChildProcess.start("bash", "-c", kcat + " -P -t " + topic + " -K : -z " + codec)) {
                    producer.feed(IntStream.range(0, RECORDS)
                                    .mapToObj(i -> "key:" + i + codec + "\n")
                                    .collect(Collectors.joining()))
                            .succeed();
                }
                IntStream.range(0, RECORDS)
                        .forEach(i ->
                                expected.append("key=").append(i).append(codec).append('\n'));
            }
        }
        for (String kcat : List.of(old, today)) {
            try (ChildProcess consumer =
                    ChildProcess.start("bash", "-c", kcat + " -C -t " + topic + " -o beginning -e -q -f '%k=%s\\n'")) {
                assertThat(consumer.succeed()).as(kcat).isEqualTo(expected.toString());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.9.0.1", "0.10.0.1", "0.10.2.2", "0.11.0.3", "1.1.1", "2.0.1"})
    void javaClients(String release, Server server) throws Exception {
        String topic = "java-" + release;
        List<String> expected = new ArrayList<>();
        try (OldJavaClient old = new OldJavaClient(release, server.bootstrap())) {
            for (String codec : CODECS) {
                List<String> values = values(codec + " of " + release);
                old.produce(topic, codec, values);
                List<String> modern = values(codec + " of today");
                produceToday(server, topic, codec, modern);
                expected.addAll(values);
                expected.addAll(modern);
            }
            assertThat(old.consume(topic, "group-" + release, expected.size())).isEqualTo(expected);
        }
        assertThat(consumeToday(server, topic, expected.size())).isEqualTo(expected);
    }

    @Test
    @OnlyOnFiles(because = OLD)
    void javaProducerOf08(Server server) throws Exception {
        List<String> values = values("0.8");
        try (OldJavaClient old = new OldJavaClient("0.8.2.2", server.bootstrap())) {
            old.produce("java-0.8", "gzip", values);
        }
        assertThat(consumeToday(server, "java-0.8", values.size())).isEqualTo(values);
    }

    @Test
    @OnlyOnFiles(because = OLD)
    void varveClientsTellsWhatKafka4WouldRefuse(Server server) {
        String kcat = RequiredClients.command("kcat") + " -b " + server.bootstrap() + " -t kcat-connected";
        try (ChildProcess producer = ChildProcess.start("bash", "-c", kcat + " -P")) {
            producer.feed("value\n").succeed();
        }
        try (ChildProcess consumer = ChildProcess.start(
                "bash",
                "-c",
                "exec " + kcat + " -C -q -u -X client.id=old -X api.version.request=false"
                        + " -X broker.version.fallback=0.9.0")) {
            consumer.awaitOutput(out -> out.contains("value"));
            try (ChildProcess list = ChildProcess.start(
                    "bin/varve-clients.sh", "--bootstrap-server", server.bootstrap(), "--refused-by-kafka-4")) {
                assertThat(list.succeed()).containsPattern(" old +unknown +Fetch [01] \\(reads message format 0\\)");
            }
        }
    }

    private static List<String> values(String what) {
        return IntStream.range(0, RECORDS).mapToObj(i -> i + " " + what).toList();
    }

    private static void produceToday(Server server, String topic, String codec, List<String> values) {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", server.bootstrap(), "compression.type", codec, "linger.ms", "50"),
                new StringSerializer(),
                new StringSerializer())) {
            for (String value : values) {
                ProducerRecord<String, String> record = new ProducerRecord<>(topic, "key", value);
                record.headers().add("header", new byte[] {1});
                producer.send(record);
            }
        }
    }

    private static List<String> consumeToday(Server server, String topic, int count) {
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", server.bootstrap()), new StringDeserializer(), new StringDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            Await.until(count + " records of " + topic, () -> {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
                return values.size() >= count;
            });
        }
        return values;
    }

    private static String run(Broker server, String python, String script, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(python, SCRIPTS + script, server.bootstrap(), Long.toString(System.nanoTime(), 36)));
        command.addAll(List.of(arguments));
        try (ChildProcess client = ChildProcess.start(command.toArray(String[]::new))) {
            return client.succeed();
        }
    }
}

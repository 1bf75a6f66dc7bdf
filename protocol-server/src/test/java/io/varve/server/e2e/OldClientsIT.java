// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs clients that Kafka 4 turns away, each beside a client of today. */
@ExtendWith(SharedServer.class)
class OldClientsIT {
    private static final String SCRIPTS = "protocol-server/src/test/python/";
    private static final int RECORDS = 50;

    @Test
    void pyKafkaWithItsDefaults(Server server) {
        assertThat(run(server, RequiredClients.clientsPython("pykafka"), "pykafka_client.py"))
                .contains("passed: tells_offsets with PyKafka 2.8");
    }

    @Test
    void kafkaPythonPinnedToOldVersions(Server server) {
        String python = RequiredClients.systemPython("kafka");
        assertThat(run(server, python, "kafka_python_pinned.py", "0.8.1", "0.8.2", "0.9", "0.10.0", "0.10.1"))
                .contains("passed: 0.10.1 with kafka-python 2.0.2");
    }

    static Stream<Arguments> versionsAndCodecs() {
        return Stream.of("0.8.2", "0.9.0", "0.10.0")
                .flatMap(version ->
                        Stream.of("none", "gzip", "snappy", "lz4").map(codec -> Arguments.of(version, codec)));
    }

    @ParameterizedTest
    @MethodSource("versionsAndCodecs")
    void librdkafkaToldOfAnOldBroker(String version, String codec, Server server) {
        String today = RequiredClients.command("kcat") + " -b " + server.bootstrap();
        String old = today + " -X api.version.request=false -X broker.version.fallback=" + version;
        String topic = "kcat-" + version + "-" + codec;
        for (String kcat : List.of(old, today)) {
            try (ChildProcess producer =
                    ChildProcess.start("bash", "-c", kcat + " -P -t " + topic + " -K : -z " + codec)) {
                producer.feed(IntStream.range(0, RECORDS)
                                .mapToObj(i -> "key:" + i + "\n")
                                .collect(Collectors.joining()))
                        .succeed();
            }
        }
        String expected = IntStream.range(0, 2 * RECORDS)
                .mapToObj(i -> "key=" + i % RECORDS + "@" + i + "\n")
                .collect(Collectors.joining());
        for (String kcat : List.of(old, today)) {
            try (ChildProcess consumer = ChildProcess.start(
                    "bash", "-c", kcat + " -C -t " + topic + " -o beginning -e -q -f '%k=%s@%o\\n'")) {
                assertThat(consumer.succeed()).as(kcat).isEqualTo(expected);
            }
        }
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

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares the scripts and configurations with those that come with Apache Kafka 4.3.1. */
class KafkaScriptsTest {
    private static final Path BIN = ChildProcess.HOME.resolve("bin");

    /**
     * {@code bin/} of kafka_2.13-4.3.1.tgz, without {@code .sh}: as packagers list that of 4.1.0, with the
     * programs in 4.3.1's jars, of which none is without a script but those of Kafka's own tests.
     */
    private static final Set<String> KAFKAS = Set.of(
            "connect-distributed",
            "connect-mirror-maker",
            "connect-plugin-path",
            "connect-standalone",
            "kafka-acls",
            "kafka-broker-api-versions",
            "kafka-client-metrics",
            "kafka-cluster",
            "kafka-configs",
            "kafka-console-consumer",
            "kafka-console-producer",
            "kafka-console-share-consumer",
            "kafka-consumer-groups",
            "kafka-consumer-perf-test",
            "kafka-delegation-tokens",
            "kafka-delete-records",
            "kafka-dump-log",
            "kafka-e2e-latency",
            "kafka-features",
            "kafka-get-offsets",
            "kafka-groups",
            "kafka-jmx",
            "kafka-leader-election",
            "kafka-log-dirs",
            "kafka-metadata-quorum",
            "kafka-metadata-shell",
            "kafka-producer-perf-test",
            "kafka-reassign-partitions",
            "kafka-replica-verification",
            "kafka-run-class",
            "kafka-server-start",
            "kafka-server-stop",
            "kafka-share-consumer-perf-test",
            "kafka-share-groups",
            "kafka-storage",
            "kafka-streams-application-reset",
            "kafka-streams-groups",
            "kafka-topics",
            "kafka-transactions",
            "kafka-verifiable-consumer",
            "kafka-verifiable-producer",
            "kafka-verifiable-share-consumer",
            "trogdor");

    /** Those that are not here, and why. */
    private static final Map<String, String> ABSENT = Map.of(
            "kafka-metadata-shell",
            "walks the snapshots of a KRaft controller, of which there are none: kafka-dump-log.sh"
                    + " --cluster-metadata-decoder prints the metadata's events",
            "trogdor",
            "starts the agents of Kafka's own system tests, which inject faults into clusters of brokers");

    /** {@code config/} of kafka_2.13-4.3.1.tgz. */
    private static final Set<String> KAFKAS_CONFIGS = Set.of(
            "broker.properties",
            "connect-console-sink.properties",
            "connect-console-source.properties",
            "connect-distributed.properties",
            "connect-file-sink.properties",
            "connect-file-source.properties",
            "connect-log4j2.yaml",
            "connect-mirror-maker.properties",
            "connect-standalone.properties",
            "consumer.properties",
            "controller.properties",
            "log4j2.yaml",
            "producer.properties",
            "server.properties",
            "tools-log4j2.yaml",
            "trogdor.conf");

    /** Those that are not here, and why. */
    private static final Map<String, String> ABSENT_CONFIGS = Map.of(
            "broker.properties", "for a node without the controller's part; there is one node, with both",
            "controller.properties", "for a node without the broker's part",
            "connect-log4j2.yaml", "logs are Logback's: connect-logback.xml",
            "log4j2.yaml", "logs are Logback's: logback.xml",
            "tools-log4j2.yaml", "logs are Logback's: tools-logback.xml",
            "trogdor.conf", "of trogdor.sh");

    @Test
    void everyScriptOfKafkasIsHereOrSaysWhyNot() throws IOException {
        Set<String> missing = new TreeSet<>(KAFKAS);
        missing.removeAll(names(BIN, ".sh"));
        assertThat(missing).isEqualTo(new TreeSet<>(ABSENT.keySet()));
    }

    @Test
    void everyScriptRunsAndHasATwinForWindows() throws IOException {
        Set<String> scripts = names(BIN, ".sh");
        assertThat(scripts)
                .allSatisfy(name -> assertThat(BIN.resolve(name + ".sh")).isExecutable());
        // Completion is bash's.
        scripts.remove("varve-completion");
        assertThat(names(BIN.resolve("windows"), ".bat")).isEqualTo(scripts);
    }

    @Test
    void everyConfigurationOfKafkasIsHereOrSaysWhyNot() {
        assertThat(KAFKAS_CONFIGS.stream()
                        .filter(name ->
                                !Files.exists(BIN.resolveSibling("config").resolve(name))))
                .containsExactlyInAnyOrderElementsOf(ABSENT_CONFIGS.keySet());
    }

    private static Set<String> names(Path directory, String ending) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .map(name -> name.substring(0, name.length() - ending.length()))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}

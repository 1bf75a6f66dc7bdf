// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.ports.FreePort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compares what Kafka's tools that move records print with what they print on a Kafka: those that verify,
 * those that measure, and those that tell of the groups that have read. Times and rates are left out.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@OnlyOnFiles(because = "the tools are clients, and their printout depends on the answers only")
class MeasuringSameAsKafkaIT {
    private static final String TOPIC = "measured";

    /** The order of acknowledged offsets is that of the client's hash table. */
    private static final String TIMES =
            "\"timestamp\":\\d+|\"avg_throughput\":[\\d.E-]+|\"offsets\":\\[[^]]*](?=}],\"success\")";

    private static final String RATES =
            "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d:\\d{3}|\\d+\\.\\d+|(?<== )\\d+|\\d+$|\\d+(?= ms)|(?<=, )(?!30,)\\d+(?=,)";

    /** A busy machine's clients warn of what took them long, and one broker may be faster than the other. */
    private static final String WARNINGS = "^(\\[[^]]*]|TIME) WARN .*";

    /** Of new clusters, and of a controller's own: one broker has no use for them. */
    private static final String FEATURES = "Epoch: \\d+|^Feature: (eligible|kraft).*";

    private static final int KAFKAS_JMX = FreePort.take();
    private static final int OWN_JMX = FreePort.take();

    @TempDir
    static Path directory;

    private static Broker kafka;
    private static Broker server;
    private static ToolComparison both;

    @BeforeAll
    static void start() throws Exception {
        String[] quick = {
            "group.initial.rebalance.delay.ms=0",
            "group.share.heartbeat.interval.ms=500",
            "group.share.min.heartbeat.interval.ms=500"
        };
        kafka = KafkaBroker.format(Files.createDirectory(directory.resolve("kafka")), quick)
                .start(Map.of(
                        "JDK_JAVA_OPTIONS",
                        "-Dcom.sun.management.jmxremote.port=%d -Dcom.sun.management.jmxremote.host=127.0.0.1 "
                                        .formatted(KAFKAS_JMX)
                                + "-Djava.rmi.server.hostname=127.0.0.1 -Dcom.sun.management.jmxremote.ssl=false "
                                + "-Dcom.sun.management.jmxremote.authenticate=false"));
        Server own = Server.launch(
                Files.createDirectory(directory.resolve("own")),
                FreePort.take(),
                Map.of("JMX_PORT", Integer.toString(OWN_JMX)),
                Stream.concat(Stream.of("node.id=7"), Stream.of(quick)).toArray(String[]::new));
        own.running().awaitOutput(out -> out.contains("ready"));
        server = own;
        both = new ToolComparison(kafka, server);
        for (Broker broker : List.of(kafka, server)) {
            ShareConsumers.createTopic(broker.bootstrap(), TOPIC, 1);
            for (String group : List.of("share-perf", "share-console")) {
                ShareConsumers.configure(broker.bootstrap(), group);
            }
        }
    }

    @AfterAll
    static void stop() {
        both.close();
        kafka.close();
        server.close();
    }

    @Test
    @Order(1)
    void produceAndVerify() {
        same("kafka-verifiable-producer.sh", "--max-messages 30 --acks -1", TIMES);
        same("kafka-verifiable-consumer.sh", "--max-messages 30 --group-id verifiers --reset-policy earliest", TIMES);
        same(
                "kafka-verifiable-share-consumer.sh",
                "--max-messages 30 --group-id share-verifiers --offset-reset-strategy earliest"
                        + " --acknowledgement-mode sync",
                TIMES);
    }

    @Test
    @Order(2)
    void readAndMeasure() {
        same("kafka-share-consumer-perf-test.sh", "--num-records 30 --group share-perf --timeout 30000", RATES);
        same("kafka-consumer-perf-test.sh", "--num-records 30 --group perf --timeout 30000", RATES);
        same("kafka-console-share-consumer.sh", "--max-messages 30 --group share-console", WARNINGS);
    }

    @Test
    @Order(3)
    void tellOfTheGroupsThatHaveRead() {
        plain("kafka-consumer-groups.sh", "--describe --group verifiers");
        plain("kafka-consumer-groups.sh", "--describe --group verifiers --state");
        plain("kafka-consumer-groups.sh", "--reset-offsets --to-offset 7 --group verifiers --execute --topic measured");
        plain("kafka-streams-application-reset.sh", "--application-id verifiers --input-topics measured --to-offset 3");
        plain("kafka-share-groups.sh", "--describe --group share-perf");
        plain("kafka-share-groups.sh", "--describe --group share-perf --state");
        plain("kafka-share-groups.sh", "--reset-offsets --to-earliest --execute --group share-perf --topic measured");
        plain("kafka-share-groups.sh", "--delete-offsets --group share-perf --topic measured --topic none");
        plain("kafka-share-groups.sh", "--delete --group share-perf --group none");
    }

    @Test
    @Order(4)
    void compareTheReplicas() {
        assertThat(lagsOf(server)).isEqualTo(lagsOf(kafka));
    }

    /** These add records. */
    @Test
    @Order(5)
    void writeAndMeasure() {
        same("kafka-producer-perf-test.sh", "--num-records 20 --record-size 100 --throughput -1", RATES);
        both.assertSameInProcesses(
                "kafka-e2e-latency.sh",
                "--topic measured --num-records 20 --producer-acks all --record-size 100",
                RATES + "|" + WARNINGS);
        plain("kafka-get-offsets.sh", "--topic measured");
    }

    @Test
    void tellOfTheCluster() {
        both.assertSame("kafka-features.sh", "describe", FEATURES);
        both.assertSame(
                "kafka-topics.sh",
                "--describe --topic measured",
                "TopicId: \\S+|(?<=Configs:) min\\.insync\\.replicas=1| $");
        both.assertSame("kafka-metadata-quorum.sh", "describe --replication", "\\d{2,}");
        plain("kafka-delegation-tokens.sh", "--create --max-life-time-period -1 --command-config /dev/null");
        plain("kafka-leader-election.sh", "--election-type preferred --topic measured --partition 77");
    }

    /** Values of one JVM are the other's too, and those that are not are in the same columns. */
    @Test
    void readTheJvm() {
        String once = " --one-time --date-format yyyy";
        jmx("--object-name java.lang:type=Runtime --attributes SpecVersion,VmName" + once);
        jmx("--object-name java.lang:type=ClassLoading --attributes Verbose --report-format tsv" + once);
        jmx("--object-name java.lang:type=Threading --attributes ThreadCount --report-format csv" + once);
        jmx("--object-name java.lang:name=*,type=MemoryPool --attributes Type,Valid --report-format properties" + once);
        jmx("--object-name java.lang:type=none --one-time");
        jmx("--object-name java.lang:type=Runtime --attributes None --one-time");
        jmx("--object-name nothing --one-time");
        jmx("--unknown");
        jmx("--help");
    }

    private static void jmx(String command) {
        ToolComparison.assertSame(
                "kafka-jmx.sh " + command,
                both.run("kafka-jmx.sh", jmxUrl(KAFKAS_JMX) + command),
                both.run("kafka-jmx.sh", jmxUrl(OWN_JMX) + command),
                "(?<=ThreadCount,\")\\d+|:" + KAFKAS_JMX + "/|:" + OWN_JMX + "/|" + WARNINGS);
    }

    private static String jmxUrl(int port) {
        return "--jmx-url service:jmx:rmi:///jndi/rmi://127.0.0.1:%d/jmxrmi ".formatted(port);
    }

    private static void same(String tool, String command, String measured) {
        both.assertSameInProcesses(tool, "--topic measured " + command, measured + "|" + WARNINGS);
    }

    private static void plain(String tool, String command) {
        both.assertSame(tool, command, WARNINGS);
    }

    /** The tool goes on until it is ended. */
    private static String lagsOf(Broker broker) {
        Pattern lag = Pattern.compile("max lag is .*");
        try (ChildProcess verifying = ChildProcess.start(
                "bash",
                "-c",
                "exec bin/kafka-replica-verification.sh --broker-list " + broker.bootstrap()
                        + " --topics-include measured --report-interval-ms 100")) {
            verifying.awaitOutput(out -> lag.matcher(out).find());
            Matcher found = lag.matcher(verifying.out());
            assertThat(found.find()).isTrue();
            return found.group();
        }
    }
}

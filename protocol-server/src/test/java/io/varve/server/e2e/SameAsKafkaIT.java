// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares the output of Kafka's tools on transactions, offsets and deleted records with their output on a
 * Kafka used in the same way.
 */
class SameAsKafkaIT {
    /** Defaults that a decision, or the configuration file, says why they are not Kafka's. */
    private static final Set<String> OWN_DEFAULTS = Set.of(
            "group.coordinator.background.threads",
            "group.coordinator.threads",
            "listener.security.protocol.map",
            "log.dir",
            "log.flush.interval.ms",
            "num.io.threads",
            "offsets.topic.segment.bytes",
            "sasl.enabled.mechanisms",
            "share.coordinator.state.topic.segment.bytes",
            "socket.send.buffer.bytes",
            "transaction.state.log.segment.bytes");

    /** Kafka can change these while it runs, and those of TLS and SASL; decisions say why not here. */
    private static final Set<String> NEED_A_RESTART = Set.of(
            "config.providers",
            "group.consumer.assignment.interval.ms",
            "group.coordinator.cached.buffer.max.bytes",
            "group.share.assignment.interval.ms",
            "group.streams.assignment.interval.ms",
            "listener.security.protocol.map",
            "listeners",
            "num.io.threads",
            "num.network.threads",
            "share.coordinator.cached.buffer.max.bytes",
            "transaction.partition.verification.enable");

    private static final String CONFIGS = "kafka-configs.sh";
    private static final String TOPIC = "same";
    private static final String TIMES = "same-times";
    private static final String OPEN = "same-open";
    private static final long HOUR_MS = 3_600_000;
    private static final long FIRST_TIME = 1_700_000_000_000L;

    @TempDir
    static Path directory;

    private static Broker kafka;
    private static Broker server;
    private static ToolComparison both;
    private static final List<Producer<String, String>> producers = new ArrayList<>();

    @BeforeAll
    static void useBothInTheSameWay() throws Exception {
        Path own = Files.createDirectory(directory.resolve("own"));
        kafka = KafkaBroker.format(Files.createDirectory(directory.resolve("kafka")))
                .start();
        server = Broker.start(own);
        both = new ToolComparison(kafka, server);
        for (Broker broker : List.of(kafka, server)) {
            use(broker);
        }
    }

    private static void use(Broker broker) throws Exception {
        create(broker, TOPIC);
        create(broker, TIMES);
        try (Producer<String, String> plain = JavaClientsIT.producer(broker, Map.of())) {
            for (int i = 0; i < 20; i++) {
                // The newest timestamp is not the last one.
                long time = FIRST_TIME + 1_000 * (i % 10 == 3 ? 50 : i);
                plain.send(new ProducerRecord<>(TIMES, i % 2, time, null, "value"))
                        .get();
            }
        }
        for (TransactionProtocol protocol : TransactionProtocol.values()) {
            Producer<String, String> decided = transactional(broker, protocol, "same-decided-" + protocol);
            for (boolean commit : new boolean[] {true, false, true}) {
                decided.beginTransaction();
                decided.send(new ProducerRecord<>(TOPIC, 0, null, "decided")).get();
                if (commit) {
                    decided.commitTransaction();
                } else {
                    decided.abortTransaction();
                }
            }
            TransactionsIT.awaitNoOpenTransaction(broker, TOPIC);
        }
        Producer<String, String> open = transactional(broker, TransactionProtocol.KIP_890, OPEN);
        open.beginTransaction();
        // So old that it is worth asking whether it hangs.
        long time = System.currentTimeMillis() - HOUR_MS;
        open.send(new ProducerRecord<>(TOPIC, 1, time, null, "open")).get();
    }

    private static void create(Broker broker, String topic) throws Exception {
        try (Admin admin = JavaClientsIT.admin(broker)) {
            NewTopic wanted = new NewTopic(topic, 2, (short) 1).configs(Map.of("retention.ms", "-1"));
            admin.createTopics(List.of(wanted)).all().get();
        }
    }

    private static Producer<String, String> transactional(Broker broker, TransactionProtocol protocol, String id) {
        Producer<String, String> producer = protocol.producer(broker, id, Map.of("transaction.timeout.ms", 600_000));
        producers.add(producer);
        producer.initTransactions();
        return producer;
    }

    @AfterAll
    static void stop() {
        producers.forEach(producer -> producer.close(Duration.ZERO));
        both.close();
        kafka.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "list --transactional-id-pattern same-.*",
                "describe --transactional-id " + OPEN,
                "describe --transactional-id same-decided-BEFORE_KIP_890",
                "describe --transactional-id none-such",
                "describe-producers --topic same --partition 0",
                "describe-producers --topic same --partition 1",
                "find-hanging --topic same",
            })
    void tellsOfTransactions(String command) throws Exception {
        both.assertSame("kafka-transactions.sh", command);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--topic-partitions same:0,same-times:0-2 --time earliest",
                "--topic same-times --time latest",
                "--topic same-times --time max-timestamp",
                "--topic same-times --time earliest-local",
                "--topic same-times --time latest-tiered",
                "--topic same-times --time earliest-pending-upload",
                "--topic same-times --time 1700000008500",
                "--topic same-times --time 1800000000000",
                "--topic none-such",
            })
    void tellsOfOffsets(String command) throws Exception {
        both.assertSame("kafka-get-offsets.sh", command);
    }

    @ParameterizedTest
    @OnlyOnFiles(because = "what a tool prints depends on the answers, which are the coordinator's on every backend")
    @CsvSource(
            delimiter = ' ',
            value = {
                "kafka-streams-groups.sh --list",
                "kafka-streams-groups.sh '--describe --group none-such'",
                "kafka-streams-groups.sh '--delete --group none-such'",
                "kafka-streams-groups.sh '--reset-offsets --group none-such --all-input-topics --to-earliest --dry-run'",
                "kafka-streams-application-reset.sh '--application-id none-such --input-topics same-times --dry-run'",
                "kafka-streams-application-reset.sh '--application-id none-such --input-topics none-such'",
            })
    void tellsOfStreamsApplications(String tool, String command) {
        both.assertSame(tool, command);
    }

    @Test
    void deletesRecords() throws Exception {
        for (Broker broker : List.of(kafka, server)) {
            create(broker, "same-deleted");
            try (Producer<String, String> producer = JavaClientsIT.producer(broker, Map.of())) {
                for (int i = 0; i < 20; i++) {
                    producer.send(new ProducerRecord<>("same-deleted", i % 2, null, "value"))
                            .get();
                }
            }
        }
        Path offsets = Files.writeString(directory.resolve("offsets.json"), """
                {"version": 1, "partitions": [
                  {"topic": "same-deleted", "partition": 0, "offset": 7},
                  {"topic": "same-deleted", "partition": 1, "offset": 0}]}
                """);
        both.assertSame("kafka-delete-records.sh", "--offset-json-file " + offsets);
        both.assertSame("kafka-get-offsets.sh", "--topic same-deleted --time earliest");
        Path beyond = Files.writeString(directory.resolve("beyond.json"), """
                {"partitions": [
                  {"topic": "same-deleted", "partition": 0, "offset": 11},
                  {"topic": "same-deleted", "partition": 1, "offset": -1}]}
                """);
        both.assertSame("kafka-delete-records.sh", "--offset-json-file " + beyond);
        both.assertSame("kafka-get-offsets.sh", "--topic same-deleted --time earliest");
    }

    @Test
    void endsTransactions() throws Exception {
        for (Broker broker : List.of(kafka, server)) {
            create(broker, "same-ended");
            Producer<String, String> hanging = transactional(broker, TransactionProtocol.KIP_890, "ended");
            hanging.beginTransaction();
            hanging.send(new ProducerRecord<>("same-ended", 0, null, "hanging")).get();
            hanging.send(new ProducerRecord<>("same-ended", 1, null, "hanging")).get();
        }
        both.assertSame("kafka-transactions.sh", "abort --topic same-ended --partition 0 --start-offset 0");
        both.assertSame("kafka-transactions.sh", "describe-producers --topic same-ended --partition 0");
        both.assertSame("kafka-transactions.sh", "abort --topic same-ended --partition 0 --start-offset 7");
        both.assertSame("kafka-transactions.sh", "forceTerminateTransaction --transactionalId ended");
        TransactionsIT.awaitNoOpenTransaction(kafka, "same-ended");
        TransactionsIT.awaitNoOpenTransaction(server, "same-ended");
        both.assertSame("kafka-get-offsets.sh", "--topic same-ended");
    }

    @Test
    void changesAndDescribesSettings() throws Exception {
        String all = "--alter --entity-type brokers --entity-default ";
        both.assertSame(CONFIGS, all + "--add-config message.max.bytes=5000,log.cleanup.policy=[delete,compact]");
        both.assertSame(CONFIGS, "--describe --entity-type brokers --entity-default");
        both.assertSame(CONFIGS, all + "--add-config node.id=3");
        both.assertSame(CONFIGS, all + "--add-config log.segment.bytes=abc");
        both.assertSame(CONFIGS, all + "--add-config log.flush.interval.messages=0");
        both.assertSame(CONFIGS, all + "--add-config log.flush.interval.messages=100,log.flush.interval.ms=1000");
        both.assertSame(CONFIGS, "--describe --entity-type brokers --entity-default");
        both.assertSame(CONFIGS, all + "--delete-config log.flush.interval.messages,log.flush.interval.ms");
        both.assertSame(CONFIGS, "--describe --entity-type topics --entity-name " + TOPIC + " --all");
        both.assertSame(CONFIGS, all + "--delete-config message.max.bytes,log.cleanup.policy");
        both.assertSame(
                CONFIGS,
                "--alter --entity-type groups --entity-name same --add-config consumer.session.timeout.ms=50000");
        both.assertSame(
                CONFIGS, "--alter --entity-type groups --entity-name same --add-config streams.num.standby.replicas=1");
        both.assertSame(
                CONFIGS, "--alter --entity-type groups --entity-name same --add-config streams.session.timeout.ms=1");
        both.assertSame(CONFIGS, "--describe --entity-type groups --entity-name same --all");
        both.assertSame(
                CONFIGS, "--alter --entity-type client-metrics --entity-name same --add-config interval.ms=1000");
    }

    /** A topic asks for no more replicas than it has, however many its setting says. */
    @Test
    void takesRecordsWhenMoreReplicasAreWantedThanThereAre() throws Exception {
        for (Broker broker : List.of(kafka, server)) {
            try (Admin admin = JavaClientsIT.admin(broker);
                    Producer<String, String> producer = JavaClientsIT.producer(broker, Map.of("acks", "all"))) {
                NewTopic wanted = new NewTopic("same-min", 1, (short) 1).configs(Map.of("min.insync.replicas", "2"));
                admin.createTopics(List.of(wanted)).all().get();
                assertThat(producer.send(new ProducerRecord<>("same-min", "value"))
                                .get()
                                .offset())
                        .isZero();
            }
        }
    }

    @Test
    void describesABrokersSettings() throws Exception {
        Map<String, ConfigEntry> theirs = ofBroker(kafka);
        Map<String, ConfigEntry> ours = ofBroker(server);
        List<String> changeable = new ArrayList<>();
        List<String> byDefault = new ArrayList<>();
        ours.forEach((name, entry) -> {
            ConfigEntry other = theirs.get(name);
            if (other == null) {
                assertThat(entry.documentation()).as(name).isNotBlank();
            } else {
                assertThat(entry.type()).as(name).isEqualTo(other.type());
                assertThat(entry.isSensitive()).as(name).isEqualTo(other.isSensitive());
                if (entry.isReadOnly() != other.isReadOnly()) {
                    changeable.add(name);
                }
                if (entry.isDefault() && other.isDefault() && !Objects.equals(entry.value(), other.value())) {
                    byDefault.add(name);
                }
            }
        });
        changeable.removeIf(name -> name.startsWith("ssl.") || name.startsWith("sasl."));
        assertThat(changeable).isSubsetOf(NEED_A_RESTART);
        assertThat(byDefault).isSubsetOf(OWN_DEFAULTS);
        Set<String> common = new HashSet<>(ours.keySet());
        common.retainAll(theirs.keySet());
        assertThat(common).hasSizeGreaterThan(100);
    }

    @Test
    void changesNothingWhileItRunsThatKafkaReadsAtAStart() throws Exception {
        Set<String> fixed = ofBroker(kafka).values().stream()
                .filter(ConfigEntry::isReadOnly)
                .map(ConfigEntry::name)
                .collect(Collectors.toSet());
        fixed.add("queued.max.requests");
        String byKafka = refusal(kafka, fixed);
        String byServer = refusal(server, fixed);

        assertThat(fixed).hasSizeGreaterThan(200);
        for (String key : fixed) {
            Pattern named = Pattern.compile("dynamically: .*\\b" + Pattern.quote(key) + "[,\\]]");
            assertThat(named.matcher(byServer).find())
                    .as(key)
                    .isEqualTo(named.matcher(byKafka).find());
        }
    }

    /** @return why none of these keys can be set */
    private static String refusal(Broker broker, Set<String> keys) throws Exception {
        ConfigResource all = new ConfigResource(ConfigResource.Type.BROKER, "");
        List<AlterConfigOp> set = keys.stream()
                .map(key -> new AlterConfigOp(new ConfigEntry(key, "1"), AlterConfigOp.OpType.SET))
                .toList();
        try (Admin admin = JavaClientsIT.admin(broker)) {
            var asked = admin.incrementalAlterConfigs(Map.of(all, set)).all();
            return assertThrows(ExecutionException.class, asked::get).getCause().getMessage();
        }
    }

    private static Map<String, ConfigEntry> ofBroker(Broker broker) throws Exception {
        try (Admin admin = JavaClientsIT.admin(broker)) {
            String id = admin.describeCluster().nodes().get().iterator().next().idString();
            ConfigResource resource = new ConfigResource(ConfigResource.Type.BROKER, id);
            DescribeConfigsOptions options = new DescribeConfigsOptions().includeDocumentation(true);
            return admin.describeConfigs(List.of(resource), options).all().get().get(resource).entries().stream()
                    .collect(Collectors.toMap(ConfigEntry::name, entry -> entry));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.server.e2e.ThrottledCall.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.protocol.Errors;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares administrators' calls and tools with those on a Kafka of the same node id: elections,
 * reassignments, features, the quorum, quotas, credentials.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@OnlyOnFiles(because = "administrators are answered from the metadata, in memory, whichever storage keeps its log")
class AdminSameAsKafkaIT {
    private static final int LAST = Integer.MAX_VALUE;

    @TempDir
    static Path directory;

    private static Broker kafka;
    private static Broker server;
    private static ToolComparison both;
    private static Admin ofKafka;
    private static Admin ofServer;

    @BeforeAll
    static void start() throws Exception {
        kafka = KafkaBroker.format(Files.createDirectory(directory.resolve("kafka")))
                .start();
        server = Broker.start(
                Files.createDirectory(directory.resolve("own")), "node.id=7", "group.initial.rebalance.delay.ms=0");
        both = new ToolComparison(kafka, server);
        ofKafka = JavaClientsIT.admin(kafka);
        ofServer = JavaClientsIT.admin(server);
        for (Admin admin : List.of(ofKafka, ofServer)) {
            NewTopic wanted = new NewTopic("admin", 2, (short) 1).configs(Map.of("retention.ms", "-1"));
            NewTopic dotted = new NewTopic("admin.dotted", 1, (short) 1);
            admin.createTopics(List.of(wanted, dotted)).all().get();
        }
    }

    @AfterAll
    static void stop() {
        ofKafka.close();
        ofServer.close();
        both.close();
        kafka.close();
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void answers(AdminCall call) {
        assertThat(call.outcome(ofServer)).isEqualTo(call.outcome(ofKafka));
    }

    @ParameterizedTest
    @EnumSource
    void answersOnTheWire(WireCall call) throws Exception {
        assertThat(call.outcome(server)).isEqualTo(call.outcome(kafka));
    }

    @ParameterizedTest
    @EnumSource
    void answersWhatMakesNoSense(OddCall call) throws Exception {
        assertThat(call.outcome(server)).isEqualTo(call.outcome(kafka));
    }

    @ParameterizedTest
    @EnumSource
    void answersAboutUsers(UserCall call) {
        if (call.changesNothing()) {
            Alike.require(call.name(), () -> call.outcome(ofKafka), () -> call.outcome(ofServer));
        } else {
            assertThat(call.outcome(ofServer)).isEqualTo(call.outcome(ofKafka));
        }
    }

    /** Kafka makes the topic of a coordinator for any client that asks for it, but takes no records. */
    @ParameterizedTest
    @ValueSource(strings = {"__consumer_offsets", "__transaction_state", "__share_group_state"})
    void takesNoRecordsForTopicsOfCoordinators(String topic) {
        for (Broker broker : List.of(kafka, server)) {
            try (Producer<String, String> producer =
                    JavaClientsIT.producer(broker, Map.of("max.block.ms", Await.PATIENCE.toMillis()))) {
                assertThat(producer.send(new ProducerRecord<>(topic, "value")))
                        .failsWithin(Await.PATIENCE)
                        .withThrowableOfType(ExecutionException.class)
                        .withCauseInstanceOf(InvalidTopicException.class);
            }
        }
    }

    @Test
    void holdsBackProducersAlike() throws Exception {
        List<Answer> ofBoth = new ArrayList<>();
        for (Broker broker : List.of(kafka, server)) {
            ThrottledCall client = limited(broker, "producer_byte_rate", 50_000.0);
            Await.until(
                    "the quota",
                    () -> ofBoth.add(client.produce(750_000)) && last(ofBoth).throttleMs() > 0);
            ofBoth.add(client.produce(50_000));
            limited(broker, "producer_byte_rate", null);
        }
        alike(ofBoth.stream().filter(answer -> answer.throttleMs() > 0).toList(), 5_000, 6_000);
    }

    @Test
    void givesConsumersNothingAlike() throws Exception {
        List<Answer> ofBoth = new ArrayList<>();
        for (Broker broker : List.of(kafka, server)) {
            ThrottledCall client = limited(broker, "consumer_byte_rate", 1_000.0);
            client.produce(8_000);
            Await.until(
                    "the quota", () -> last(add(ofBoth, client.fetch(8_500))).throttleMs() > 0);
            assertThat(last(ofBoth).bytes()).isZero();
            limited(broker, "consumer_byte_rate", null);
        }
        alike(ofBoth.stream().filter(answer -> answer.throttleMs() > 0).toList(), 6_000);
    }

    /** Any request takes more than that, and no client is held back for longer than one sample's time. */
    @Test
    void holdsBackWhoTakesItsTimeAlike() throws Exception {
        List<Answer> ofBoth = new ArrayList<>();
        for (Broker broker : List.of(kafka, server)) {
            ThrottledCall client = limited(broker, "request_percentage", 0.0001);
            Await.until("the quota", () -> last(add(ofBoth, client.metadata())).throttleMs() > 0);
            limited(broker, "request_percentage", null);
        }
        alike(ofBoth.stream().filter(answer -> answer.throttleMs() > 0).toList(), 1_000);
    }

    @Test
    void refusesTopicsAlike() throws Exception {
        List<Answer> ofBoth = new ArrayList<>();
        for (Broker broker : List.of(kafka, server)) {
            ThrottledCall client = limited(broker, "controller_mutation_rate", 0.5);
            int[] topics = {0};
            Await.until(
                    "the quota",
                    () -> last(add(ofBoth, client.create("throttled-" + topics[0]++, 9)))
                                    .throttleMs()
                            > 0);
            assertThat(last(ofBoth).error()).isEqualTo(Errors.THROTTLING_QUOTA_EXCEEDED.code());
            limited(broker, "controller_mutation_rate", null);
        }
        assertThat(ofBoth.stream().map(Answer::error).distinct()).hasSize(2);
    }

    private static ThrottledCall limited(Broker broker, String quota, Double value) throws Exception {
        ThrottledCall.set(broker == kafka ? ofKafka : ofServer, quota, value);
        return new ThrottledCall(broker, "admin");
    }

    private static List<Answer> add(List<Answer> answers, Answer answer) {
        answers.add(answer);
        return answers;
    }

    private static Answer last(List<Answer> answers) {
        return answers.get(answers.size() - 1);
    }

    /** @param answers first those of Kafka, then as many of the server */
    private static void alike(List<Answer> answers, int... throttleMs) {
        assertThat(answers).hasSize(2 * throttleMs.length);
        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i).throttleMs())
                    .as("%s of Kafka, then of the server", answers)
                    .isCloseTo(throttleMs[i % throttleMs.length], Percentage.withPercentage(15));
            assertThat(answers.get(i).error()).isZero();
        }
    }

    @Test
    @Order(LAST)
    void keepsWhatWasSetAfterAKill() throws Exception {
        UserCall.SETS_A_USERS_QUOTAS.outcome(ofServer);
        UserCall.STORES_A_CREDENTIAL.outcome(ofServer);
        String quotas = UserCall.DESCRIBES_ALL_QUOTAS.outcome(ofServer);
        String credentials = UserCall.DESCRIBES_A_USER.outcome(ofServer);
        assertThat(quotas).contains("producer_byte_rate");
        assertThat(credentials).contains("SCRAM_SHA_256");
        server.crash();
        server = server.again();
        ofServer.close();
        ofServer = JavaClientsIT.admin(server);
        assertThat(UserCall.DESCRIBES_ALL_QUOTAS.outcome(ofServer)).isEqualTo(quotas);
        assertThat(UserCall.DESCRIBES_A_USER.outcome(ofServer)).isEqualTo(credentials);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "kafka-leader-election.sh '--election-type preferred --topic admin --partition 0'",
                "kafka-leader-election.sh '--election-type unclean --all-topic-partitions'",
                "kafka-leader-election.sh '--election-type preferred --topic none-such --partition 0'",
                "kafka-features.sh 'upgrade --feature made.up=3'",
                "kafka-features.sh 'downgrade --feature metadata.version=20 --dry-run'",
                "kafka-features.sh 'downgrade --unsafe --feature metadata.version=7'",
                "kafka-features.sh 'downgrade --feature transaction.version=1 --dry-run'",
                "kafka-acls.sh --list",
                "kafka-acls.sh '--add --allow-principal User:a --operation Read --topic admin'",
                "kafka-delegation-tokens.sh '--describe --command-config /dev/null'",
                "kafka-cluster.sh 'unregister --bootstrap-server ADDRESS --id 77'",
                "kafka-configs.sh '--alter --entity-type users --entity-name tool --add-config consumer_byte_rate=9'",
                "kafka-configs.sh '--describe --entity-type users --entity-name tool'",
                "kafka-configs.sh '--alter --entity-type users --entity-name tool"
                        + " --add-config SCRAM-SHA-256=[password=secret]'",
                "kafka-configs.sh '--describe --entity-type users --entity-name tool'",
                "kafka-configs.sh '--alter --entity-type clients --entity-default --add-config request_percentage=50'",
                "kafka-configs.sh '--describe --entity-type clients'",
                "kafka-configs.sh '--alter --entity-type ips --entity-name 10.9.8.7"
                        + " --add-config connection_creation_rate=5'",
                "kafka-configs.sh '--describe --entity-type ips'",
                "kafka-client-metrics.sh '--alter --name same --metrics org.apache.kafka --interval 10000'",
                "kafka-client-metrics.sh '--describe --name same'",
                "kafka-client-metrics.sh '--delete --name same'",
                "kafka-client-metrics.sh --list",
            })
    void toolsPrint(String tool, String command) {
        both.assertSame(tool, command);
    }

    @Test
    void reassignsPartitionsToTheNodeThatHasThem() throws Exception {
        Path same = reassignment("same.json", 7);
        both.assertSame("kafka-reassign-partitions.sh", "--execute --reassignment-json-file " + same);
        both.assertSame("kafka-reassign-partitions.sh", "--verify --reassignment-json-file " + same);
        both.assertSame("kafka-reassign-partitions.sh", "--cancel --reassignment-json-file " + same);
        both.assertSame("kafka-reassign-partitions.sh", "--list");
        Path elsewhere = reassignment("elsewhere.json", 8);
        both.assertSame("kafka-reassign-partitions.sh", "--execute --reassignment-json-file " + elsewhere);
    }

    private static Path reassignment(String file, int node) throws Exception {
        return Files.writeString(directory.resolve(file), """
                {"version": 1, "partitions": [{"topic": "admin", "partition": 1, "replicas": [%d]}]}
                """.formatted(node));
    }

    /** The ids, epochs and offsets are a node's own. */
    @Test
    void describesTheQuorum() {
        assertThat(quorum(server, "--status").lines().map(line -> line.split(":")[0]))
                .containsExactlyElementsOf(quorum(kafka, "--status")
                        .lines()
                        .map(line -> line.split(":")[0])
                        .toList());
        assertThat(quorum(server, "--status")).contains("CurrentVoters:          [{\"id\": 7, \"endpoints\": [");
        assertThat(quorum(server, "--replication").lines().skip(1))
                .singleElement()
                .asString()
                .contains("Leader");
    }

    private static String quorum(Broker broker, String what) {
        ToolProcess.Printed printed = both.run(broker, "kafka-metadata-quorum.sh", "describe " + what);
        assertThat(printed.code()).as(printed.err()).isZero();
        return printed.out();
    }
}

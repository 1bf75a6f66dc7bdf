// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.build.watch.Await;
import io.varve.server.net.RawClient;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares what every API answers, to a client that may do one thing, with what Kafka answers: each operation
 * on each type of resource. Who may do what is told by the address the client comes from, which needs no
 * authentication.
 */
@OnlyOnFiles(because = "what a client may do is decided before the storage is asked")
class AclSameAsKafkaIT {
    private static final String CLIENT = "127.0.0.2";
    private static final String[] SETTINGS = {
        "node.id=7",
        "group.initial.rebalance.delay.ms=0",
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        // Until the first entry is there, whoever comes may make it.
        "allow.everyone.if.no.acl.found=true"
    };

    /** Whose answers also tell which names they show. */
    private static final Set<ApiKeys> SHOWING = EnumSet.of(
            ApiKeys.METADATA,
            ApiKeys.LIST_GROUPS,
            ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
            ApiKeys.LIST_TRANSACTIONS,
            ApiKeys.DESCRIBE_TRANSACTIONS,
            ApiKeys.OFFSET_FETCH);

    private static final Pattern SHOWN = Pattern.compile("[a-z]\\w*uthorizedOperations=-?\\d+|\\b(open|shut)[-\\w/]*");

    /**
     * What the client may do.
     *
     * @param entries operations by type of resource
     */
    record Grant(Map<ResourceType, AclOperation> entries) {
        List<AclBinding> bindings() {
            List<AclBinding> bindings = new ArrayList<>();
            entries.forEach((type, operation) -> bindings.add(new AclBinding(
                    type == ResourceType.CLUSTER
                            ? new ResourcePattern(type, Resource.CLUSTER_NAME, PatternType.LITERAL)
                            : new ResourcePattern(type, "open", PatternType.PREFIXED),
                    new AccessControlEntry("User:*", CLIENT, operation, AclPermissionType.ALLOW))));
            return bindings;
        }

        @Override
        public String toString() {
            return entries.isEmpty() ? "nothing" : new TreeMap<>(entries).toString();
        }
    }

    @TempDir
    static Path directory;

    private static Subject kafka;
    private static Subject server;
    private static ToolComparison both;

    /** A broker with what the requests are about. */
    private record Subject(Broker broker, Admin admin, List<AclRequests.Sent> requests) implements AutoCloseable {
        static Subject prepare(Broker broker) throws Exception {
            Admin admin = JavaClientsIT.admin(broker);
            List<AclBinding> own = new ArrayList<>();
            for (ResourceType type : List.of(
                    ResourceType.TOPIC, ResourceType.GROUP, ResourceType.TRANSACTIONAL_ID, ResourceType.CLUSTER)) {
                for (String host : List.of("127.0.0.1", "0:0:0:0:0:0:0:1")) {
                    own.add(new AclBinding(
                            new ResourcePattern(
                                    type,
                                    type == ResourceType.CLUSTER ? Resource.CLUSTER_NAME : "*",
                                    PatternType.LITERAL),
                            new AccessControlEntry("User:*", host, AclOperation.ALL, AclPermissionType.ALLOW)));
                }
            }
            admin.createAcls(own).all().get();
            awaitEntries(admin, own.size());
            admin.createTopics(List.of(new NewTopic("open", 1, (short) 1), new NewTopic("shut", 1, (short) 1)))
                    .all()
                    .get();
            Map<String, Uuid> ids =
                    admin.describeTopics(List.of("open", "shut")).allTopicNames().get().values().stream()
                            .collect(Collectors.toMap(topic -> topic.name(), topic -> topic.topicId()));
            for (String group : List.of("open-group", "shut-group")) {
                admin.alterConsumerGroupOffsets(
                                group,
                                Map.of(
                                        new TopicPartition("open", 0), new OffsetAndMetadata(0),
                                        new TopicPartition("shut", 0), new OffsetAndMetadata(0)))
                        .all()
                        .get();
            }
            for (String id : List.of("open-txn", "shut-txn")) {
                Properties producer = new Properties();
                producer.put("bootstrap.servers", broker.bootstrap());
                producer.put("transactional.id", id);
                try (KafkaProducer<byte[], byte[]> transactional =
                        new KafkaProducer<>(producer, new ByteArraySerializer(), new ByteArraySerializer())) {
                    transactional.initTransactions();
                }
            }
            return new Subject(broker, admin, AclRequests.of(ids.get("open"), ids.get("shut")));
        }

        private static Collection<AclBinding> entries(Admin admin) {
            return admin.describeAcls(AclBindingFilter.ANY)
                    .values()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        }

        private static void awaitEntries(Admin admin, int count) {
            Await.until(count + " entries", () -> entries(admin).size() == count);
        }

        /** Sends each request from the client's address, with nothing but the grant allowed to it. */
        List<String> answers(Grant grant) throws Exception {
            int before = entries(admin).size();
            List<AclBinding> bindings = grant.bindings();
            if (!bindings.isEmpty()) {
                admin.createAcls(bindings).all().get();
                awaitEntries(admin, before + bindings.size());
            }
            List<String> answers = new ArrayList<>();
            try (RawClient client = new RawClient(port(broker), InetAddress.getByName(CLIENT))) {
                for (AclRequests.Sent sent : requests) {
                    answers.add(answers.size() + " " + sent + ": " + answer(client, sent));
                }
            } finally {
                admin.deleteAcls(bindings.stream().map(AclBinding::toFilter).toList())
                        .all()
                        .get();
                awaitEntries(admin, before);
            }
            return answers;
        }

        private static String answer(RawClient client, AclRequests.Sent sent) throws IOException {
            ApiMessage body = sent.data();
            client.send(RawClient.frame(sent.api(), sent.version(), 1, body));
            AbstractResponse response = client.receive(sent.api(), sent.version());
            Set<String> told = new TreeSet<>();
            response.errorCounts().forEach((error, count) -> told.add(error.name()));
            if (SHOWING.contains(sent.api())) {
                Matcher shown = SHOWN.matcher(response.data().toString());
                while (shown.find()) {
                    told.add(shown.group());
                }
            }
            return told.toString();
        }

        @Override
        public void close() {
            admin.close();
            broker.close();
        }
    }

    @BeforeAll
    static void start() throws Exception {
        kafka = Subject.prepare(
                KafkaBroker.format(Files.createDirectory(directory.resolve("kafka")), SETTINGS[2], SETTINGS[3])
                        .start());
        server = Subject.prepare(Broker.start(Files.createDirectory(directory.resolve("own")), SETTINGS));
        both = new ToolComparison(kafka.broker(), server.broker());
    }

    @AfterAll
    static void stop() {
        both.close();
        kafka.close();
        server.close();
    }

    static Stream<Grant> grants() {
        Map<ResourceType, List<AclOperation>> possible = Map.of(
                ResourceType.TOPIC,
                        List.of(
                                AclOperation.READ,
                                AclOperation.WRITE,
                                AclOperation.CREATE,
                                AclOperation.DELETE,
                                AclOperation.ALTER,
                                AclOperation.DESCRIBE,
                                AclOperation.DESCRIBE_CONFIGS,
                                AclOperation.ALTER_CONFIGS,
                                AclOperation.ALL),
                ResourceType.GROUP,
                        List.of(
                                AclOperation.READ,
                                AclOperation.DESCRIBE,
                                AclOperation.DELETE,
                                AclOperation.DESCRIBE_CONFIGS,
                                AclOperation.ALTER_CONFIGS,
                                AclOperation.ALL),
                ResourceType.TRANSACTIONAL_ID, List.of(AclOperation.WRITE, AclOperation.DESCRIBE, AclOperation.ALL),
                ResourceType.CLUSTER,
                        List.of(
                                AclOperation.CREATE,
                                AclOperation.CLUSTER_ACTION,
                                AclOperation.DESCRIBE_CONFIGS,
                                AclOperation.ALTER_CONFIGS,
                                AclOperation.IDEMPOTENT_WRITE,
                                AclOperation.ALTER,
                                AclOperation.DESCRIBE));
        Stream<Grant> single = possible.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .flatMap(type -> type.getValue().stream().map(each -> new Grant(Map.of(type.getKey(), each))));
        return Stream.concat(
                Stream.of(
                        new Grant(Map.of()),
                        new Grant(Map.of(ResourceType.TOPIC, AclOperation.READ, ResourceType.GROUP, AclOperation.READ)),
                        new Grant(Map.of(
                                ResourceType.TOPIC, AclOperation.DESCRIBE, ResourceType.GROUP, AclOperation.DESCRIBE)),
                        new Grant(Map.of(
                                ResourceType.TOPIC,
                                AclOperation.WRITE,
                                ResourceType.TRANSACTIONAL_ID,
                                AclOperation.ALL)),
                        new Grant(Map.of(
                                ResourceType.GROUP,
                                AclOperation.READ,
                                ResourceType.TRANSACTIONAL_ID,
                                AclOperation.ALL)),
                        new Grant(Map.of(
                                ResourceType.TOPIC, AclOperation.ALL,
                                ResourceType.GROUP, AclOperation.ALL,
                                ResourceType.TRANSACTIONAL_ID, AclOperation.ALL))),
                single);
    }

    @ParameterizedTest
    @MethodSource("grants")
    void answersAsKafkaDoes(Grant grant) throws Exception {
        assertThat(server.answers(grant)).containsExactlyElementsOf(kafka.answers(grant));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "'--add --allow-principal User:a --operation Read --topic tool'",
                "'--list --topic tool'",
                "'--add --allow-principal User:b --operation Write --transactional-id tool'",
                "'--add --deny-principal User:* --deny-host 10.1.2.3 --operation All --group tool"
                        + " --resource-pattern-type prefixed'",
                "'--list --group tool --resource-pattern-type match'",
                "'--list --principal User:b'",
                "'--add --allow-principal nobody --operation Read --topic tool'",
                "'--add --allow-principal User:a --operation Create --group tool'",
                "'--remove --force --topic tool'",
                "'--remove --force --transactional-id tool'",
                "'--remove --force --group tool --resource-pattern-type prefixed'",
                "'--list --topic tool'",
                // The tool makes several entries of one wish.
                "'--add --allow-principal User:CN=w,O=x --allow-host 10.1.2.3 --producer --topic wishes --idempotent'",
                "'--add --allow-principal User:c --consumer --topic wishes --group readers'",
                "'--add --allow-principal User:t --producer --topic wishes --transactional-id tool'",
                "'--add --allow-principal User:c --operation Describe --operation Alter --cluster'",
                "'--add --allow-principal User:c --operation DescribeTokens --delegation-token tool'",
                "'--add --allow-principal User:c --operation Read --topic *'",
                "'--add --deny-principal User:d --operation CreateTokens --user-principal User:e'",
                "'--list --principal User:c'",
                "'--list --topic wishes --resource-pattern-type any'",
                "'--list --cluster'",
                "'--remove --force --allow-principal User:c --consumer --topic wishes --group readers'",
                "'--remove --force --topic wishes --resource-pattern-type any'",
                "'--remove --force --allow-principal User:c --operation Describe --operation Alter --cluster'",
                "'--remove --force --group readers'",
                "'--remove --force --allow-principal User:c --operation Read --topic *'",
                "'--remove --force --transactional-id tool'",
                "'--remove --force --delegation-token tool'",
                "'--remove --force --user-principal User:e'",
                "'--list --topic wishes'"
            })
    void theToolPrintsTheSame(String command) {
        both.assertSame("kafka-acls.sh", command);
    }

    static Stream<AclBinding> entriesOfEmptyTexts() {
        return Stream.of(ResourceType.TOPIC, ResourceType.GROUP, ResourceType.CLUSTER, ResourceType.USER)
                .flatMap(type -> Stream.of(
                        empty(type, "", PatternType.LITERAL, "User:a", "*"),
                        empty(type, "", PatternType.PREFIXED, "User:a", "*"),
                        empty(type, "empty", PatternType.PREFIXED, "User:", "*"),
                        empty(type, "empty", PatternType.PREFIXED, ":", "*"),
                        empty(type, "empty", PatternType.PREFIXED, "", "*"),
                        empty(type, "empty", PatternType.PREFIXED, "User:a", ""),
                        empty(type, Resource.CLUSTER_NAME, PatternType.PREFIXED, "User:a", "")));
    }

    private static AclBinding empty(
            ResourceType type, String name, PatternType pattern, String principal, String host) {
        return new AclBinding(
                new ResourcePattern(type, name, pattern),
                new AccessControlEntry(principal, host, AclOperation.READ, AclPermissionType.ALLOW));
    }

    @ParameterizedTest
    @MethodSource("entriesOfEmptyTexts")
    void entriesOfEmptyTextsAreTakenOrRefusedAlike(AclBinding entry) {
        for (AdminCall.Call call : List.<AdminCall.Call>of(
                admin -> admin.createAcls(List.of(entry)).all(),
                admin -> admin.deleteAcls(List.of(entry.toFilter())).all())) {
            assertThat(AdminCall.outcome(server.admin(), call)).isEqualTo(AdminCall.outcome(kafka.admin(), call));
        }
        // Kafka's broker learns of a deletion after the controller has answered it.
        AdminCall.Call describe = admin -> admin.describeAcls(entry.toFilter()).values();
        String ours = AdminCall.outcome(server.admin(), describe);
        Await.until(
                "Kafka describes " + ours,
                () -> AdminCall.outcome(kafka.admin(), describe).equals(ours));
    }

    @Test
    void entriesAreInForceAfterAKill(@TempDir Path home) throws Exception {
        Broker first = Broker.start(home, SETTINGS);
        try (Subject subject = Subject.prepare(first)) {
            List<AclBinding> before = List.copyOf(Subject.entries(subject.admin()));
            first.crash();
            try (Broker second = first.again();
                    Admin admin = JavaClientsIT.admin(second);
                    RawClient stranger = new RawClient(port(second), InetAddress.getByName(CLIENT))) {
                assertThat(Subject.entries(admin)).containsExactlyInAnyOrderElementsOf(before);
                AclRequests.Sent everything = subject.requests().stream()
                        .filter(sent -> sent.api() == ApiKeys.DESCRIBE_LOG_DIRS)
                        .findFirst()
                        .orElseThrow();
                assertThat(Subject.answer(stranger, everything)).contains("CLUSTER_AUTHORIZATION_FAILED");
            }
        }
    }

    private static int port(Broker broker) {
        return Integer.parseInt(broker.bootstrap().replaceFirst(".*:", ""));
    }

    @Test
    void everyApiThatBothServeIsAsked() throws Exception {
        Set<ApiKeys> asked = EnumSet.noneOf(ApiKeys.class);
        server.requests().forEach(sent -> asked.add(sent.api()));
        Set<ApiKeys> missing = EnumSet.noneOf(ApiKeys.class);
        io.varve.server.api.table.ApiTable.versions().forEach(served -> missing.add(served.api()));
        missing.removeAll(asked);
        assertThat(missing)
                .containsExactlyInAnyOrder(
                        ApiKeys.SASL_HANDSHAKE,
                        ApiKeys.SASL_AUTHENTICATE,
                        ApiKeys.CREATE_DELEGATION_TOKEN,
                        ApiKeys.RENEW_DELEGATION_TOKEN,
                        ApiKeys.EXPIRE_DELEGATION_TOKEN,
                        ApiKeys.DESCRIBE_DELEGATION_TOKEN,
                        ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS,
                        ApiKeys.PUSH_TELEMETRY);
    }
}

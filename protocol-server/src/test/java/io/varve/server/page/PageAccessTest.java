// SPDX-License-Identifier: Apache-2.0
package io.varve.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.SystemScheduler;
import io.varve.server.VarveServer;
import io.varve.server.config.ServerConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares what each part of the page shows to a user with what Kafka's clients are answered for it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageAccessTest {
    private static final String TOPIC = "orders";
    private static final String GROUP = "readers";
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final ResourcePattern CLUSTER =
            new ResourcePattern(ResourceType.CLUSTER, "kafka-cluster", PatternType.LITERAL);
    private static final ResourcePattern ORDERS = new ResourcePattern(ResourceType.TOPIC, TOPIC, PatternType.LITERAL);
    private static final ResourcePattern READERS = new ResourcePattern(ResourceType.GROUP, GROUP, PatternType.LITERAL);
    private static final String JAAS = "org.apache.kafka.common.security.plain.PlainLoginModule required ";
    private static final Map<String, List<AclBinding>> USERS = Map.of(
            "nobody", List.of(),
            "describer", List.of(allow("describer", ORDERS, AclOperation.DESCRIBE)),
            "configurer", List.of(allow("configurer", ORDERS, AclOperation.DESCRIBE_CONFIGS)),
            "keeper",
                    List.of(
                            allow("keeper", ORDERS, AclOperation.DESCRIBE),
                            allow("keeper", ORDERS, AclOperation.DESCRIBE_CONFIGS)),
            "reader", List.of(allow("reader", ORDERS, AclOperation.READ)),
            "grouper", List.of(allow("grouper", READERS, AclOperation.DESCRIBE)),
            "follower",
                    List.of(
                            allow("follower", READERS, AclOperation.READ),
                            allow("follower", ORDERS, AclOperation.READ)),
            "watcher", List.of(allow("watcher", CLUSTER, AclOperation.DESCRIBE)),
            "auditor", List.of(allow("auditor", CLUSTER, AclOperation.DESCRIBE_CONFIGS)),
            "admin", List.of());

    private final HttpClient http = HttpClient.newHttpClient();
    private VarveServer server;

    private static AclBinding allow(String user, ResourcePattern resource, AclOperation operation) {
        return new AclBinding(
                resource, new AccessControlEntry("User:" + user, "*", operation, AclPermissionType.ALLOW));
    }

    @BeforeAll
    void start() throws Exception {
        StringBuilder users = new StringBuilder(JAAS);
        USERS.keySet().forEach(user -> users.append("user_" + user + "=\"" + user + "\" "));
        ServerConfig config = ServerConfig.of(
                Map.of(
                        "storage.backend", "memory",
                        "listeners", "SASL_PLAINTEXT://127.0.0.1:0",
                        "sasl.enabled.mechanisms", "PLAIN",
                        "listener.name.sasl_plaintext.plain.sasl.jaas.config", users + ";",
                        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                        "super.users", "User:admin",
                        "http.listeners", "http://127.0.0.1:0"),
                Path.of("unused"));
        server = VarveServer.start(config, Clock.system(), new SystemScheduler(2), Ids.random());
        server.createTopic(TOPIC, 1, Map.of()).join();
        try (Admin admin = Admin.create(client("admin"));
                KafkaProducer<String, String> producer =
                        new KafkaProducer<>(client("admin"), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(TOPIC, "a record")).get();
            admin.alterConsumerGroupOffsets(GROUP, Map.of(PARTITION, new OffsetAndMetadata(1)))
                    .all()
                    .get();
            List<AclBinding> all = new ArrayList<>();
            USERS.values().forEach(all::addAll);
            admin.createAcls(all).all().get();
        }
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private Map<String, Object> client(String user) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", server.endpoints().get(0).address());
        settings.put("security.protocol", "SASL_PLAINTEXT");
        settings.put("sasl.mechanism", "PLAIN");
        settings.put("sasl.jaas.config", JAAS + "username=\"" + user + "\" password=\"" + user + "\";");
        return settings;
    }

    private HttpResponse<String> get(String user, String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(
                                "http://" + server.httpEndpoints().get(0).address() + path))
                        .header(
                                "Authorization",
                                "Basic "
                                        + Base64.getEncoder()
                                                .encodeToString((user + ":" + user).getBytes(StandardCharsets.UTF_8)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private boolean shows(String user, String path, Predicate<JsonNode> content) throws Exception {
        HttpResponse<String> response = get(user, path);
        assertThat(response.statusCode()).as(path + " for " + user).isIn(200, 403, 404);
        return response.statusCode() == 200 && content.test(new ObjectMapper().readTree(response.body()));
    }

    private static boolean isAllowed(Callable<Boolean> asked) throws Exception {
        try {
            return asked.call();
        } catch (AuthorizationException e) {
            return false;
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(AuthorizationException.class);
            return false;
        }
    }

    private boolean readsRecords(String user) throws Exception {
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(client(user), new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(PARTITION));
            consumer.seek(PARTITION, 0);
            return isAllowed(() -> {
                while (consumer.poll(Duration.ofSeconds(1)).isEmpty()) {
                    assertThat(consumer.assignment()).isNotEmpty();
                }
                return true;
            });
        }
    }

    @ParameterizedTest
    @CsvSource({
        "nobody",
        "describer",
        "configurer",
        "keeper",
        "reader",
        "grouper",
        "follower",
        "watcher",
        "auditor",
        "admin"
    })
    void eachPartShowsWhatKafkaAnswers(String user) throws Exception {
        boolean records = readsRecords(user);
        try (Admin admin = Admin.create(client(user))) {
            boolean listed = isAllowed(() -> admin.listTopics().names().get().contains(TOPIC));
            boolean described = isAllowed(() ->
                    !admin.describeTopics(List.of(TOPIC)).allTopicNames().get().isEmpty());
            boolean configs = isAllowed(() -> configs(admin, new ConfigResource(ConfigResource.Type.TOPIC, TOPIC)));
            boolean broker = isAllowed(() -> configs(admin, new ConfigResource(ConfigResource.Type.BROKER, "1")));
            boolean directories =
                    isAllowed(() -> admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1).values().stream()
                            .anyMatch(each -> !each.replicaInfos().isEmpty()));
            boolean grouped = isAllowed(() -> admin.listGroups().all().get().stream()
                    .anyMatch(each -> each.groupId().equals(GROUP)));
            boolean group = isAllowed(() ->
                    admin.describeConsumerGroups(List.of(GROUP)).all().get().size() == 1);
            boolean offsets = isAllowed(() -> !admin.listConsumerGroupOffsets(GROUP)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .isEmpty());

            assertThat(shows(user, "/api/topics", all -> names(all.path("topics"), "name")))
                    .isEqualTo(listed);
            assertThat(shows(user, "/api/topic?topic=" + TOPIC, one -> true)).isEqualTo(described);
            assertThat(shows(user, "/api/topic?topic=" + TOPIC, one -> one.has("settings")))
                    .isEqualTo(described && configs);
            assertThat(shows(user, "/api/segments?topic=" + TOPIC, one -> true)).isEqualTo(configs);
            assertThat(shows(user, "/api/messages?topic=" + TOPIC + "&from=0:0", one -> true))
                    .isEqualTo(records);
            assertThat(shows(user, "/api/settings", all -> true)).isEqualTo(broker);
            assertThat(shows(user, "/api/problems", all -> true)).isEqualTo(broker);
            assertThat(shows(user, "/api/groups", all -> names(all.path("groups"), "id")))
                    .isEqualTo(grouped);
            assertThat(shows(user, "/api/group?group=" + GROUP, one -> true)).isEqualTo(group);
            assertThat(shows(
                            user,
                            "/api/group?group=" + GROUP,
                            one -> one.path("partitions").size() == 1))
                    .isEqualTo(group && offsets);
            assertThat(shows(user, "/api/server", one -> true)).isTrue();
            assertThat(shows(
                            user, "/api/server", one -> !one.path("directories").isEmpty()))
                    .isEqualTo(directories);
            assertThat(shows(user, "/api/topics", all -> all.path("topics").findValue("bytes") != null))
                    .isEqualTo(directories && listed);
            assertThat(shows(user, "/api/clients", all -> true)).isEqualTo(directories);
            assertThat(get(user, "/metrics").statusCode() == 200).isEqualTo(directories);
        }
    }

    private static boolean names(JsonNode all, String field) {
        return all.findValuesAsText(field).stream().anyMatch(name -> name.equals(TOPIC) || name.equals(GROUP));
    }

    private static boolean configs(Admin admin, ConfigResource resource) throws Exception {
        return !admin.describeConfigs(List.of(resource)).all().get().isEmpty();
    }
}

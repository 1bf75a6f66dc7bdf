// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.varve.server.api.ServedBroker;
import io.varve.server.group.GroupsFixture;
import io.varve.server.metadata.MetadataFixture;
import io.varve.server.net.NetServer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConfigEntry.ConfigSource;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs Kafka's own admin client against the handlers, over a socket. */
class AdminClientTest {
    private final GroupsFixture broker = new GroupsFixture();
    private final MetadataFixture node = broker.broker;
    private NetServer server;
    private Admin admin;

    @BeforeEach
    void start() {
        server = ServedBroker.on(broker);
        int port = ServedBroker.port(server);
        admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                "127.0.0.1:" + port,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                "20000",
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                "10000"));
    }

    @AfterEach
    void close() {
        admin.close();
        server.close();
        broker.close();
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private TopicDescription describe(String name) {
        return get(admin.describeTopics(List.of(name)).allTopicNames()).get(name);
    }

    @Test
    void createsDescribesGrowsAndDeletesATopic() {
        CreateTopicsResult created = admin.createTopics(
                List.of(new NewTopic("orders", 3, (short) 1).configs(Map.of("cleanup.policy", "compact"))));
        Uuid id = get(created.topicId("orders"));
        assertThat(get(created.config("orders")).get("cleanup.policy").source())
                .isEqualTo(ConfigSource.DYNAMIC_TOPIC_CONFIG);
        TopicDescription described = describe("orders");
        assertThat(described.topicId()).isEqualTo(id);
        assertThat(described.partitions()).hasSize(3).allSatisfy(partition -> {
            assertThat(partition.leader().port())
                    .isEqualTo(server.listeners().get(0).port());
            assertThat(partition.isr()).hasSize(1);
        });
        get(admin.createPartitions(Map.of("orders", NewPartitions.increaseTo(5)))
                .all());
        assertThat(describe("orders").partitions()).hasSize(5);
        assertThat(get(admin.listTopics().names())).containsExactly("orders");
        assertThatThrownBy(() -> get(admin.createTopics(List.of(new NewTopic("orders", 1, (short) 1)))
                        .all()))
                .isInstanceOf(TopicExistsException.class);
        get(admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all());
        assertThat(get(admin.listTopics().names())).isEmpty();
        assertThatThrownBy(() -> describe("orders")).isInstanceOf(UnknownTopicOrPartitionException.class);
    }

    @Test
    void changesAndShowsSettings() {
        get(admin.createTopics(List.of(new NewTopic("t", 1, (short) 1))).all());
        ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "t");
        assertThat(alter(topic, "retention.ms", "123")).isNull();
        Config config = get(admin.describeConfigs(Set.of(topic)).all()).get(topic);
        assertThat(config.get("retention.ms").value()).isEqualTo("123");
        assertThat(config.get("retention.ms").type()).isEqualTo(ConfigEntry.ConfigType.LONG);
        assertThat(config.get("segment.ms").isDefault()).isTrue();
        assertThat(alter(topic, "retention.ms", "x")).isInstanceOf(InvalidConfigurationException.class);
        ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
        assertThat(alter(broker, "log.retention.hours", "5")).isInstanceOf(InvalidRequestException.class);
        assertThat(alter(broker, "log.retention.ms", "5000")).isNull();
        assertThat(get(admin.describeConfigs(Set.of(broker)).all())
                        .get(broker)
                        .get("log.retention.ms")
                        .value())
                .isEqualTo("5000");
    }

    private RuntimeException alter(ConfigResource resource, String name, String value) {
        Collection<AlterConfigOp> operations =
                List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET));
        try {
            get(admin.incrementalAlterConfigs(Map.of(resource, operations)).all());
            return null;
        } catch (RuntimeException e) {
            return e;
        }
    }

    @Test
    void describesTheCluster() {
        assertThat(get(admin.describeCluster().clusterId())).isEqualTo(node.metadata.clusterId());
        assertThat(get(admin.describeCluster().nodes())).hasSize(1);
        assertThat(get(admin.describeCluster().controller()).id()).isEqualTo(1);
        assertThat(get(admin.listPartitionReassignments().reassignments())).isEmpty();
        assertThat(get(admin.describeFeatures().featureMetadata()).finalizedFeatures())
                .containsKey("metadata.version");
    }

    @Test
    void describesMoreTopicsThanFitOnAPage() {
        List<String> names = IntStream.range(0, 900).mapToObj(i -> "topic-" + i).toList();
        get(admin.createTopics(names.stream()
                        .map(name -> new NewTopic(name, 3, (short) 1))
                        .toList())
                .all());
        Map<String, TopicDescription> described =
                get(admin.describeTopics(names).allTopicNames());
        assertThat(described.keySet()).containsExactlyInAnyOrderElementsOf(names);
        assertThat(described.values()).allMatch(topic -> topic.partitions().size() == 3);
    }
}

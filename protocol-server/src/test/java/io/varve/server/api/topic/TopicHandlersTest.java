// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.varve.server.api.HandlerExchange;
import io.varve.server.api.HeavyRequestException;
import io.varve.server.api.Loopback;
import io.varve.server.api.NodeHandlers;
import io.varve.server.api.Request;
import io.varve.server.api.table.ApiTable;
import io.varve.server.api.table.HandlerContext;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.group.GroupsConfig;
import io.varve.server.group.GroupsFixture;
import io.varve.server.metadata.MetadataConfig;
import io.varve.server.metadata.MetadataFixture;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.TopicLimits;
import io.varve.server.metadata.topic.TopicsConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.TopicDeletionDisabledException;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.DeleteTopicsRequest;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicHandlersTest {
    private final MetadataFixture node = new MetadataFixture(13);
    private HandlerContext context;

    @AfterEach
    void close() {
        node.close();
    }

    private void start() {
        start(MetadataConfig.defaults(1));
    }

    private void start(MetadataConfig config) {
        node.start(config);
        ClusterInfo info = new ClusterInfo(node.metadata.clusterId(), 1, "here.example", 9092, "rack-a");
        context = NodeHandlers.context(node, info, GroupsConfig.parse(Map.of()));
    }

    private Topic topic(String name) {
        return MetadataFixture.await(node.metadata.createIfAbsent(name));
    }

    private void everyVersion(ApiKeys api, IntFunction<Runnable> check) {
        for (int v = api.oldestVersion(); v <= api.latestVersion(); v++) {
            check.apply(v).run();
        }
    }

    private MetadataResponseData metadata(int version, MetadataRequestData asked) {
        return HandlerExchange.of(context, ApiKeys.METADATA, version, asked);
    }

    private static MetadataRequestData named(String... names) {
        MetadataRequestData asked = new MetadataRequestData().setTopics(new java.util.ArrayList<>());
        for (String name : names) {
            asked.topics().add(new MetadataRequestTopic().setName(name));
        }
        return asked;
    }

    @Test
    void describesTopicsAndTheBrokerInEveryVersion() {
        start();
        Topic orders = topic("orders");
        everyVersion(ApiKeys.METADATA, v -> () -> {
            MetadataResponseData response = metadata(v, named("orders"));
            assertThat(response.brokers()).singleElement().satisfies(broker -> {
                assertThat(broker.nodeId()).isEqualTo(1);
                assertThat(broker.host()).isEqualTo("here.example");
                assertThat(broker.port()).isEqualTo(9092);
                assertThat(broker.rack()).isEqualTo(v >= 1 ? "rack-a" : null);
            });
            assertThat(response.clusterId()).isEqualTo(v >= 2 ? node.metadata.clusterId() : null);
            MetadataResponseTopic described = response.topics().find("orders");
            assertThat(described.errorCode()).isZero();
            assertThat(described.topicId()).isEqualTo(v >= 10 ? orders.id() : Uuid.ZERO_UUID);
            assertThat(described.partitions()).singleElement().satisfies(partition -> {
                assertThat(partition.leaderId()).isEqualTo(1);
                assertThat(partition.replicaNodes()).containsExactly(1);
                assertThat(partition.isrNodes()).containsExactly(1);
            });
        });
    }

    @Test
    void listsAllTopicsForNullAndForTheEmptyListOfVersion0() {
        start();
        topic("a");
        MetadataFixture.await(node.metadata.createInternalIfAbsent("__consumer_offsets", 1, Map.of()));
        assertThat(metadata(0, named()).topics())
                .extracting(MetadataResponseTopic::name)
                .contains("a");
        assertThat(metadata(1, named()).topics()).isEmpty();
        everyVersion(ApiKeys.METADATA, v -> () -> {
            if (v >= 1) {
                MetadataResponseData all = metadata(v, new MetadataRequestData().setTopics(null));
                assertThat(all.topics())
                        .extracting(MetadataResponseTopic::name)
                        .containsExactlyInAnyOrder("a", "__consumer_offsets");
                assertThat(all.topics().find("__consumer_offsets").isInternal()).isTrue();
                assertThat(all.controllerId()).isEqualTo(1);
            }
        });
    }

    @Test
    void makesTopicsAskedForWhenBothSidesAllowIt() {
        start();
        everyVersion(ApiKeys.METADATA, v -> () -> {
            MetadataResponseTopic made = metadata(v, named("new-" + v)).topics().find("new-" + v);
            assertThat(made.errorCode()).isZero();
            assertThat(made.partitions()).hasSize(1);
            if (v >= 4) {
                MetadataResponseData response = metadata(v, named("not-" + v).setAllowAutoTopicCreation(false));
                assertThat(response.topics().find("not-" + v).errorCode())
                        .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
            }
        });
        MetadataResponseData odd = metadata(9, named("a b", "__cluster_metadata"));
        assertThat(odd.topics().find("a b").errorCode()).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION.code());
        assertThat(odd.topics().find("__cluster_metadata").errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    @ParameterizedTest
    @ValueSource(strings = {"__consumer_offsets", "__transaction_state", "__share_group_state"})
    void makesTopicsOfCoordinatorsAskedForAsTheirCoordinatorsWould(String name) {
        start();
        try (GroupsFixture broker = new GroupsFixture()) {
            context = broker.handlerContext(GroupsFixture.SELF);
            MetadataResponseData unwanted = metadata(9, named(name).setAllowAutoTopicCreation(false));
            assertThat(unwanted.topics().find(name).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
            assertThat(broker.broker.metadata.byName(name)).isNull();

            MetadataResponseTopic made = metadata(9, named(name)).topics().find(name);
            assertThat(made.errorCode()).isZero();
            assertThat(made.isInternal()).isTrue();
            assertThat(made.partitions()).hasSize(4);
            assertThat(broker.broker.metadata.byName(name).internal()).isTrue();
        }
    }

    @Test
    void makesNoTopicsAskedForWhenThereAreManyAlready() {
        start(MetadataConfig.defaults(1)
                .withTopics(TopicsConfig.DEFAULT.withLimits(new TopicLimits(100, 2, 100, 2_000))));
        assertThat(metadata(9, named("a", "b", "c", "d")).topics().stream()
                        .filter(topic -> topic.errorCode() == Errors.NONE.code()))
                .hasSize(2);
        assertThat(create(7, creating(creatable("made", 1, 1)))
                        .topics()
                        .find("made")
                        .errorCode())
                .isZero();
    }

    @Test
    void makesNoMorePartitionsThanThereMayBe() {
        start(MetadataConfig.defaults(1)
                .withTopics(TopicsConfig.DEFAULT.withLimits(new TopicLimits(5, 100, 100, 2_000))));
        MetadataFixture.await(node.metadata.createInternalIfAbsent("__consumer_offsets", 50, Map.of()));
        CreateTopicsResponseData made = create(7, creating(creatable("a", 3, 1), creatable("b", 3, 1)));
        assertThat(made.topics().find("a").errorCode()).isZero();
        assertThat(made.topics().find("b").errorCode()).isEqualTo(Errors.POLICY_VIOLATION.code());
        CreatePartitionsRequestData more = new CreatePartitionsRequestData();
        more.topics().add(new CreatePartitionsTopic().setName("a").setCount(6).setAssignments(null));
        CreatePartitionsResponseData grown = HandlerExchange.of(context, ApiKeys.CREATE_PARTITIONS, 3, more);
        assertThat(grown.results().get(0).errorCode()).isEqualTo(Errors.POLICY_VIOLATION.code());
        assertThat(grown.results().get(0).errorMessage()).contains("max.partitions=5");
    }

    @Test
    void makesNoTopicsWhenToldNotTo() {
        start(MetadataConfig.defaults(1).withTopics(new TopicsConfig(1, 1, false, false, false, TopicLimits.DEFAULT)));
        assertThat(metadata(9, named("x")).topics().find("x").errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        DeleteTopicsRequestData asked = new DeleteTopicsRequestData().setTopicNames(List.of("x"));
        assertThatThrownBy(() -> HandlerExchange.of(context, ApiKeys.DELETE_TOPICS, 1, asked))
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> HandlerExchange.of(context, ApiKeys.DELETE_TOPICS, 3, asked))
                .isInstanceOf(TopicDeletionDisabledException.class);
    }

    @Test
    void describesTopicsById() {
        start();
        Topic orders = topic("orders");
        Uuid unknown = Uuid.randomUuid();
        MetadataRequestData asked = new MetadataRequestData()
                .setTopics(List.of(
                        new MetadataRequestTopic().setName(null).setTopicId(orders.id()),
                        new MetadataRequestTopic().setName(null).setTopicId(unknown)))
                .setIncludeTopicAuthorizedOperations(true);
        for (int v = 12; v <= ApiKeys.METADATA.latestVersion(); v++) {
            MetadataResponseData response = metadata(v, asked);
            assertThat(response.topics().find("orders").topicAuthorizedOperations())
                    .isEqualTo(0b1101_1111_1000);
            assertThat(response.topics())
                    .filteredOn(topic -> topic.topicId().equals(unknown))
                    .singleElement()
                    .satisfies(topic -> assertThat(topic.errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_ID.code()));
        }
        assertThatThrownBy(() -> metadata(11, asked)).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void describesTheClusterInEveryVersion() {
        start();
        everyVersion(ApiKeys.DESCRIBE_CLUSTER, v -> () -> {
            DescribeClusterResponseData response =
                    HandlerExchange.of(context, ApiKeys.DESCRIBE_CLUSTER, v, new DescribeClusterRequestData());
            assertThat(response.clusterId()).isEqualTo(node.metadata.clusterId());
            assertThat(response.controllerId()).isEqualTo(1);
            assertThat(response.brokers())
                    .singleElement()
                    .satisfies(b -> assertThat(b.host()).isEqualTo("here.example"));
            if (v >= 1) {
                DescribeClusterResponseData controllers = HandlerExchange.of(
                        context, ApiKeys.DESCRIBE_CLUSTER, v, new DescribeClusterRequestData().setEndpointType((byte)
                                        2));
                assertThat(controllers.errorCode()).isEqualTo(Errors.MISMATCHED_ENDPOINT_TYPE.code());
            }
        });
    }

    private static CreatableTopic creatable(String name, int partitions, int replicas) {
        return new CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor((short) replicas);
    }

    private static CreateTopicsRequestData creating(CreatableTopic... topics) {
        CreateTopicsRequestData asked = new CreateTopicsRequestData();
        List.of(topics).forEach(topic -> asked.topics().mustAdd(topic));
        return asked;
    }

    private CreateTopicsResponseData create(int version, CreateTopicsRequestData asked) {
        return HandlerExchange.of(context, ApiKeys.CREATE_TOPICS, version, asked);
    }

    @Test
    void createsTopicsInEveryVersionAndTellsTheirSettings() {
        start(MetadataConfig.defaults(1)
                .withTopics(new TopicsConfig(3, 1, true, true, false, TopicLimits.DEFAULT))
                .withLogDefaults(Map.of("log.retention.hours", "2")));
        everyVersion(ApiKeys.CREATE_TOPICS, v -> () -> {
            CreatableTopic topic = creatable("t" + v, v < 4 ? 3 : -1, v < 4 ? 1 : -1);
            topic.configs().add(new CreatableTopicConfig().setName("segment.ms").setValue("77"));
            CreatableTopicResult result = create(v, creating(topic)).topics().find("t" + v);
            assertThat(result.errorCode()).isZero();
            assertThat(node.metadata.byName("t" + v).open()).hasSize(3);
            if (v >= 5) {
                assertThat(result.numPartitions()).isEqualTo(3);
                assertThat(result.replicationFactor()).isEqualTo((short) 1);
                assertThat(setting(result, "segment.ms"))
                        .returns("77", CreatableTopicConfigs::value)
                        .returns(ConfigSource.TOPIC_CONFIG.id(), CreatableTopicConfigs::configSource);
                assertThat(setting(result, "retention.ms"))
                        .returns("7200000", CreatableTopicConfigs::value)
                        .returns(ConfigSource.STATIC_BROKER_CONFIG.id(), CreatableTopicConfigs::configSource);
                assertThat(setting(result, "cleanup.policy"))
                        .returns("delete", CreatableTopicConfigs::value)
                        .returns(ConfigSource.DEFAULT_CONFIG.id(), CreatableTopicConfigs::configSource);
            }
            if (v >= 7) {
                assertThat(result.topicId())
                        .isEqualTo(node.metadata.byName("t" + v).id());
            }
        });
    }

    @Test
    void topicsOfOneRequestHaveTheirOwnSettings() {
        start();
        CreateTopicsRequestData asked = creating();
        List<String> retentions = List.of("1000", "2000", "1000", "never", "2000", "never", "3000");
        for (int i = 0; i < retentions.size(); i++) {
            CreatableTopic topic = creatable("t" + i, 1, 1);
            topic.configs()
                    .add(new CreatableTopicConfig().setName("retention.ms").setValue(retentions.get(i)));
            asked.topics().add(topic);
        }
        CreateTopicsResponseData response = create(7, asked);
        for (int i = 0; i < retentions.size(); i++) {
            CreatableTopicResult result = response.topics().find("t" + i);
            if (retentions.get(i).equals("never")) {
                assertThat(result.errorCode()).isEqualTo(Errors.INVALID_CONFIG.code());
                assertThat(node.metadata.byName("t" + i)).isNull();
            } else {
                assertThat(setting(result, "retention.ms").value()).isEqualTo(retentions.get(i));
                assertThat(node.metadata
                                .byName("t" + i)
                                .partition(0)
                                .config()
                                .retention()
                                .retentionMs())
                        .isEqualTo(Long.parseLong(retentions.get(i)));
            }
        }
    }

    private static CreatableTopicConfigs setting(CreatableTopicResult result, String name) {
        return result.configs().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void refusesTopicsAsKafkaDoes() {
        start();
        topic("there");
        CreatableTopic wrongConfig = creatable("config", 1, 1);
        wrongConfig
                .configs()
                .add(new CreatableTopicConfig().setName("retention.ms").setValue("x"));
        CreatableTopic nullConfig = creatable("null-config", 1, 1);
        nullConfig
                .configs()
                .add(new CreatableTopicConfig().setName("retention.ms").setValue(null));
        CreatableTopic elsewhere = creatable("elsewhere", -1, -1);
        elsewhere
                .assignments()
                .add(new CreatableReplicaAssignment().setPartitionIndex(0).setBrokerIds(List.of(9)));
        CreatableTopic gap = creatable("gap", -1, -1);
        gap.assignments()
                .add(new CreatableReplicaAssignment().setPartitionIndex(1).setBrokerIds(List.of(1)));
        CreatableTopic counted = creatable("counted", 1, -1);
        counted.assignments()
                .add(new CreatableReplicaAssignment().setPartitionIndex(0).setBrokerIds(List.of(1)));
        Map<String, Errors> expected = Map.ofEntries(
                Map.entry("there", Errors.TOPIC_ALREADY_EXISTS),
                Map.entry("a b", Errors.INVALID_TOPIC_EXCEPTION),
                Map.entry("", Errors.INVALID_TOPIC_EXCEPTION),
                Map.entry("zero", Errors.INVALID_PARTITIONS),
                Map.entry("two", Errors.INVALID_REPLICATION_FACTOR),
                Map.entry("none", Errors.INVALID_REPLICATION_FACTOR),
                Map.entry("huge", Errors.POLICY_VIOLATION),
                Map.entry("config", Errors.INVALID_CONFIG),
                Map.entry("null-config", Errors.INVALID_CONFIG),
                Map.entry("elsewhere", Errors.INVALID_REPLICA_ASSIGNMENT),
                Map.entry("gap", Errors.INVALID_REPLICA_ASSIGNMENT),
                Map.entry("counted", Errors.INVALID_REQUEST),
                Map.entry("double", Errors.INVALID_REQUEST),
                Map.entry("__consumer_offsets", Errors.INVALID_TOPIC_EXCEPTION),
                Map.entry("__cluster_metadata", Errors.INVALID_REQUEST));
        CreateTopicsResponseData response = create(
                7,
                creating(
                        creatable("fits", 1, 1),
                        creatable("there", 1, 1),
                        creatable("a b", 1, 1),
                        creatable("", 1, 1),
                        creatable("zero", 0, 1),
                        creatable("two", 1, 2),
                        creatable("none", 1, 0),
                        creatable("huge", Integer.MAX_VALUE, 1),
                        wrongConfig,
                        nullConfig,
                        elsewhere,
                        gap,
                        counted,
                        creatable("double", 1, 1),
                        creatable("double", 1, 1),
                        creatable("__consumer_offsets", 1, 1),
                        creatable("__cluster_metadata", 1, 1)));
        expected.forEach((name, error) -> assertThat(
                        Errors.forCode(response.topics().find(name).errorCode()))
                .as("'%s'", name)
                .isEqualTo(error));
        assertThat(response.topics()).hasSize(expected.size() + 1);
        assertThat(node.metadata.all()).extracting(Topic::name).containsExactlyInAnyOrder("there", "fits");
    }

    @Test
    void refusesAPartitionThatIsAssignedTwice() {
        start();
        CreatableTopic twice = creatable("twice", -1, -1);
        for (int i = 0; i < 2; i++) {
            twice.assignments()
                    .mustAdd(new CreatableReplicaAssignment()
                            .setPartitionIndex(0)
                            .setBrokerIds(List.of(1)));
        }
        assertThat(Errors.forCode(
                        create(7, creating(twice)).topics().find("twice").errorCode()))
                .isEqualTo(Errors.INVALID_REPLICA_ASSIGNMENT);
        assertThat(node.metadata.byName("twice")).isNull();
    }

    /**
     * The response's collection hashes topics by name. Unknown ids have no name, and a client can easily make
     * names whose hash codes collide.
     */
    @Test
    void answersManyUnknownTopicsInTimeThatGrowsWithTheRequest() {
        start();
        MetadataRequestData asked = new MetadataRequestData().setTopics(new java.util.ArrayList<>());
        DeleteTopicsRequestData deleted = new DeleteTopicsRequestData();
        for (int i = 1; i <= 60_000; i++) {
            asked.topics().add(new MetadataRequestTopic().setName(null).setTopicId(new Uuid(i, i)));
            deleted.topics().add(new DeleteTopicState().setName(null).setTopicId(new Uuid(i, i)));
        }
        MetadataRequestData sameHash =
                new MetadataRequestData().setTopics(new java.util.ArrayList<>()).setAllowAutoTopicCreation(false);
        for (int i = 0; i < 1 << 16; i++) {
            StringBuilder name = new StringBuilder();
            for (int bit = 0; bit < 16; bit++) {
                name.append((i >> bit & 1) == 0 ? "Aa" : "BB");
            }
            sameHash.topics().add(new MetadataRequestTopic().setName(name.toString()));
        }
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            MetadataResponseData found =
                    answer(ApiKeys.METADATA, new MetadataRequest(asked, ApiKeys.METADATA.latestVersion()));
            assertThat(found.topics()).hasSize(60_000);
            found = answer(ApiKeys.METADATA, new MetadataRequest(sameHash, ApiKeys.METADATA.latestVersion()));
            assertThat(found.topics()).hasSize(1 << 16);
            DeleteTopicsResponseData gone = answer(
                    ApiKeys.DELETE_TOPICS,
                    new DeleteTopicsRequest.Builder(deleted).build(ApiKeys.DELETE_TOPICS.latestVersion()));
            assertThat(gone.responses()).hasSize(60_000);
        });
    }

    @Test
    void asksForAWorkerThreadForManyTopics() {
        start();
        MetadataRequestData asked = new MetadataRequestData().setTopics(new java.util.ArrayList<>());
        for (int i = 0; i < 1_001; i++) {
            asked.topics().add(new MetadataRequestTopic().setName("t" + i));
        }
        assertThatThrownBy(() -> metadata(12, asked)).isInstanceOf(HeavyRequestException.class);
        assertThat(node.metadata.all()).isEmpty();
    }

    @SuppressWarnings("unchecked")
    private <R> R answer(ApiKeys api, AbstractRequest body) {
        RequestHeader header = new RequestHeader(api, body.version(), "test", 1);
        return (R) MetadataFixture.await(ApiTable.handler(api, context)
                .handle(new Request(header, body, new Loopback()).inBackground())
                .toCompletableFuture());
    }

    @Test
    void createsNothingWhenOnlyAskedToValidate() {
        start();
        CreateTopicsRequestData asked = creating(creatable("maybe", 2, 1)).setValidateOnly(true);
        assertThat(create(7, asked).topics().find("maybe").numPartitions()).isEqualTo(2);
        assertThat(node.metadata.byName("maybe")).isNull();
    }

    @Test
    void deletesByNameInEveryVersionAndByIdWhereThereAreIds() {
        start();
        everyVersion(ApiKeys.DELETE_TOPICS, v -> () -> {
            Topic topic = topic("d" + v);
            DeleteTopicsRequestData asked = v < 6
                    ? new DeleteTopicsRequestData().setTopicNames(List.of("d" + v, "unknown"))
                    : new DeleteTopicsRequestData()
                            .setTopics(List.of(
                                    new DeleteTopicState().setName(null).setTopicId(topic.id()),
                                    new DeleteTopicState().setName("unknown")));
            DeleteTopicsResponseData response = HandlerExchange.of(context, ApiKeys.DELETE_TOPICS, v, asked);
            assertThat(response.responses().find("d" + v).errorCode()).isZero();
            assertThat(response.responses().find("unknown").errorCode())
                    .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
            assertThat(node.metadata.byId(topic.id())).isNull();
        });
    }

    @Test
    void refusesDeletionsThatMakeNoSense() {
        start();
        Topic topic = topic("kept");
        MetadataFixture.await(node.metadata.createInternalIfAbsent("__consumer_offsets", 1, Map.of()));
        Uuid unknown = Uuid.randomUuid();
        DeleteTopicsResponseData response = HandlerExchange.of(
                context,
                ApiKeys.DELETE_TOPICS,
                6,
                new DeleteTopicsRequestData()
                        .setTopics(List.of(
                                new DeleteTopicState().setName("kept").setTopicId(topic.id()),
                                new DeleteTopicState().setName("__consumer_offsets"),
                                new DeleteTopicState().setName("kept"),
                                new DeleteTopicState().setName("kept"),
                                new DeleteTopicState().setName(null).setTopicId(unknown))));
        assertThat(response.responses())
                .extracting(result -> Errors.forCode(result.errorCode()))
                .containsExactlyInAnyOrder(
                        Errors.INVALID_REQUEST,
                        Errors.INVALID_REQUEST,
                        Errors.INVALID_REQUEST,
                        Errors.UNKNOWN_TOPIC_ID);
        assertThat(node.metadata.all()).hasSize(2);
    }

    @Test
    void addsPartitionsInEveryVersion() {
        start();
        everyVersion(ApiKeys.CREATE_PARTITIONS, v -> () -> {
            topic("p" + v);
            CreatePartitionsRequestData asked = new CreatePartitionsRequestData();
            asked.topics().mustAdd(growing("p" + v, 3));
            asked.topics().mustAdd(growing("unknown", 3));
            CreatePartitionsResponseData response = HandlerExchange.of(context, ApiKeys.CREATE_PARTITIONS, v, asked);
            assertThat(response.results())
                    .extracting(result -> Errors.forCode(result.errorCode()))
                    .containsExactly(Errors.NONE, Errors.UNKNOWN_TOPIC_OR_PARTITION);
            assertThat(node.metadata.byName("p" + v).open()).hasSize(3);
        });
    }

    @Test
    void refusesPartitionCountsThatAreNoIncrease() {
        start();
        topic("same");
        topic("less");
        topic("assigned");
        CreatePartitionsRequestData asked = new CreatePartitionsRequestData();
        asked.topics().mustAdd(growing("same", 1));
        asked.topics().mustAdd(growing("less", -5));
        asked.topics()
                .mustAdd(growing("assigned", 2)
                        .setAssignments(List.of(new CreatePartitionsAssignment().setBrokerIds(List.of(2)))));
        CreatePartitionsResponseData response = HandlerExchange.of(context, ApiKeys.CREATE_PARTITIONS, 3, asked);
        assertThat(response.results())
                .extracting(result -> Errors.forCode(result.errorCode()))
                .containsExactly(
                        Errors.INVALID_PARTITIONS, Errors.INVALID_PARTITIONS, Errors.INVALID_REPLICA_ASSIGNMENT);
    }

    private static CreatePartitionsTopic growing(String name, int count) {
        return new CreatePartitionsTopic().setName(name).setCount(count).setAssignments(null);
    }

    @Test
    void pagesThroughTopicsAndPartitions() {
        start();
        for (String name : List.of("a", "b", "c")) {
            create(7, creating(creatable(name, 3, 1)));
        }
        StringBuilder seen = new StringBuilder();
        DescribeTopicPartitionsRequestData asked =
                new DescribeTopicPartitionsRequestData().setResponsePartitionLimit(2);
        for (int page = 0; page < 20; page++) {
            DescribeTopicPartitionsResponseData response =
                    HandlerExchange.of(context, ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, asked);
            response.topics()
                    .forEach(topic -> topic.partitions()
                            .forEach(p -> seen.append(topic.name()).append(p.partitionIndex())));
            seen.append('|');
            if (response.nextCursor() == null) {
                break;
            }
            asked.setCursor(new DescribeTopicPartitionsRequestData.Cursor()
                    .setTopicName(response.nextCursor().topicName())
                    .setPartitionIndex(response.nextCursor().partitionIndex()));
        }
        assertThat(seen).hasToString("a0a1|a2b0|b1b2|c0c1|c2|");
        asked.setCursor(new DescribeTopicPartitionsRequestData.Cursor()
                .setTopicName("a")
                .setPartitionIndex(-1));
        assertThatThrownBy(() -> HandlerExchange.of(context, ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, asked))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aPageIsNoLargerThanTheBrokerAllows() {
        start(MetadataConfig.defaults(1)
                .withTopics(TopicsConfig.DEFAULT.withLimits(new TopicLimits(100, 100, 100, 2))));
        create(7, creating(creatable("a", 3, 1), creatable("b", 1, 1)));
        for (int limit : new int[] {2000, 2, 1, 0, -1}) {
            DescribeTopicPartitionsResponseData page = HandlerExchange.of(
                    context,
                    ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                    0,
                    new DescribeTopicPartitionsRequestData().setResponsePartitionLimit(limit));
            int most = Math.max(1, Math.min(2, limit));
            assertThat(page.topics().find("a").partitions()).hasSize(most);
            assertThat(page.nextCursor().topicName()).isEqualTo("a");
            assertThat(page.nextCursor().partitionIndex()).isEqualTo(most);
        }
    }

    @Test
    void saysThatNothingIsBeingReassigned() {
        start();
        ListPartitionReassignmentsResponseData response = HandlerExchange.of(
                context, ApiKeys.LIST_PARTITION_REASSIGNMENTS, 0, new ListPartitionReassignmentsRequestData());
        assertThat(response.errorCode()).isZero();
        assertThat(response.topics()).isEmpty();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.varve.server.api.HandlerExchange;
import io.varve.server.api.NodeHandlers;
import io.varve.server.api.table.HandlerContext;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.group.GroupsConfig;
import io.varve.server.metadata.MetadataConfig;
import io.varve.server.metadata.MetadataFixture;
import io.varve.server.metadata.config.BrokerConfigKeys;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class ConfigHandlersTest {
    private static final byte TOPIC = ConfigResource.Type.TOPIC.id();
    private static final byte BROKER = ConfigResource.Type.BROKER.id();
    private static final byte LOGGER = ConfigResource.Type.BROKER_LOGGER.id();
    private static final byte GROUP = ConfigResource.Type.GROUP.id();
    private static final byte METRICS = ConfigResource.Type.CLIENT_METRICS.id();

    private static final int MAX_GROUPS = 5;

    private final MetadataFixture node = new MetadataFixture(17);
    private HandlerContext context;

    @BeforeEach
    void start() {
        node.start(config());
        serve();
        MetadataFixture.await(node.metadata.createIfAbsent("t"));
    }

    private static MetadataConfig config() {
        Map<String, ConfigKey> keys = new HashMap<>(BrokerConfigKeys.OF_TOPICS.keys());
        keys.putAll(new ConfigDef()
                .define("num.network.threads", ConfigDef.Type.INT, 3, ConfigDef.Importance.LOW, "threads")
                .define("ssl.key.password", ConfigDef.Type.PASSWORD, null, ConfigDef.Importance.LOW, "secret")
                .configKeys());
        return MetadataConfig.defaults(1)
                .withLogDefaults(Map.of("log.retention.hours", "2", "ssl.key.password", "secret"))
                .withBrokerKeys(new BrokerConfigKeys(keys, BrokerConfigKeys.OF_TOPICS.dynamic()));
    }

    private void serve() {
        context = NodeHandlers.context(
                node,
                new ClusterInfo(node.metadata.clusterId(), 1, "here.example", 9092, null),
                GroupsConfig.parse(Map.of(
                        "group.consumer.session.timeout.ms", "46000", "max.groups", Integer.toString(MAX_GROUPS))));
    }

    private void restart() {
        node.restart(config());
        serve();
    }

    @AfterEach
    void close() {
        node.close();
    }

    private DescribeConfigsResult describe(int version, byte type, String name, List<String> keys) {
        DescribeConfigsRequestData asked =
                new DescribeConfigsRequestData().setIncludeSynonyms(true).setIncludeDocumentation(version >= 3);
        asked.resources()
                .add(new DescribeConfigsResource()
                        .setResourceType(type)
                        .setResourceName(name)
                        .setConfigurationKeys(keys));
        DescribeConfigsResponseData response = HandlerExchange.of(context, ApiKeys.DESCRIBE_CONFIGS, version, asked);
        return response.results().get(0);
    }

    private static DescribeConfigsResourceResult find(DescribeConfigsResult result, String name) {
        return result.configs().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void describesATopicsSettingsInEveryVersion() {
        ApiKeys api = ApiKeys.DESCRIBE_CONFIGS;
        for (int v = api.oldestVersion(); v <= api.latestVersion(); v++) {
            DescribeConfigsResult result = describe(v, TOPIC, "t", null);
            assertThat(result.errorCode()).isZero();
            assertThat(result.configs()).hasSizeGreaterThan(30);
            DescribeConfigsResourceResult retention = find(result, "retention.ms");
            assertThat(retention.value()).isEqualTo("7200000");
            assertThat(retention.configSource()).isEqualTo(ConfigSource.STATIC_BROKER_CONFIG.id());
            assertThat(retention.synonyms())
                    .extracting(DescribeConfigsSynonym::name)
                    .startsWith("log.retention.hours");
            assertThat(find(result, "cleanup.policy").configSource()).isEqualTo(ConfigSource.DEFAULT_CONFIG.id());
            assertThat(retention.documentation().isEmpty()).isEqualTo(v < 3);
        }
    }

    /** Clients show null as no documentation, and an empty text as one that says nothing. */
    @Test
    void sendsNoDocumentationUnlessAskedForIt() {
        DescribeConfigsRequestData asked = new DescribeConfigsRequestData();
        asked.resources()
                .add(new DescribeConfigsResource().setResourceType(TOPIC).setResourceName("t"));
        DescribeConfigsResponseData response = HandlerExchange.of(context, ApiKeys.DESCRIBE_CONFIGS, 4, asked);

        assertThat(response.results().get(0).configs())
                .extracting(DescribeConfigsResourceResult::documentation)
                .containsOnlyNulls();
    }

    @Test
    void describesOnlyWhatIsAskedFor() {
        assertThat(describe(4, TOPIC, "t", List.of("segment.ms", "nonsense")).configs())
                .extracting(DescribeConfigsResourceResult::name)
                .containsExactly("segment.ms");
    }

    @Test
    void describesTheBrokerAndHidesSecrets() {
        DescribeConfigsResult result = describe(4, BROKER, "1", null);
        assertThat(find(result, "log.retention.hours").value()).isEqualTo("2");
        assertThat(find(result, "log.retention.hours").configSource())
                .isEqualTo(ConfigSource.STATIC_BROKER_CONFIG.id());
        assertThat(find(result, "log.segment.bytes").configSource()).isEqualTo(ConfigSource.DEFAULT_CONFIG.id());
        assertThat(find(result, "num.network.threads").value()).isEqualTo("3");
        assertThat(find(result, "ssl.key.password").value()).isNull();
        assertThat(find(result, "ssl.key.password").isSensitive()).isTrue();
        assertThat(find(result, "ssl.key.password").synonyms())
                .extracting(DescribeConfigsSynonym::value)
                .containsOnlyNulls();
        assertThat(find(result, "num.network.threads").configType()).isEqualTo(ConfigType.INT.id());
        assertThat(find(result, "num.network.threads").readOnly()).isTrue();
        assertThat(find(result, "log.segment.bytes").readOnly()).isFalse();
        assertThat(find(result, "log.cleanup.policy").configType()).isEqualTo(ConfigType.LIST.id());
        assertThat(find(result, "log.segment.bytes").documentation())
                .isEqualTo("The maximum size of a single log file");
        assertThat(describe(4, BROKER, "", null).configs()).isEmpty();
    }

    @Test
    void refusesToDescribeWhatIsNotThere() {
        assertThat(describe(4, TOPIC, "unknown", null).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(describe(4, TOPIC, "a b", null).errorCode()).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION.code());
        assertThat(describe(4, BROKER, "2", null).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(describe(4, (byte) 99, "x", null).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    }

    private static AlterableConfig operation(String name, OpType type, String value) {
        return new AlterableConfig().setName(name).setConfigOperation(type.id()).setValue(value);
    }

    private Errors alter(byte type, String name, AlterableConfig... operations) {
        return alter(1, false, type, name, operations);
    }

    private Errors alter(int version, boolean validateOnly, byte type, String name, AlterableConfig... operations) {
        AlterConfigsResource resource =
                new AlterConfigsResource().setResourceType(type).setResourceName(name);
        List.of(operations).forEach(operation -> resource.configs().mustAdd(operation));
        IncrementalAlterConfigsRequestData asked =
                new IncrementalAlterConfigsRequestData().setValidateOnly(validateOnly);
        asked.resources().add(resource);
        IncrementalAlterConfigsResponseData response =
                HandlerExchange.of(context, ApiKeys.INCREMENTAL_ALTER_CONFIGS, version, asked);
        return Errors.forCode(response.responses().get(0).errorCode());
    }

    @Test
    void setsDeletesAppendsAndSubtracts() {
        for (int v = 0; v <= 1; v++) {
            assertThat(alter(v, false, TOPIC, "t", operation("segment.ms", OpType.SET, "5")))
                    .isEqualTo(Errors.NONE);
            assertThat(node.metadata.byName("t").configs()).isEqualTo(Map.of("segment.ms", "5"));
            assertThat(alter(v, false, TOPIC, "t", operation("segment.ms", OpType.DELETE, null)))
                    .isEqualTo(Errors.NONE);
            assertThat(node.metadata.byName("t").configs()).isEmpty();
        }
        assertThat(alter(TOPIC, "t", operation("cleanup.policy", OpType.APPEND, "compact")))
                .isEqualTo(Errors.NONE);
        assertThat(node.metadata.byName("t").configs()).isEqualTo(Map.of("cleanup.policy", "delete,compact"));
        assertThat(node.metadata.byName("t").partition(0).config().compacted()).isTrue();
        assertThat(alter(TOPIC, "t", operation("cleanup.policy", OpType.SUBTRACT, "delete")))
                .isEqualTo(Errors.NONE);
        assertThat(node.metadata.byName("t").configs()).isEqualTo(Map.of("cleanup.policy", "compact"));
    }

    @Test
    void changesNothingWhenOnlyAskedToValidate() {
        assertThat(alter(1, true, TOPIC, "t", operation("segment.ms", OpType.SET, "5")))
                .isEqualTo(Errors.NONE);
        assertThat(alter(1, true, TOPIC, "t", operation("segment.ms", OpType.SET, "x")))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(node.metadata.byName("t").configs()).isEmpty();
    }

    @Test
    void refusesWrongAlterations() {
        assertThat(alter(TOPIC, "", operation("retention.ms", OpType.SET, "5"))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(TOPIC, "t", operation("nonsense", OpType.SET, "5"))).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(TOPIC, "t", operation("segment.ms", OpType.APPEND, "5")))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(TOPIC, "t", operation("segment.ms", OpType.SET, null))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(TOPIC, "unknown", operation("segment.ms", OpType.SET, "5")))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(alter(TOPIC, "a b", operation("segment.ms", OpType.SET, "5")))
                .isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        assertThat(alter((byte) 99, "x", operation("a", OpType.SET, "5"))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(
                        TOPIC,
                        "t",
                        new AlterableConfig()
                                .setName("segment.ms")
                                .setConfigOperation((byte) 9)
                                .setValue("1")))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(
                        TOPIC,
                        "t",
                        operation("segment.ms", OpType.SET, "5"),
                        operation("segment.ms", OpType.DELETE, null)))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(node.metadata.byName("t").configs()).isEmpty();
    }

    @Test
    void replacesAllSettingsTheOldWayInEveryVersion() {
        ApiKeys api = ApiKeys.ALTER_CONFIGS;
        for (int v = api.oldestVersion(); v <= api.latestVersion(); v++) {
            alter(TOPIC, "t", operation("segment.ms", OpType.SET, "5"));
            AlterConfigsRequestData.AlterConfigsResource resource = new AlterConfigsRequestData.AlterConfigsResource()
                    .setResourceType(TOPIC)
                    .setResourceName("t");
            resource.configs()
                    .add(new AlterConfigsRequestData.AlterableConfig()
                            .setName("retention.ms")
                            .setValue("9"));
            AlterConfigsRequestData asked = new AlterConfigsRequestData();
            asked.resources().add(resource);
            AlterConfigsResponseData response = HandlerExchange.of(context, api, v, asked);
            assertThat(response.responses().get(0).errorCode()).isZero();
            assertThat(node.metadata.byName("t").configs()).isEqualTo(Map.of("retention.ms", "9"));
        }
    }

    private byte source(byte type, String name, String key) {
        return find(describe(4, type, name, null), key).configSource();
    }

    @Test
    void setsWhatAllBrokersHaveAndTopicsObeyAtOnceAndAfterARestart() {
        assertThat(alter(BROKER, "", operation("message.max.bytes", OpType.SET, "5000")))
                .isEqualTo(Errors.NONE);
        assertThat(node.metadata.byName("t").partition(0).config().maxMessageBytes())
                .isEqualTo(5_000);
        restart();
        assertThat(node.metadata.byName("t").partition(0).config().maxMessageBytes())
                .isEqualTo(5_000);
        assertThat(describe(4, BROKER, "", null).configs())
                .extracting(DescribeConfigsResourceResult::name)
                .containsExactly("message.max.bytes");
        assertThat(source(BROKER, "", "message.max.bytes")).isEqualTo(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG.id());
        assertThat(find(describe(4, BROKER, "1", null), "message.max.bytes").value())
                .isEqualTo("5000");
        DescribeConfigsResourceResult ofTopic = find(describe(4, TOPIC, "t", null), "max.message.bytes");
        assertThat(ofTopic.value()).isEqualTo("5000");
        assertThat(ofTopic.configSource()).isEqualTo(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG.id());
        assertThat(ofTopic.synonyms())
                .extracting(DescribeConfigsSynonym::name, DescribeConfigsSynonym::value)
                .containsExactly(tuple("message.max.bytes", "5000"), tuple("message.max.bytes", "1048588"));
        assertThat(alter(BROKER, "", operation("message.max.bytes", OpType.DELETE, null)))
                .isEqualTo(Errors.NONE);
        assertThat(node.metadata.byName("t").partition(0).config().maxMessageBytes())
                .isEqualTo(1_048_588);
    }

    @Test
    void putsWhatOneBrokerHasBeforeWhatAllHaveAndBothBeforeTheFile() {
        alter(BROKER, "", operation("log.retention.ms", OpType.SET, "1000"));
        assertThat(find(describe(4, TOPIC, "t", null), "retention.ms").value()).isEqualTo("1000");
        alter(BROKER, "1", operation("log.retention.ms", OpType.SET, "2000"));
        DescribeConfigsResourceResult retention = find(describe(4, TOPIC, "t", null), "retention.ms");
        assertThat(retention.value()).isEqualTo("2000");
        assertThat(retention.synonyms())
                .extracting(DescribeConfigsSynonym::name, DescribeConfigsSynonym::value, DescribeConfigsSynonym::source)
                .containsExactly(
                        tuple("log.retention.ms", "2000", ConfigSource.DYNAMIC_BROKER_CONFIG.id()),
                        tuple("log.retention.ms", "1000", ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG.id()),
                        tuple("log.retention.hours", "2", ConfigSource.STATIC_BROKER_CONFIG.id()),
                        tuple("log.retention.hours", "168", ConfigSource.DEFAULT_CONFIG.id()));
        assertThat(node.metadata.byName("t").partition(0).config().retention().retentionMs())
                .isEqualTo(2_000);
    }

    @Test
    void refusesBrokersSettingsAsKafkaDoes() {
        assertThat(alter(BROKER, "", operation("num.network.threads", OpType.SET, "4")))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(BROKER, "1", operation("log.retention.hours", OpType.SET, "4")))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(BROKER, "", operation("cluster.id", OpType.SET, "another")))
                .isEqualTo(Errors.INVALID_REQUEST);
        for (String wrong : List.of("abc", "-1", "5")) {
            assertThat(alter(BROKER, "", operation("log.segment.bytes", OpType.SET, wrong)))
                    .isEqualTo(Errors.INVALID_REQUEST);
        }
        assertThat(alter(BROKER, "", operation("log.cleanup.policy", OpType.SET, "foo")))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(BROKER, "", operation("log.segment.bytes", OpType.APPEND, "5")))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(BROKER, "", operation("made.up", OpType.APPEND, "5"))).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(BROKER, "2", operation("message.max.bytes", OpType.SET, "5000")))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(BROKER, "x", operation("message.max.bytes", OpType.SET, "5000")))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(1, true, BROKER, "", operation("message.max.bytes", OpType.SET, "5000")))
                .isEqualTo(Errors.NONE);
        assertThat(describe(4, BROKER, "", null).configs()).isEmpty();
        assertThat(node.metadata.clusterId()).hasSize(22);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ssl.keystore.location",
                "sasl.made.up",
                "listener.name.clients.ssl.keystore.location",
                "listener.name.clients.sasl.enabled.mechanisms",
                "listener.name.clients.scram-sha-256.sasl.jaas.config"
            })
    void refusesWhatIsReadAtAStartOnly(String key) {
        for (String broker : List.of("", "1")) {
            assertThat(alter(BROKER, broker, operation(key, OpType.SET, "x"))).isEqualTo(Errors.INVALID_REQUEST);
            assertThat(alter(BROKER, broker, operation(key, OpType.DELETE, null)))
                    .isEqualTo(Errors.NONE);
        }
        assertThat(describe(4, BROKER, "", null).configs()).isEmpty();
    }

    @Test
    void keepsAndHidesWhatItDoesNotKnow() {
        assertThat(alter(BROKER, "", operation("made.up", OpType.SET, "5"))).isEqualTo(Errors.NONE);
        DescribeConfigsResourceResult shown = find(describe(4, BROKER, "", null), "made.up");
        assertThat(shown.value()).isNull();
        assertThat(shown.isSensitive()).isTrue();
        assertThat(shown.configType()).isEqualTo(ConfigType.UNKNOWN.id());
    }

    @Test
    void keepsOnlySoManyKeysItDoesNotKnow() {
        for (int i = 0; i < 100; i++) {
            assertThat(alter(BROKER, "", operation("made.up" + i, OpType.SET, "5")))
                    .isEqualTo(Errors.NONE);
        }
        assertThat(alter(BROKER, "", operation("one.more", OpType.SET, "5"))).isEqualTo(Errors.POLICY_VIOLATION);
        assertThat(alter(BROKER, "", operation("made.up1", OpType.DELETE, null)))
                .isEqualTo(Errors.NONE);
        assertThat(alter(BROKER, "", operation("k".repeat(250), OpType.SET, "5")))
                .isEqualTo(Errors.POLICY_VIOLATION);
        assertThat(alter(BROKER, "", operation("one.more", OpType.SET, "5"))).isEqualTo(Errors.NONE);
        assertThat(alter(BROKER, "", operation("message.max.bytes", OpType.SET, "5000")))
                .isEqualTo(Errors.NONE);
    }

    private static String replicas(int from) {
        return IntStream.range(from, from + 4_000).mapToObj(i -> i + ":1").collect(Collectors.joining(","));
    }

    /** A longer one could be neither stored nor described: Kafka's messages cannot carry it. */
    @Test
    void refusesWhatMakesAValueVeryLong() {
        String name = "leader.replication.throttled.replicas";
        String first = replicas(1_000);
        String second = replicas(5_000);
        assertThat(alter(TOPIC, "t", operation(name, OpType.SET, first))).isEqualTo(Errors.NONE);
        assertThat(alter(TOPIC, "t", operation(name, OpType.APPEND, second))).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(find(describe(4, TOPIC, "t", null), name).value()).isEqualTo(first);
    }

    @Test
    void keepsSettingsOfAsManyGroupsAsThereCanBe() {
        for (int i = 0; i < MAX_GROUPS; i++) {
            assertThat(setOnGroup("g" + i)).isEqualTo(Errors.NONE);
        }
        assertThat(setOnGroup("one more")).isEqualTo(Errors.POLICY_VIOLATION);
        assertThat(setOnGroup("g1")).isEqualTo(Errors.NONE);
        assertThat(alter(GROUP, "g1", operation("consumer.session.timeout.ms", OpType.DELETE, null)))
                .isEqualTo(Errors.NONE);
        assertThat(setOnGroup("g".repeat(1_025))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(setOnGroup("one more")).isEqualTo(Errors.NONE);
        assertThat(alter(METRICS, "m", operation("interval.ms", OpType.SET, "100")))
                .isEqualTo(Errors.NONE);
    }

    private Errors setOnGroup(String name) {
        return alter(GROUP, name, operation("consumer.session.timeout.ms", OpType.SET, "50000"));
    }

    @Test
    void keepsOnlySoManySubscriptionsOfClientMetrics() {
        IncrementalAlterConfigsRequestData asked = new IncrementalAlterConfigsRequestData();
        for (int i = 0; i <= 1_000; i++) {
            AlterConfigsResource resource =
                    new AlterConfigsResource().setResourceType(METRICS).setResourceName("m" + i);
            resource.configs().add(operation("interval.ms", OpType.SET, "100"));
            asked.resources().add(resource);
        }
        IncrementalAlterConfigsResponseData response =
                HandlerExchange.of(context, ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, asked);
        assertThat(response.responses().subList(0, 1_000)).allMatch(answer -> answer.errorCode() == 0);
        assertThat(response.responses().get(1_000).errorCode()).isEqualTo(Errors.POLICY_VIOLATION.code());
        assertThat(alter(METRICS, "m".repeat(250), operation("interval.ms", OpType.SET, "100")))
                .isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void takesNothingForWhatTheBrokerKeepsForItself() {
        for (String own : List.of("cluster.id", "varve.run.unfinished")) {
            assertThat(alter(BROKER, "", operation(own, OpType.SET, "true"))).isEqualTo(Errors.INVALID_REQUEST);
        }
    }

    @Test
    void leavesOutAtAStartWhatIsNotAllowedAnyMore() {
        node.restart(MetadataConfig.defaults(1)); // does not know this key, so it takes it
        serve();
        assertThat(alter(
                        BROKER,
                        "",
                        operation("num.network.threads", OpType.SET, "4"),
                        operation("message.max.bytes", OpType.SET, "5000")))
                .isEqualTo(Errors.NONE);
        restart();
        assertThat(describe(4, BROKER, "", null).configs())
                .extracting(DescribeConfigsResourceResult::name)
                .containsExactly("message.max.bytes");
        assertThat(find(describe(4, BROKER, "1", null), "num.network.threads").value())
                .isEqualTo("3");
        assertThat(alter(BROKER, "", operation("message.max.bytes", OpType.SET, "6000")))
                .isEqualTo(Errors.NONE);
        assertThat(node.metadata.byName("t").partition(0).config().maxMessageBytes())
                .isEqualTo(6_000);
    }

    @Test
    void appendsToABrokersList() {
        assertThat(alter(BROKER, "", operation("log.cleanup.policy", OpType.APPEND, "compact")))
                .isEqualTo(Errors.NONE);
        assertThat(node.metadata.byName("t").partition(0).config().compacted()).isTrue();
    }

    @Test
    void setsAndShowsGroupsSettings() {
        assertThat(alter(GROUP, "g", operation("consumer.session.timeout.ms", OpType.SET, "50000")))
                .isEqualTo(Errors.NONE);
        restart();
        DescribeConfigsResult result = describe(4, GROUP, "g", null);
        DescribeConfigsResourceResult timeout = find(result, "consumer.session.timeout.ms");
        assertThat(timeout.value()).isEqualTo("50000");
        assertThat(timeout.configSource()).isEqualTo((byte) 8);
        assertThat(timeout.synonyms())
                .extracting(DescribeConfigsSynonym::name)
                .containsExactly("consumer.session.timeout.ms", "group.consumer.session.timeout.ms");
        assertThat(find(result, "consumer.heartbeat.interval.ms").configSource())
                .isEqualTo(ConfigSource.DEFAULT_CONFIG.id());
        assertThat(find(describe(4, GROUP, "other", null), "consumer.session.timeout.ms")
                        .value())
                .isEqualTo("46000");
        assertThat(alter(GROUP, "g", operation("consumer.session.timeout.ms", OpType.SET, "5")))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(GROUP, "g", operation("consumer.session.timeout.ms", OpType.SET, "x")))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(GROUP, "g", operation("made.up", OpType.SET, "5"))).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(GROUP, "", operation("consumer.session.timeout.ms", OpType.SET, "50000")))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(describe(4, GROUP, "", null).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    }

    @Test
    void setsAndShowsSubscriptionsOfClientMetrics() {
        assertThat(alter(METRICS, "m", operation("interval.ms", OpType.SET, "1000")))
                .isEqualTo(Errors.NONE);
        assertThat(alter(METRICS, "m", operation("match", OpType.APPEND, "client_id=x.*")))
                .isEqualTo(Errors.NONE);
        restart();
        DescribeConfigsResult result = describe(4, METRICS, "m", null);
        assertThat(find(result, "interval.ms").value()).isEqualTo("1000");
        assertThat(find(result, "interval.ms").configSource()).isEqualTo(ConfigSource.CLIENT_METRICS_CONFIG.id());
        assertThat(find(result, "match").value()).isEqualTo("client_id=x.*");
        assertThat(find(result, "metrics").configSource()).isEqualTo(ConfigSource.DEFAULT_CONFIG.id());
        assertThat(alter(METRICS, "m", operation("interval.ms", OpType.SET, "1")))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(METRICS, "m", operation("interval.ms", OpType.SET, "x")))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(METRICS, "m", operation("match", OpType.SET, "foo"))).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(METRICS, "m", operation("made.up", OpType.SET, "1"))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(METRICS, "", operation("interval.ms", OpType.SET, "1000")))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(METRICS, "?varve.telemetry", operation("interval.ms", OpType.SET, "1000")))
                .isEqualTo(Errors.INVALID_REQUEST);
    }

    /** They are read into memory at each start. */
    @Test
    void keepsOnlyShortSettingsOfClientMetrics() {
        assertThat(alter(METRICS, "m", operation("metrics", OpType.SET, "m".repeat(8_192))))
                .isEqualTo(Errors.NONE);
        assertThat(alter(METRICS, "m", operation("metrics", OpType.APPEND, "m")))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(METRICS, "m", operation("interval.ms", OpType.SET, "0".repeat(8_190) + "1000")))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(METRICS, "m", operation("match", OpType.SET, "client_id=" + "m".repeat(8_192))))
                .isEqualTo(Errors.INVALID_CONFIG);
    }

    @Test
    void setsLevelsOfLoggers() {
        String logger = ConfigHandlersTest.class.getName();
        Logger own = LoggerFactory.getLogger(logger);
        assertThat(alter(1, true, LOGGER, "1", operation(logger, OpType.SET, "TRACE")))
                .isEqualTo(Errors.NONE);
        assertThat(own.isTraceEnabled()).isFalse();
        assertThat(alter(LOGGER, "1", operation(logger, OpType.SET, "TRACE"))).isEqualTo(Errors.NONE);
        assertThat(own.isTraceEnabled()).isTrue();
        assertThat(find(describe(4, LOGGER, "1", null), logger).value()).isEqualTo("TRACE");
        assertThat(source(LOGGER, "1", "root")).isEqualTo(ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG.id());
        assertThat(alter(LOGGER, "1", operation(logger, OpType.DELETE, null))).isEqualTo(Errors.NONE);
        assertThat(own.isTraceEnabled()).isFalse();
        assertThat(alter(LOGGER, "1", operation("no.such", OpType.SET, "INFO"))).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(LOGGER, "1", operation(logger, OpType.SET, "LOUD"))).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(LOGGER, "1", operation("root", OpType.DELETE, null))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(LOGGER, "1", operation(logger, OpType.APPEND, "INFO"))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(LOGGER, "2", operation(logger, OpType.SET, "INFO"))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(describe(4, LOGGER, "", null).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    }

    @Test
    void answersEachOfTheResourcesThatAreNamedTwice() {
        IncrementalAlterConfigsRequestData asked = new IncrementalAlterConfigsRequestData();
        for (String name : List.of("t", "other", "t")) {
            AlterConfigsResource resource =
                    new AlterConfigsResource().setResourceType(TOPIC).setResourceName(name);
            resource.configs().mustAdd(operation("segment.ms", OpType.SET, "5"));
            asked.resources().mustAdd(resource);
        }
        MetadataFixture.await(node.metadata.createIfAbsent("other"));
        IncrementalAlterConfigsResponseData response =
                HandlerExchange.of(context, ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, asked);
        assertThat(response.responses())
                .extracting(answer -> answer.resourceName(), answer -> Errors.forCode(answer.errorCode()))
                .containsExactly(
                        tuple("t", Errors.INVALID_REQUEST),
                        tuple("other", Errors.NONE),
                        tuple("t", Errors.INVALID_REQUEST));
        assertThat(node.metadata.byName("t").configs()).isEmpty();
        assertThat(node.metadata.byName("other").configs()).isEqualTo(Map.of("segment.ms", "5"));
    }

    @Test
    void describesEachOfTheResourcesThatAreNamedTwice() {
        DescribeConfigsRequestData asked = new DescribeConfigsRequestData();
        for (String name : List.of("t", "?varve.clients", "t", "?varve.clients")) {
            asked.resources()
                    .add(new DescribeConfigsResource().setResourceType(TOPIC).setResourceName(name));
        }
        DescribeConfigsResponseData response = HandlerExchange.of(context, ApiKeys.DESCRIBE_CONFIGS, 4, asked);
        assertThat(response.results())
                .hasSize(4)
                .allMatch(result -> !result.configs().isEmpty());
        assertThat(response.results().get(2)).isEqualTo(response.results().get(0));
    }

    private Errors alterTheOldWay(byte type, String name, String key, String value) {
        AlterConfigsRequestData.AlterConfigsResource resource = new AlterConfigsRequestData.AlterConfigsResource()
                .setResourceType(type)
                .setResourceName(name);
        resource.configs()
                .add(new AlterConfigsRequestData.AlterableConfig().setName(key).setValue(value));
        AlterConfigsRequestData asked = new AlterConfigsRequestData();
        asked.resources().add(resource);
        AlterConfigsResponseData response = HandlerExchange.of(context, ApiKeys.ALTER_CONFIGS, 2, asked);
        return Errors.forCode(response.responses().get(0).errorCode());
    }

    @Test
    void altersBrokersAndGroupsTheOldWayToo() {
        assertThat(alterTheOldWay(BROKER, "", "message.max.bytes", "5000")).isEqualTo(Errors.NONE);
        assertThat(alterTheOldWay(BROKER, "", "log.segment.bytes", "2000000")).isEqualTo(Errors.NONE);
        assertThat(describe(4, BROKER, "", null).configs())
                .extracting(DescribeConfigsResourceResult::name)
                .containsExactly("log.segment.bytes");
        assertThat(node.metadata.clusterId()).hasSize(22);
        assertThat(alterTheOldWay(GROUP, "g", "consumer.session.timeout.ms", "50000"))
                .isEqualTo(Errors.NONE);
        assertThat(alterTheOldWay(TOPIC, "t", "segment.ms", null)).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alterTheOldWay(LOGGER, "1", "root", "INFO")).isEqualTo(Errors.INVALID_REQUEST);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.api.ApiHandler;
import io.varve.server.metadata.AcceptedLosses;
import io.varve.server.metadata.ClusterInfo;
import io.varve.server.metadata.MetadataConfig;
import io.varve.server.metadata.MetadataFixture;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConfigHandlersTest {
    private static final byte TOPIC = ConfigResource.Type.TOPIC.id();
    private static final byte BROKER = ConfigResource.Type.BROKER.id();

    private final MetadataFixture node = new MetadataFixture(17);
    private List<ApiHandler> handlers;

    @BeforeEach
    void start() {
        node.start(
                new MetadataConfig(1, null, 1, 1, true, true, Map.of("log.retention.hours", "2"), AcceptedLosses.NONE));
        handlers = TopicHandlers.all(
                node.metadata,
                () -> new ClusterInfo(node.metadata.clusterId(), 1, "here.example", 9092, null),
                List.of(
                        new BrokerSetting("ssl.key.password", "secret", true, true),
                        new BrokerSetting("num.network.threads", "3", false, false)));
        MetadataFixture.await(node.metadata.createIfAbsent("t"));
    }

    @AfterEach
    void close() {
        node.close();
    }

    private ApiHandler handler(ApiKeys api) {
        return handlers.stream().filter(h -> h.api() == api).findFirst().orElseThrow();
    }

    private DescribeConfigsResult describe(int version, byte type, String name, List<String> keys) {
        DescribeConfigsRequestData asked =
                new DescribeConfigsRequestData().setIncludeSynonyms(true).setIncludeDocumentation(version >= 3);
        asked.resources()
                .add(new DescribeConfigsResource()
                        .setResourceType(type)
                        .setResourceName(name)
                        .setConfigurationKeys(keys));
        DescribeConfigsResponseData response = Exchange.of(handler(ApiKeys.DESCRIBE_CONFIGS), version, asked);
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
        ApiHandler handler = handler(ApiKeys.DESCRIBE_CONFIGS);
        for (int v = handler.minVersion(); v <= handler.maxVersion(); v++) {
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

    @Test
    void describesOnlyWhatIsAskedFor() {
        assertThat(describe(4, TOPIC, "t", List.of("segment.ms", "nonsense")).configs())
                .extracting(DescribeConfigsResourceResult::name)
                .containsExactly("segment.ms");
    }

    @Test
    void describesTheBrokerAndHidesSecrets() {
        DescribeConfigsResult result = describe(4, BROKER, "1", null);
        assertThat(find(result, "num.partitions").value()).isEqualTo("1");
        assertThat(find(result, "log.retention.hours").value()).isEqualTo("2");
        assertThat(find(result, "log.retention.hours").configSource())
                .isEqualTo(ConfigSource.STATIC_BROKER_CONFIG.id());
        assertThat(find(result, "log.segment.bytes").configSource()).isEqualTo(ConfigSource.DEFAULT_CONFIG.id());
        assertThat(find(result, "num.network.threads").value()).isEqualTo("3");
        assertThat(find(result, "ssl.key.password").value()).isNull();
        assertThat(find(result, "ssl.key.password").isSensitive()).isTrue();
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
                Exchange.of(handler(ApiKeys.INCREMENTAL_ALTER_CONFIGS), version, asked);
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
        assertThat(alter(TOPIC, "t", operation("nonsense", OpType.SET, "5"))).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(TOPIC, "t", operation("segment.ms", OpType.APPEND, "5")))
                .isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(TOPIC, "t", operation("segment.ms", OpType.SET, null))).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(alter(TOPIC, "unknown", operation("segment.ms", OpType.SET, "5")))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(alter(BROKER, "1", operation("log.retention.ms", OpType.SET, "5")))
                .isEqualTo(Errors.INVALID_REQUEST);
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
        ApiHandler handler = handler(ApiKeys.ALTER_CONFIGS);
        for (int v = handler.minVersion(); v <= handler.maxVersion(); v++) {
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
            AlterConfigsResponseData response = Exchange.of(handler, v, asked);
            assertThat(response.responses().get(0).errorCode()).isZero();
            assertThat(node.metadata.byName("t").configs()).isEqualTo(Map.of("retention.ms", "9"));
        }
    }
}

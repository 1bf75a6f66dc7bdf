// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e;

import io.varve.server.net.RawClient;
import java.io.IOException;
import java.util.List;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** Requests that no client sends so, with the same response of every broker with one node. */
enum WireCall {
    DESCRIBES_CONTROLLERS(ApiKeys.DESCRIBE_CLUSTER, 1, new DescribeClusterRequestData().setEndpointType((byte) 2)),
    DESCRIBES_NEITHER(ApiKeys.DESCRIBE_CLUSTER, 2, new DescribeClusterRequestData().setEndpointType((byte) 3)),
    DESCRIBES_FENCED_BROKERS(
            ApiKeys.DESCRIBE_CLUSTER,
            2,
            new DescribeClusterRequestData().setIncludeFencedBrokers(true).setIncludeClusterAuthorizedOperations(true)),
    DESCRIBES_BROKERS(ApiKeys.DESCRIBE_CLUSTER, 0, new DescribeClusterRequestData()),
    DESCRIBES_ONE_PARTITION(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, partitions(1, null, "admin")),
    DESCRIBES_THE_NEXT_PARTITION(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, partitions(1, cursor("admin", 1), "admin")),
    DESCRIBES_BEYOND_THE_LAST_PARTITION(
            ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, partitions(10, cursor("admin", 7), "admin")),
    DESCRIBES_FROM_A_NEGATIVE_PARTITION(
            ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, partitions(10, cursor("admin", -1), "admin")),
    DESCRIBES_PARTITIONS_OF_NO_TOPIC(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, partitions(10, null, "none-such", "admin")),
    DESCRIBES_FROM_A_TOPIC_THAT_IS_NOT_ASKED_FOR(
            ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, partitions(10, cursor("zzz", 0), "admin")),
    DESCRIBES_NO_PARTITIONS_AT_A_TIME(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, partitions(0, null, "admin")),
    LISTS_GROUPS_IN_A_STATE(ApiKeys.LIST_GROUPS, 5, new ListGroupsRequestData().setStatesFilter(List.of("Stable"))),
    LISTS_GROUPS_IN_NO_STATE(ApiKeys.LIST_GROUPS, 4, new ListGroupsRequestData().setStatesFilter(List.of("MadeUp"))),
    LISTS_GROUPS_OF_A_TYPE(ApiKeys.LIST_GROUPS, 5, new ListGroupsRequestData().setTypesFilter(List.of("classic"))),
    LISTS_GROUPS_OF_NO_TYPE(ApiKeys.LIST_GROUPS, 5, new ListGroupsRequestData().setTypesFilter(List.of("made-up"))),
    LISTS_CLIENT_METRICS(ApiKeys.LIST_CONFIG_RESOURCES, 0, new ListConfigResourcesRequestData()),
    LISTS_AN_UNKNOWN_TYPE(
            ApiKeys.LIST_CONFIG_RESOURCES, 1, new ListConfigResourcesRequestData().setResourceTypes(List.of((byte)
                            77))),
    DESCRIBES_AN_UNKNOWN_TYPE(ApiKeys.DESCRIBE_CONFIGS, 4, configs((byte) 77, "x")),
    DESCRIBES_ANOTHER_BROKER(ApiKeys.DESCRIBE_CONFIGS, 4, configs(ConfigResource.Type.BROKER.id(), "99")),
    DESCRIBES_NO_BROKER(ApiKeys.DESCRIBE_CONFIGS, 4, configs(ConfigResource.Type.BROKER.id(), "abc")),
    DESCRIBES_ANOTHER_BROKERS_LOGGERS(
            ApiKeys.DESCRIBE_CONFIGS, 4, configs(ConfigResource.Type.BROKER_LOGGER.id(), "99")),
    DESCRIBES_NO_TOPIC(ApiKeys.DESCRIBE_CONFIGS, 4, configs(ConfigResource.Type.TOPIC.id(), "none-such")),
    DESCRIBES_AN_IMPOSSIBLE_TOPIC(ApiKeys.DESCRIBE_CONFIGS, 4, configs(ConfigResource.Type.TOPIC.id(), "a/b")),
    DESCRIBES_A_TOPIC(
            ApiKeys.DESCRIBE_CONFIGS, 4, configs(ConfigResource.Type.TOPIC.id(), "admin", "max.message.bytes")),
    DESCRIBES_A_GROUP(
            ApiKeys.DESCRIBE_CONFIGS,
            4,
            configs(ConfigResource.Type.GROUP.id(), "some", "consumer.session.timeout.ms")),
    DESCRIBES_NO_GROUP(ApiKeys.DESCRIBE_CONFIGS, 4, configs(ConfigResource.Type.GROUP.id(), "")),
    DESCRIBES_A_SUBSCRIPTION(ApiKeys.DESCRIBE_CONFIGS, 4, configs(ConfigResource.Type.CLIENT_METRICS.id(), "some")),
    SETS_AN_UNKNOWN_KEY_OF_A_TOPIC(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, set(ConfigResource.Type.TOPIC, "admin", "made.up", "1")),
    SETS_A_WRONG_VALUE_OF_A_TOPIC(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, set(ConfigResource.Type.TOPIC, "admin", "retention.ms", "abc")),
    SETS_A_NEGATIVE_SIZE(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, set(ConfigResource.Type.TOPIC, "admin", "segment.bytes", "-5")),
    SETS_A_POLICY_THAT_IS_NONE(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, set(ConfigResource.Type.TOPIC, "admin", "cleanup.policy", "burn")),
    SETS_SOMETHING_OF_NO_TOPIC(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, set(ConfigResource.Type.TOPIC, "none-such", "retention.ms", "1")),
    SETS_SOMETHING_OF_ANOTHER_BROKER(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, set(ConfigResource.Type.BROKER, "99", "log.retention.ms", "1")),
    SETS_WHAT_NEEDS_A_RESTART(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, set(ConfigResource.Type.BROKER, "7", "node.id", "3")),
    SETS_A_WRONG_VALUE_OF_BROKERS(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, set(ConfigResource.Type.BROKER, "", "log.segment.bytes", "abc")),
    SETS_A_LEVEL_OF_NO_LOGGER(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, set(ConfigResource.Type.BROKER_LOGGER, "7", "no.such", "INFO")),
    SETS_A_LEVEL_OF_ANOTHER_BROKER(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, set(ConfigResource.Type.BROKER_LOGGER, "9", "root", "INFO")),
    SETS_AN_UNKNOWN_KEY_OF_A_GROUP(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, set(ConfigResource.Type.GROUP, "some", "made.up", "1")),
    SETS_TOO_SHORT_A_SESSION(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS,
            1,
            set(ConfigResource.Type.GROUP, "some", "consumer.session.timeout.ms", "1")),
    SETS_SOMETHING_OF_NO_GROUP(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS,
            1,
            set(ConfigResource.Type.GROUP, "", "consumer.session.timeout.ms", "50000")),
    SETS_AN_UNKNOWN_KEY_OF_A_SUBSCRIPTION(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, set(ConfigResource.Type.CLIENT_METRICS, "some", "made.up", "1")),
    SETS_TOO_SHORT_AN_INTERVAL(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, set(ConfigResource.Type.CLIENT_METRICS, "some", "interval.ms", "1")),
    SETS_A_PATTERN_THAT_IS_NONE(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, set(ConfigResource.Type.CLIENT_METRICS, "some", "match", "a=[")),
    SETS_A_METRIC_TWICE(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, set(ConfigResource.Type.CLIENT_METRICS, "some", "metrics", "a,a")),
    SETS_SOMETHING_OF_NO_SUBSCRIPTION(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, set(ConfigResource.Type.CLIENT_METRICS, "", "metrics", "a")),
    SETS_SOMETHING_OF_AN_UNKNOWN_TYPE(
            ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, set(ConfigResource.Type.UNKNOWN, "some", "metrics", "a")),
    DESCRIBES_THE_QUORUM_OF_A_TOPIC(
            ApiKeys.DESCRIBE_QUORUM,
            2,
            new DescribeQuorumRequestData()
                    .setTopics(List.of(new DescribeQuorumRequestData.TopicData()
                            .setTopicName("admin")
                            .setPartitions(List.of(new DescribeQuorumRequestData.PartitionData())))));

    private final ApiKeys api;
    private final short version;
    private final ApiMessage request;

    WireCall(ApiKeys api, int version, ApiMessage request) {
        this.api = api;
        this.version = (short) version;
        this.request = request;
    }

    /** Sends the request; returns the response without what differs between any two brokers. */
    String outcome(Broker broker) throws IOException {
        return outcome(broker, api, version, request);
    }

    static String outcome(Broker broker, ApiKeys api, short version, ApiMessage request) throws IOException {
        int port = Integer.parseInt(broker.bootstrap().replaceFirst(".*:", ""));
        try (RawClient client = new RawClient(port)) {
            client.send(RawClient.frame(api, version, 1, request));
            return client.receive(api, version)
                    .data()
                    .toString()
                    .replaceAll("port=\\d+", "PORT")
                    .replaceAll("host='[^']*'", "HOST")
                    .replaceAll("clusterId='[^']*'", "CLUSTER")
                    .replaceAll("topicId=[^,]*", "TOPIC")
                    .replaceAll("eligibleLeaderReplicas=\\[]|eligibleLeaderReplicas=null", "NO_OTHER_LEADERS")
                    .replaceAll("lastKnownElr=\\[]|lastKnownElr=null", "NO_OTHER_LEADERS");
        }
    }

    private static DescribeTopicPartitionsRequestData partitions(int limit, Cursor cursor, String... topics) {
        DescribeTopicPartitionsRequestData asked = new DescribeTopicPartitionsRequestData()
                .setResponsePartitionLimit(limit)
                .setCursor(cursor);
        for (String topic : topics) {
            asked.topics().add(new TopicRequest().setName(topic));
        }
        return asked;
    }

    private static Cursor cursor(String topic, int partition) {
        return new Cursor().setTopicName(topic).setPartitionIndex(partition);
    }

    private static DescribeConfigsRequestData configs(byte type, String name, String... keys) {
        return new DescribeConfigsRequestData()
                .setIncludeSynonyms(true)
                .setIncludeDocumentation(true)
                .setResources(List.of(new DescribeConfigsResource()
                        .setResourceType(type)
                        .setResourceName(name)
                        .setConfigurationKeys(keys.length == 0 ? null : List.of(keys))));
    }

    private static IncrementalAlterConfigsRequestData set(
            ConfigResource.Type type, String name, String key, String value) {
        IncrementalAlterConfigsRequestData asked = new IncrementalAlterConfigsRequestData().setValidateOnly(true);
        AlterConfigsResource resource =
                new AlterConfigsResource().setResourceType(type.id()).setResourceName(name);
        resource.configs().add(new AlterableConfig().setName(key).setValue(value));
        asked.resources().add(resource);
        return asked;
    }
}

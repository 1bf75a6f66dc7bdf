// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import io.varve.server.group.GroupSettings;
import io.varve.server.logging.LogLevels;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.metadata.config.BrokerConfigs;
import io.varve.server.metadata.config.ConfigEntry;
import io.varve.server.metadata.config.ConfigEntry.Synonym;
import io.varve.server.metadata.topic.Topic;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/**
 * Describes the settings of every type of resource as DescribeConfigs returns them. Thread-safe.
 *
 * @param metadata settings of topics, brokers, groups and client metrics
 * @param groups definitions of the settings of groups
 * @param levels the levels of this broker's loggers
 */
record SettingDescriptions(ClusterMetadata metadata, GroupSettings groups, LogLevels levels) {
    /**
     * @param resource the resource, with the keys that the client asks for
     * @param asked the request
     * @return the settings of the resource
     * @throws org.apache.kafka.common.errors.ApiException if the resource does not exist
     */
    List<DescribeConfigsResourceResult> of(DescribeConfigsResource resource, DescribeConfigsRequestData asked) {
        ConfigResource.Type type = ConfigResource.Type.forId(resource.resourceType());
        String name = resource.resourceName();
        return switch (type) {
            case TOPIC ->
                selected(
                        resource,
                        ofTopic(name),
                        setting -> described(setting, asked).setReadOnly(false));
            case BROKER -> selected(resource, ofBroker(name), setting -> ofBroker(setting, asked));
            case BROKER_LOGGER -> ofLoggers(resource);
            case GROUP ->
                selected(
                        resource,
                        ofGroup(name),
                        setting -> described(setting, asked).setReadOnly(false));
            case CLIENT_METRICS ->
                selected(
                        resource,
                        ofMetrics(name),
                        setting -> described(setting, asked).setReadOnly(false));
            default -> throw Errors.INVALID_REQUEST.exception();
        };
    }

    private static List<DescribeConfigsResourceResult> selected(
            DescribeConfigsResource resource,
            List<ConfigEntry> settings,
            Function<ConfigEntry, DescribeConfigsResourceResult> describe) {
        List<String> keys = resource.configurationKeys();
        Set<String> wanted = keys == null ? Set.of() : new HashSet<>(keys);
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        for (ConfigEntry setting : settings) {
            if (wanted.isEmpty() || wanted.contains(setting.key().name)) {
                results.add(describe.apply(setting));
            }
        }
        return results;
    }

    private List<ConfigEntry> ofTopic(String name) {
        Topic topic = metadata.byName(name);
        if (topic == null) {
            org.apache.kafka.common.internals.Topic.validate(name);
            throw new UnknownTopicOrPartitionException(""); // Kafka gives no text
        }
        return metadata.topicConfigs().settings(topic.configs());
    }

    private List<ConfigEntry> ofBroker(String name) {
        if (name.isEmpty()) {
            return metadata.brokerConfigs().ofAllBrokers();
        }
        requireThisBroker(name, " or empty string,");
        return metadata.brokerConfigs().settings();
    }

    private void requireThisBroker(String name, String alternative) {
        int id;
        try {
            id = Integer.parseInt(name);
        } catch (NumberFormatException e) {
            throw new InvalidRequestException("Broker id must be an integer, but it is: " + name);
        }
        int expected = metadata.config().nodeId();
        if (id != expected) {
            throw new InvalidRequestException(
                    "Unexpected broker id, expected " + expected + alternative + " but received " + name);
        }
    }

    private List<ConfigEntry> ofGroup(String name) {
        if (name.isEmpty()) {
            throw new InvalidRequestException("Group name must not be empty");
        }
        return groups.settings(
                metadata.configs(new ConfigResource(ConfigResource.Type.GROUP, name)), metadata.brokerConfigs());
    }

    private List<ConfigEntry> ofMetrics(String name) {
        if (name.isEmpty()) {
            throw new InvalidRequestException("Client metrics subscription name must not be empty");
        }
        return ClientMetricsConfigTarget.settings(
                metadata.configs(new ConfigResource(ConfigResource.Type.CLIENT_METRICS, name)));
    }

    private List<DescribeConfigsResourceResult> ofLoggers(DescribeConfigsResource resource) {
        if (resource.resourceName().isEmpty()) {
            throw new InvalidRequestException("Broker id must not be empty");
        }
        requireThisBroker(resource.resourceName(), "");
        List<String> keys = resource.configurationKeys();
        Set<String> wanted = keys == null ? Set.of() : new HashSet<>(keys);
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        levels.all().forEach((logger, level) -> {
            if (wanted.isEmpty() || wanted.contains(logger)) {
                results.add(new DescribeConfigsResourceResult()
                        .setName(logger)
                        .setValue(level)
                        .setConfigSource(ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG.id()));
            }
        });
        return results;
    }

    private DescribeConfigsResourceResult ofBroker(ConfigEntry setting, DescribeConfigsRequestData asked) {
        DescribeConfigsResourceResult result =
                described(setting, asked).setReadOnly(!metadata.brokerConfigs().isDynamic(setting.key().name));
        if (BrokerConfigs.isUnknown(setting.key())) {
            result.setConfigType(ConfigType.UNKNOWN.id());
        }
        if (BrokerConfigs.isSensitive(setting)) {
            result.setIsSensitive(true).setValue(null);
            result.synonyms().forEach(synonym -> synonym.setValue(null));
        }
        return result;
    }

    private static DescribeConfigsResourceResult described(ConfigEntry setting, DescribeConfigsRequestData asked) {
        DescribeConfigsResourceResult result = new DescribeConfigsResourceResult()
                .setName(setting.key().name)
                .setValue(setting.value())
                .setConfigSource(ConfigSourceIds.id(setting.source()))
                .setConfigType(typeOf(setting.key().type));
        if (asked.includeSynonyms()) {
            setting.synonyms().forEach(synonym -> result.synonyms().add(synonym(synonym)));
        }
        // Null where it is not asked for: an empty text would tell a client that there is none.
        result.setDocumentation(asked.includeDocumentation() ? setting.key().documentation : null);
        return result;
    }

    private static DescribeConfigsSynonym synonym(Synonym synonym) {
        return new DescribeConfigsSynonym()
                .setName(synonym.name())
                .setValue(synonym.value())
                .setSource(ConfigSourceIds.id(synonym.source()));
    }

    private static byte typeOf(ConfigDef.Type type) {
        return ConfigType.valueOf(type.name()).id();
    }
}

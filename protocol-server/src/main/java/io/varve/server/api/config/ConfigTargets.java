// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import io.varve.server.group.GroupsConfig;
import io.varve.server.metadata.ClusterMetadata;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;

/** Says what resources of each type can be set to. Thread-safe. */
public final class ConfigTargets {
    private final Map<ConfigResource.Type, ConfigTarget> targets;

    /**
     * @param metadata settings of topics and brokers
     * @param groups settings of groups, and how many groups there can be
     */
    public ConfigTargets(ClusterMetadata metadata, GroupsConfig groups) {
        targets = Map.of(
                ConfigResource.Type.TOPIC, new TopicConfigTarget(metadata.topicConfigs()),
                ConfigResource.Type.BROKER,
                        new BrokerConfigTarget(metadata.config().nodeId(), metadata.brokerConfigs()),
                ConfigResource.Type.GROUP, new GroupConfigTarget(groups.settings(), groups.maxGroups()),
                ConfigResource.Type.CLIENT_METRICS, new ClientMetricsConfigTarget());
    }

    /**
     * @param type a type of resource
     * @return what such resources can be set to, or null if they cannot be altered here
     */
    ConfigTarget of(ConfigResource.Type type) {
        return targets.get(type);
    }
}

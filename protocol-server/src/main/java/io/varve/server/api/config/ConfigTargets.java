// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.config;

import io.varve.server.group.GroupsConfig;
import io.varve.server.metadata.ClusterMetadata;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;

/** Finds the {@link ConfigTarget} of a type of resource. Thread-safe. */
public final class ConfigTargets {
    private final Map<ConfigResource.Type, ConfigTarget> targets;

    /**
     * @param metadata settings of topics and brokers
     * @param groups settings of groups, and the max number of groups
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
     * @return target of the type, or null when clients cannot change such resources
     */
    ConfigTarget of(ConfigResource.Type type) {
        return targets.get(type);
    }
}

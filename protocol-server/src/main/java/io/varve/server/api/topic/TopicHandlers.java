// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import io.varve.server.api.ApiHandler;
import io.varve.server.api.cluster.DescribeClusterHandler;
import io.varve.server.api.cluster.ListPartitionReassignmentsHandler;
import io.varve.server.api.config.AlterConfigsHandler;
import io.varve.server.api.config.BrokerTarget;
import io.varve.server.api.config.ClientMetricsTarget;
import io.varve.server.api.config.ConfigTarget;
import io.varve.server.api.config.DescribeConfigsHandler;
import io.varve.server.api.config.GroupTarget;
import io.varve.server.api.config.IncrementalAlterConfigsHandler;
import io.varve.server.api.config.LogLevelChanges;
import io.varve.server.api.config.ShownSettings;
import io.varve.server.api.config.TopicQuestions;
import io.varve.server.api.config.TopicTarget;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.group.GroupSettings;
import io.varve.server.group.GroupsConfig;
import io.varve.server.logging.LogLevels;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.metadata.MetadataConfig;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.config.ConfigResource;

/** The handlers of this package. */
public final class TopicHandlers {
    private TopicHandlers() {}

    /**
     * @param metadata what the cluster is
     * @param cluster how clients reach this node; asked once per request, so that an address may be known late
     * @param groups the groups' settings
     * @return one handler per API
     */
    public static List<ApiHandler> all(ClusterMetadata metadata, Supplier<ClusterInfo> cluster, GroupsConfig groups) {
        return all(metadata, cluster, groups, TopicQuestions.NONE);
    }

    /**
     * @param metadata what the cluster is
     * @param cluster how clients reach this node; asked once per request, so that an address may be known late
     * @param groups the groups' settings
     * @param questions answers what is asked about topics besides their settings
     * @return one handler per API
     */
    public static List<ApiHandler> all(
            ClusterMetadata metadata, Supplier<ClusterInfo> cluster, GroupsConfig groups, TopicQuestions questions) {
        MetadataConfig config = metadata.config();
        LogLevels levels = new LogLevels();
        GroupSettings ofGroups = groups.settings();
        Map<ConfigResource.Type, ConfigTarget> targets = Map.of(
                ConfigResource.Type.TOPIC, new TopicTarget(metadata.topicConfigs()),
                ConfigResource.Type.BROKER, new BrokerTarget(config.nodeId(), metadata.brokerConfigs()),
                ConfigResource.Type.GROUP, new GroupTarget(ofGroups, groups.maxGroups()),
                ConfigResource.Type.CLIENT_METRICS, new ClientMetricsTarget());
        return List.of(
                new MetadataHandler(metadata, metadata, config, cluster),
                new DescribeClusterHandler(cluster),
                new DescribeTopicPartitionsHandler(
                        metadata, config.nodeId(), config.limits().describedAtOnce()),
                new CreateTopicsHandler(metadata),
                new DeleteTopicsHandler(metadata),
                new CreatePartitionsHandler(metadata),
                new DescribeConfigsHandler(new ShownSettings(metadata, ofGroups, levels), questions),
                new AlterConfigsHandler(metadata, targets),
                new IncrementalAlterConfigsHandler(metadata, targets, new LogLevelChanges(config.nodeId(), levels)),
                new ListPartitionReassignmentsHandler());
    }
}

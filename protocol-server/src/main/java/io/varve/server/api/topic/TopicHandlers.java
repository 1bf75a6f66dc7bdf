// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import io.varve.server.api.ApiHandler;
import io.varve.server.metadata.ClusterInfo;
import io.varve.server.metadata.ClusterMetadata;
import io.varve.server.metadata.MetadataConfig;
import io.varve.server.metadata.TopicConfigs;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/** The handlers of this package. */
public final class TopicHandlers {
    private TopicHandlers() {}

    /**
     * @param metadata what the cluster is
     * @param cluster how clients reach this node; asked once per request, so that an address may be known late
     * @param settings the settings of other rooms, to be shown with the broker's
     * @return one handler per API
     */
    public static List<ApiHandler> all(
            ClusterMetadata metadata, Supplier<ClusterInfo> cluster, List<BrokerSetting> settings) {
        return all(metadata, cluster, settings, TopicQuestions.NONE);
    }

    /**
     * @param metadata what the cluster is
     * @param cluster how clients reach this node; asked once per request, so that an address may be known late
     * @param settings the settings of other rooms, to be shown with the broker's
     * @param questions answers what is asked about topics besides their settings
     * @return one handler per API
     */
    public static List<ApiHandler> all(
            ClusterMetadata metadata,
            Supplier<ClusterInfo> cluster,
            List<BrokerSetting> settings,
            TopicQuestions questions) {
        MetadataConfig config = metadata.config();
        TopicConfigs definitions = metadata.topicConfigs();
        Collection<BrokerSetting> broker = BrokerSettings.of(config, definitions, settings);
        return List.of(
                new MetadataHandler(metadata, metadata, config, cluster),
                new DescribeClusterHandler(cluster),
                new DescribeTopicPartitionsHandler(metadata, config.nodeId()),
                new CreateTopicsHandler(metadata),
                new DeleteTopicsHandler(metadata),
                new CreatePartitionsHandler(metadata),
                new DescribeConfigsHandler(metadata, definitions, config.nodeId(), broker, questions),
                new AlterConfigsHandler(metadata),
                new IncrementalAlterConfigsHandler(metadata),
                new ListPartitionReassignmentsHandler());
    }
}

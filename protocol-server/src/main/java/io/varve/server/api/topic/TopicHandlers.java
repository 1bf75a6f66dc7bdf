// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.topic;

import io.varve.server.api.ApiHandler;
import io.varve.server.metadata.ClusterInfo;
import io.varve.server.metadata.ClusterMetadata;
import java.util.List;
import java.util.function.Supplier;

/** The handlers of this package. */
public final class TopicHandlers {
    private TopicHandlers() {}

    /**
     * @param metadata what the cluster is
     * @param cluster how clients reach this node; asked once per request, so that an address may be known late
     * @return one handler per API
     */
    public static List<ApiHandler> all(ClusterMetadata metadata, Supplier<ClusterInfo> cluster) {
        return List.of(
                new MetadataHandler(metadata, metadata, metadata.config(), cluster),
                new DescribeClusterHandler(cluster),
                new CreateTopicsHandler(metadata));
    }
}

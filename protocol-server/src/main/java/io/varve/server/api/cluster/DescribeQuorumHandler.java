// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.cluster;

import io.varve.core.runtime.Clock;
import io.varve.server.api.ApiHandler;
import io.varve.server.api.Request;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.cluster.Endpoint;
import io.varve.server.metadata.log.MetadataState;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.Listener;
import org.apache.kafka.common.message.DescribeQuorumResponseData.Node;
import org.apache.kafka.common.message.DescribeQuorumResponseData.PartitionData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ReplicaState;
import org.apache.kafka.common.message.DescribeQuorumResponseData.TopicData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeQuorumRequest;

/**
 * Describes the quorum of the metadata as a lone Kafka node with both roles does: this node is the leader and
 * the one voter. Its endpoint is that of the client's listener.
 */
public final class DescribeQuorumHandler implements ApiHandler {
    private static final short FIRST_WITH_NODES = 2;

    private final ClusterInfo self;
    private final Supplier<MetadataState> metadata;
    private final Clock clock;

    /**
     * @param self this broker, as clients reach it
     * @param metadata gives the metadata's state
     * @param clock tells when the leader has its own log: now
     */
    public DescribeQuorumHandler(ClusterInfo self, Supplier<MetadataState> metadata, Clock clock) {
        this.self = self;
        this.metadata = metadata;
        this.clock = clock;
    }

    @Override
    public CompletionStage<DescribeQuorumResponseData> handle(Request request) {
        DescribeQuorumRequestData asked = ((DescribeQuorumRequest) request.body()).data();
        if (!isMetadata(asked)) {
            return CompletableFuture.completedFuture(
                    DescribeQuorumRequest.getPartitionLevelErrorResponse(asked, Errors.UNKNOWN_TOPIC_OR_PARTITION));
        }
        DescribeQuorumResponseData response = described();
        if (request.version() >= FIRST_WITH_NODES) {
            response.nodes().add(node(self.endpoint(request.connection().listenerName())));
        }
        return CompletableFuture.completedFuture(response);
    }

    private static boolean isMetadata(DescribeQuorumRequestData asked) {
        return asked.topics().size() == 1
                && asked.topics().get(0).topicName().equals(Topic.CLUSTER_METADATA_TOPIC_NAME)
                && asked.topics().get(0).partitions().size() == 1
                && asked.topics().get(0).partitions().get(0).partitionIndex() == 0;
    }

    private DescribeQuorumResponseData described() {
        MetadataState state = metadata.get();
        long now = clock.millis();
        ReplicaState leader = new ReplicaState()
                .setReplicaId(self.nodeId())
                .setLogEndOffset(state.nextOffset())
                .setLastFetchTimestamp(now)
                .setLastCaughtUpTimestamp(now);
        PartitionData partition = new PartitionData()
                .setPartitionIndex(0)
                .setLeaderId(self.nodeId())
                .setLeaderEpoch(state.image().highestOffsetAndEpoch().epoch())
                .setHighWatermark(state.nextOffset())
                .setCurrentVoters(List.of(leader));
        return new DescribeQuorumResponseData()
                .setTopics(List.of(new TopicData()
                        .setTopicName(Topic.CLUSTER_METADATA_TOPIC_NAME)
                        .setPartitions(List.of(partition))));
    }

    private Node node(Endpoint here) {
        Node node = new Node().setNodeId(self.nodeId());
        node.listeners()
                .add(new Listener()
                        .setName(here.listener())
                        .setHost(here.host())
                        .setPort(here.port()));
        return node;
    }
}

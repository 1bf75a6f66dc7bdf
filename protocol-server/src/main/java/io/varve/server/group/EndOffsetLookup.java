// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import io.varve.core.log.PartitionLog;
import io.varve.server.metadata.topic.Topic;
import io.varve.server.metadata.topic.Topics;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.util.PartitionMetadataClient;

/** Looks up the end offsets of partitions, their high watermarks, for the coordinator. */
final class EndOffsetLookup implements PartitionMetadataClient {
    private final Topics topics;

    EndOffsetLookup(Topics topics) {
        this.topics = topics;
    }

    @Override
    public Map<TopicPartition, CompletableFuture<OffsetResponse>> listLatestOffsets(Set<TopicPartition> partitions) {
        return partitions.stream()
                .collect(Collectors.toMap(
                        Function.identity(), partition -> CompletableFuture.completedFuture(latest(partition))));
    }

    private OffsetResponse latest(TopicPartition partition) {
        Topic topic = topics.byName(partition.topic());
        PartitionLog log = Topic.log(topic, partition.partition());
        return log == null
                ? new OffsetResponse(-1, Topic.missing(topic, partition.partition()))
                : new OffsetResponse(log.highWatermark(), Errors.NONE);
    }

    @Override
    public void close() {}
}

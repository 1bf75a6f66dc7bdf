// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendOrigin;
import io.varve.server.api.table.HandlerContext;
import io.varve.server.cluster.ClusterInfo;
import io.varve.server.group.GroupsConfig;
import io.varve.server.metadata.MetadataFixture;
import io.varve.server.metadata.config.ConfigChange;
import io.varve.server.metadata.topic.NewTopic;
import io.varve.server.quota.MutationQuota;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/**
 * A node with the handlers that need no coordinator, and a topic t of two partitions, the first of which has
 * ten records.
 */
public final class FilledNode implements AutoCloseable {
    public final MetadataFixture node = new MetadataFixture(23);

    public FilledNode() {
        node.start();
        create("t", Map.of());
        fill("t", 0, 10);
    }

    /** @return the parts of the node that handlers use, as they are now */
    public HandlerContext context() {
        ClusterInfo self = new ClusterInfo(node.metadata.clusterId(), 1, "here.example", 9092, null);
        return NodeHandlers.context(node, self, GroupsConfig.parse(Map.of()));
    }

    @Override
    public void close() {
        node.close();
    }

    public void create(String name, Map<String, String> configs) {
        MetadataFixture.await(node.metadata.createTopics(
                List.of(new NewTopic(name, 2, 1, Map.of(), configs)), false, MutationQuota.UNBOUNDED));
    }

    public PartitionLog log(String topic, int partition) {
        return node.metadata.byName(topic).partition(partition);
    }

    private void fill(String topic, int partition, int records) {
        PartitionLog log = log(topic, partition);
        for (int i = 0; i < records; i++) {
            ByteBuffer batch = MemoryRecords.withRecords(
                            Compression.NONE, new SimpleRecord(1_000, "k".getBytes(), new byte[100]))
                    .buffer();
            log.appender().append(batch, AppendOrigin.CLIENT);
        }
        CompletableFuture<Void> visible = new CompletableFuture<>();
        log.awaitHighWatermark(log.logEndOffset(), failure -> visible.complete(null));
        MetadataFixture.await(visible);
    }

    public void set(String topic, Map<String, String> settings) {
        MetadataFixture.await(
                        node.metadata.alterConfigs(List.of(ConfigChange.ofTopic(topic, before -> settings)), false))
                .forEach(outcome -> assertThat(outcome.isSuccess()).isTrue());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.varve.server.metadata.MetadataFixture;
import io.varve.server.metadata.topic.Topic;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.coordinator.common.runtime.PartitionWriter;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.junit.jupiter.api.Test;

/** What the coordinator is told about its writes. */
class CoordinatorLogWriterTest {
    private static final TopicPartition PARTITION = new TopicPartition("__consumer_offsets", 0);

    @Test
    void tellsAListenerWhatBecameDurableBeforeItCame() {
        try (MetadataFixture broker = new MetadataFixture(3)) {
            broker.start();
            Topic topic = MetadataFixture.await(
                    broker.metadata.createInternalIfAbsent(PARTITION.topic(), 1, Map.of("cleanup.policy", "compact")));
            LoadProgress loading = new LoadProgress(1);
            CoordinatorLogWriter writer =
                    new CoordinatorLogWriter(topic, loading, (id, producer, epoch, partitions, admission) -> {
                        throw new AssertionError("nobody asked");
                    });
            assertThat(append(writer)).isEqualTo(1);
            while (topic.partition(0).highWatermark() < 1) {
                LockSupport.parkNanos(1_000_000);
            }
            List<Long> told = new CopyOnWriteArrayList<>();
            PartitionWriter.Listener listener = (partition, offset) -> told.add(offset);
            writer.registerListener(PARTITION, listener);
            assertThat(told).containsExactly(1L);
            assertThat(loading.of(0)).isCompleted();

            assertThat(append(writer)).isEqualTo(2);
            while (topic.partition(0).highWatermark() < 2 || told.size() < 2) {
                LockSupport.parkNanos(1_000_000);
            }
            writer.deregisterListener(PARTITION, listener);
            append(writer);
            while (topic.partition(0).highWatermark() < 3) {
                LockSupport.parkNanos(1_000_000);
            }
            assertThat(told).containsExactly(1L, 2L);
        }
    }

    private static long append(CoordinatorLogWriter writer) {
        MemoryRecords records =
                MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(0, "key".getBytes(), "value".getBytes()));
        return writer.append(PARTITION, VerificationGuard.SENTINEL, records, (short) 0);
    }
}

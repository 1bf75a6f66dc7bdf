// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetrics;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetricsShard;
import org.apache.kafka.timeline.SnapshotRegistry;

/** Gives Kafka's runtime no metrics of the transaction state machine. */
final class NoCoordinatorMetrics extends CoordinatorMetrics {
    private record Shard(TopicPartition topicPartition) implements CoordinatorMetricsShard {
        @Override
        public void record(String sensor) {}

        @Override
        public void record(String sensor, double value) {}

        @Override
        public void commitUpTo(long offset) {}
    }

    @Override
    public CoordinatorMetricsShard newMetricsShard(SnapshotRegistry snapshots, TopicPartition partition) {
        return new Shard(partition);
    }

    @Override
    public void activateMetricsShard(CoordinatorMetricsShard shard) {}

    @Override
    public void deactivateMetricsShard(CoordinatorMetricsShard shard) {}

    @Override
    public void onUpdateLastCommittedOffset(TopicPartition partition, long offset) {}
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorExecutor;
import org.apache.kafka.coordinator.common.runtime.CoordinatorMetrics;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorShardBuilder;
import org.apache.kafka.coordinator.common.runtime.CoordinatorTimer;
import org.apache.kafka.timeline.SnapshotRegistry;

/** Builds a partition's state machine. Of all that the runtime offers, it uses the snapshot registry only. */
final class TransactionShardBuilder implements CoordinatorShardBuilder<TransactionShard, CoordinatorRecord> {
    private final int maxIds;
    private SnapshotRegistry snapshots;

    /** @param maxIds how many transactional ids a partition may have */
    TransactionShardBuilder(int maxIds) {
        this.maxIds = maxIds;
    }

    @Override
    public TransactionShardBuilder withSnapshotRegistry(SnapshotRegistry registry) {
        snapshots = registry;
        return this;
    }

    @Override
    public TransactionShardBuilder withLogContext(LogContext context) {
        return this;
    }

    @Override
    public TransactionShardBuilder withTime(Time time) {
        return this;
    }

    @Override
    public TransactionShardBuilder withTimer(CoordinatorTimer<CoordinatorRecord> timer) {
        return this;
    }

    @Override
    public TransactionShardBuilder withExecutor(CoordinatorExecutor<CoordinatorRecord> executor) {
        return this;
    }

    @Override
    public TransactionShardBuilder withCoordinatorMetrics(CoordinatorMetrics metrics) {
        return this;
    }

    @Override
    public TransactionShardBuilder withTopicPartition(TopicPartition partition) {
        return this;
    }

    @Override
    public TransactionShard build() {
        return new TransactionShard(snapshots, maxIds);
    }
}

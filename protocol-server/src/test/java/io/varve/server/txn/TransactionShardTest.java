// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.timeline.SnapshotRegistry;
import org.junit.jupiter.api.Test;

/** Tests the limit on transactional ids. */
class TransactionShardTest {
    private final TransactionShard shard = new TransactionShard(new SnapshotRegistry(new LogContext()), 2);

    @Test
    void refusesNewIdsAboveTheLimit() {
        assertThat(init("a", 1)).isInstanceOf(TransactionDecision.Changed.class);
        assertThat(init("b", 2)).isInstanceOf(TransactionDecision.Changed.class);
        assertThat(init("c", 3)).isEqualTo(TransactionDecision.refused(Errors.POLICY_VIOLATION));
        assertThat(init("a", 4)).as("known").isInstanceOf(TransactionDecision.Changed.class);
    }

    @Test
    void keepsAllIdsThatAreInTheLog() {
        for (int i = 0; i < 5; i++) {
            shard.replay(i, 0, (short) 0, TransactionRecords.record(Transaction.created("t" + i, i, 1_000, 0)));
        }
        assertThat(shard.latest("t4")).isNotNull();
        assertThat(init("t4", 9)).isInstanceOf(TransactionDecision.Changed.class);
    }

    private TransactionDecision init(String transactionalId, long producerId) {
        var result = shard.decide(
                transactionalId, new InitProducer(transactionalId, 1_000, ProducerEpoch.NONE, producerId, 0));
        for (CoordinatorRecord event : result.records()) {
            shard.replay(0, 0, (short) 0, event);
        }
        return result.response();
    }
}

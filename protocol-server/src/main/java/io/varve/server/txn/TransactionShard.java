// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import java.util.Collection;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorShard;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogKey;
import org.apache.kafka.coordinator.transaction.generated.TransactionLogValue;
import org.apache.kafka.timeline.SnapshotRegistry;
import org.apache.kafka.timeline.TimelineHashMap;

/**
 * Keeps the transactions of one partition of {@code __transaction_state}: the coordinator's state machine.
 * Kafka's runtime calls it from one thread at a time, and takes changes back when their events cannot be
 * written.
 */
final class TransactionShard implements CoordinatorShard<CoordinatorRecord> {
    private final TimelineHashMap<String, Transaction> transactions;

    private final int maxIds;

    /** @param maxIds max number of ids before new ones are refused; ids in the log are all kept */
    TransactionShard(SnapshotRegistry snapshots, int maxIds) {
        this.maxIds = maxIds;
        transactions = new TimelineHashMap<>(snapshots, 16);
    }

    /** @return the transaction after the newest event, or null */
    Transaction latest(String transactionalId) {
        return transactions.get(transactionalId);
    }

    /** @return the transaction as of the committed offset, or null */
    Transaction committed(String transactionalId, long offset) {
        return transactions.get(transactionalId, offset);
    }

    /** @return all transactions as of the committed offset */
    Collection<Transaction> committed(long offset) {
        return transactions.values(offset);
    }

    /** Lets a command decide. The decision takes effect when its event is replayed. */
    CoordinatorResult<TransactionDecision, CoordinatorRecord> decide(
            String transactionalId, TransactionCommand command) {
        Transaction now = latest(transactionalId);
        TransactionDecision decision = command.decide(now);
        if (now == null && decision instanceof TransactionDecision.Changed && transactions.size() >= maxIds) {
            decision = TransactionDecision.refused(Errors.POLICY_VIOLATION);
        }
        List<CoordinatorRecord> events = List.of();
        if (decision instanceof TransactionDecision.Changed changed) {
            events = List.of(TransactionRecords.record(changed.next()));
        } else if (decision instanceof TransactionDecision.Forgotten forgotten) {
            events = List.of(TransactionRecords.tombstone(forgotten.transactionalId()));
        }
        return new CoordinatorResult<>(events, decision);
    }

    @Override
    public void replay(long offset, long producerId, short producerEpoch, CoordinatorRecord event) {
        String transactionalId = ((TransactionLogKey) event.key()).transactionalId();
        if (event.value() == null) {
            transactions.remove(transactionalId);
        } else {
            transactions.put(transactionalId, TransactionRecords.transaction(transactionalId, (TransactionLogValue)
                    event.value().message()));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import static io.varve.server.txn.SampleTransactions.A;
import static io.varve.server.txn.SampleTransactions.B;
import static io.varve.server.txn.SampleTransactions.NOW;
import static io.varve.server.txn.SampleTransactions.changed;
import static io.varve.server.txn.SampleTransactions.in;
import static io.varve.server.txn.SampleTransactions.producer;
import static io.varve.server.txn.SampleTransactions.refused;
import static org.apache.kafka.coordinator.transaction.TransactionState.COMPLETE_ABORT;
import static org.apache.kafka.coordinator.transaction.TransactionState.COMPLETE_COMMIT;
import static org.apache.kafka.coordinator.transaction.TransactionState.EMPTY;
import static org.apache.kafka.coordinator.transaction.TransactionState.ONGOING;
import static org.apache.kafka.coordinator.transaction.TransactionState.PREPARE_ABORT;
import static org.apache.kafka.coordinator.transaction.TransactionState.PREPARE_COMMIT;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.junit.jupiter.api.Test;

/** Tests how partitions are added to a transaction, and which producers may add them. */
class AddPartitionsToTransactionTest {
    private static TransactionDecision add(TransactionState state, int epoch, TopicPartition... partitions) {
        return new AddPartitionsToTransaction(producer(epoch), Set.of(partitions), Transactions.BUMPING, NOW)
                .decide(in(state, 4));
    }

    @Test
    void theFirstPartitionBeginsTheTransaction() {
        for (TransactionState state : List.of(EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT)) {
            Transaction next = changed(add(state, 4, A));
            assertThat(next.state()).isEqualTo(ONGOING);
            assertThat(next.partitions()).containsExactly(A);
            assertThat(next.times()).isEqualTo(new Transaction.Times(NOW, NOW));
        }
    }

    @Test
    void furtherPartitionsJoinItAndKnownOnesChangeNothing() {
        Transaction next = changed(add(ONGOING, 4, B));
        assertThat(next.partitions()).containsExactlyInAnyOrder(A, B);
        assertThat(next.times()).isEqualTo(new Transaction.Times(1_000, NOW));
        assertThat(add(ONGOING, 4, A)).isEqualTo(new TransactionDecision.Unchanged(in(ONGOING, 4)));
    }

    @Test
    void onlyTheOwnerAddsPartitionsAndNotWhileItsLastTransactionIsBeingEnded() {
        assertThat(refused(add(ONGOING, 3, B))).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(refused(add(ONGOING, 5, B))).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(refused(add(PREPARE_COMMIT, 4, B))).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        assertThat(refused(add(PREPARE_ABORT, 4, B))).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        assertThat(refused(
                        new AddPartitionsToTransaction(producer(4), Set.of(A), Transactions.PLAIN, NOW).decide(null)))
                .isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
    }
}

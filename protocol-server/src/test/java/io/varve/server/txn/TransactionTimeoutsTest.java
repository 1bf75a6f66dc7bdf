// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

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
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.junit.jupiter.api.Test;

/** Tests the commands that the coordinator gives itself. */
class TransactionTimeoutsTest {
    @Test
    void aDecisionIsCompletedAsItWasMadeAndOnlyOnce() {
        Transaction prepared = in(PREPARE_COMMIT, 4);
        Transaction complete =
                changed(TransactionTimeouts.complete(prepared, NOW).decide(prepared));
        assertThat(complete.state()).isEqualTo(COMPLETE_COMMIT);
        assertThat(complete.partitions()).isEmpty();
        assertThat(complete.producer().now()).isEqualTo(producer(4));
        assertThat(refused(TransactionTimeouts.complete(prepared, NOW).decide(complete)))
                .isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(refused(TransactionTimeouts.complete(prepared, NOW).decide(in(PREPARE_COMMIT, 5))))
                .isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(in(PREPARE_ABORT, 4).completed(NOW).state()).isEqualTo(COMPLETE_ABORT);
    }

    @Test
    void aTransactionOpenForTooLongIsAbortedAndItsOwnerFenced() {
        Transaction open = in(ONGOING, 4);
        long due = open.times().start() + open.timeoutMs();
        assertThat(refused(TransactionTimeouts.abortTimedOut(due).decide(open))).isEqualTo(Errors.INVALID_TXN_STATE);
        Transaction next = changed(TransactionTimeouts.abortTimedOut(due + 1).decide(open));
        assertThat(next.state()).isEqualTo(PREPARE_ABORT);
        assertThat(next.producer().now()).isEqualTo(producer(5));
        assertThat(refused(TransactionTimeouts.abortTimedOut(due + 1).decide(in(COMPLETE_COMMIT, 4))))
                .isEqualTo(Errors.INVALID_TXN_STATE);
    }

    @Test
    void aProducerWhoseTransactionTimedOutLearnsItsNextEpochByAborting() {
        Transaction aborted = changed(TransactionTimeouts.abortTimedOut(1 << 20).decide(in(ONGOING, 4)))
                .completed(NOW);
        TransactionDecision retry =
                new EndTransaction(producer(4), false, Transactions.BUMPING, -1, NOW).decide(aborted);
        assertThat(retry).isEqualTo(new TransactionDecision.Unchanged(aborted));
        assertThat(aborted.producer().now()).isEqualTo(producer(5));
    }

    @Test
    void onlyIdleTransactionalIdsAreForgotten() {
        for (TransactionState state : List.of(EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT)) {
            assertThat(TransactionTimeouts.expire(100, 2_100).decide(in(state, 4)))
                    .isEqualTo(new TransactionDecision.Forgotten(SampleTransactions.ID));
            assertThat(refused(TransactionTimeouts.expire(100, 2_099).decide(in(state, 4))))
                    .isEqualTo(Errors.INVALID_TXN_STATE);
        }
        for (TransactionState state : List.of(ONGOING, PREPARE_COMMIT, PREPARE_ABORT)) {
            assertThat(refused(TransactionTimeouts.expire(100, 1 << 30).decide(in(state, 4))))
                    .isEqualTo(Errors.INVALID_TXN_STATE);
        }
    }
}

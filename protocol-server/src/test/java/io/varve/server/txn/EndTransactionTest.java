// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import static io.varve.server.txn.SampleTransactions.FRESH;
import static io.varve.server.txn.SampleTransactions.NONE;
import static io.varve.server.txn.SampleTransactions.NOW;
import static io.varve.server.txn.SampleTransactions.PRODUCER;
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
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.junit.jupiter.api.Test;

/** Tests the outcome of the end of a transaction, for producers of both protocols. */
class EndTransactionTest {
    private static final boolean COMMIT = true;
    private static final boolean ABORT = false;

    /** Decides on a transaction in epoch 4; a request in epoch 3 is a retry. */
    private static TransactionDecision end(TransactionState state, int epoch, boolean commit) {
        return end(in(state, 4), epoch, commit, NONE);
    }

    private static TransactionDecision end(Transaction now, int epoch, boolean commit, long fresh) {
        return new EndTransaction(producer(epoch), commit, Transactions.BUMPING, fresh, NOW).decide(now);
    }

    private static TransactionDecision endInEpoch(TransactionState state, int epoch, boolean commit) {
        return new EndTransactionInEpoch(producer(epoch), commit, NOW).decide(in(state, 4));
    }

    @Test
    void anOpenTransactionIsDecidedAndTheEpochRaised() {
        for (boolean commit : List.of(COMMIT, ABORT)) {
            Transaction next = changed(end(ONGOING, 4, commit));
            assertThat(next.state()).isEqualTo(commit ? PREPARE_COMMIT : PREPARE_ABORT);
            assertThat(next.producer().now()).isEqualTo(producer(5));
            assertThat(next.producer().lastEpoch()).isEqualTo((short) 4);
            assertThat(next.partitions()).containsExactly(SampleTransactions.A);
            assertThat(next.nextProducerEpoch()).isEqualTo(producer(5));
            assertThat(next.times().start()).isEqualTo(1_000);
        }
    }

    @Test
    void aRetryHasToWaitWhileItsDecisionIsCarriedOut() {
        assertThat(refused(end(PREPARE_COMMIT, 3, COMMIT))).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        assertThat(refused(end(PREPARE_ABORT, 3, ABORT))).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        assertThat(refused(end(PREPARE_ABORT, 3, COMMIT))).isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(refused(end(PREPARE_COMMIT, 3, ABORT))).isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(refused(end(PREPARE_COMMIT, 2, COMMIT))).isEqualTo(Errors.PRODUCER_FENCED);
    }

    @Test
    void aProducerThatUsesItsNextEpochBeforeTheMarkersAreWrittenHasToRetry() {
        for (boolean commit : List.of(COMMIT, ABORT)) {
            assertThat(refused(end(PREPARE_COMMIT, 4, commit))).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        }
        Transaction rotating = changed(end(in(ONGOING, Short.MAX_VALUE - 1), Short.MAX_VALUE - 1, COMMIT, FRESH));
        ProducerEpoch next = new ProducerEpoch(FRESH, (short) 0);
        for (TransactionCommand early : List.of(
                new EndTransaction(next, ABORT, Transactions.BUMPING, NONE, NOW),
                new AddPartitionsToTransaction(next, Set.of(SampleTransactions.B), Transactions.BUMPING, NOW),
                new InitProducer(SampleTransactions.ID, 1, next, NONE, NOW))) {
            assertThat(refused(early.decide(rotating))).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        }
    }

    @Test
    void aRetryOfTheSameEndIsAnsweredWithTheRaisedEpoch() {
        assertThat(end(COMPLETE_COMMIT, 3, COMMIT))
                .isEqualTo(new TransactionDecision.Unchanged(in(COMPLETE_COMMIT, 4)));
        assertThat(end(COMPLETE_ABORT, 3, ABORT)).isEqualTo(new TransactionDecision.Unchanged(in(COMPLETE_ABORT, 4)));
        assertThat(refused(end(COMPLETE_COMMIT, 3, ABORT))).isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(refused(end(COMPLETE_ABORT, 3, COMMIT))).isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(refused(end(EMPTY, 3, ABORT))).isEqualTo(Errors.PRODUCER_FENCED);
    }

    @Test
    void theEpochBeforeIsAZombiesWhenTheNextOwnerDoesNotBumpEpochs() {
        Transaction ofOlder = in(
                COMPLETE_COMMIT,
                new ProducerHistory(PRODUCER, (short) 4, (short) -1, PRODUCER, NONE),
                Transactions.PLAIN);
        assertThat(refused(end(ofOlder, 3, COMMIT, NONE))).isEqualTo(Errors.PRODUCER_FENCED);
    }

    @Test
    void anAbortOfNothingRaisesTheEpochAndACommitOfNothingIsAnError() {
        for (TransactionState state : List.of(EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT)) {
            Transaction next = changed(end(state, 4, ABORT));
            assertThat(next.state()).isEqualTo(PREPARE_ABORT);
            assertThat(next.producer().now()).isEqualTo(producer(5));
            assertThat(next.partitions()).isEmpty();
            assertThat(next.times().start()).isEqualTo(NOW);
            assertThat(refused(end(state, 4, COMMIT))).isEqualTo(Errors.INVALID_TXN_STATE);
        }
    }

    @Test
    void otherEpochsAreFencedAndOtherProducersUnknown() {
        for (TransactionState state : List.of(EMPTY, ONGOING, PREPARE_COMMIT, COMPLETE_ABORT)) {
            assertThat(refused(end(state, 2, ABORT))).isEqualTo(Errors.PRODUCER_FENCED);
            assertThat(refused(end(state, 5, ABORT))).isEqualTo(Errors.PRODUCER_FENCED);
        }
        EndTransaction other =
                new EndTransaction(new ProducerEpoch(999, (short) 4), COMMIT, Transactions.BUMPING, NONE, NOW);
        assertThat(refused(other.decide(in(ONGOING, 4)))).isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
        assertThat(refused(other.decide(null))).isEqualTo(Errors.INVALID_PRODUCER_ID_MAPPING);
    }

    @Test
    void usedUpEpochsLeadToANewProducerIdWhoseFirstAnswerCanBeRepeated() {
        int last = Short.MAX_VALUE - 1;
        Transaction open = in(ONGOING, last);
        assertThat(end(open, last, COMMIT, NONE)).isEqualTo(new TransactionDecision.ProducerIdNeeded());
        Transaction prepared = changed(end(open, last, COMMIT, FRESH));
        assertThat(prepared.producer().now()).isEqualTo(producer(Short.MAX_VALUE));
        assertThat(prepared.nextProducerEpoch()).isEqualTo(new ProducerEpoch(FRESH, (short) 0));
        Transaction complete = prepared.completed(NOW);
        assertThat(complete.producer().now()).isEqualTo(new ProducerEpoch(FRESH, (short) 0));
        assertThat(complete.producer().previousId()).isEqualTo(PRODUCER);
        assertThat(end(complete, last, COMMIT, NONE)).isEqualTo(new TransactionDecision.Unchanged(complete));
    }

    @Test
    void olderProducersKeepTheirEpoch() {
        Transaction next = changed(endInEpoch(ONGOING, 4, COMMIT));
        assertThat(next.state()).isEqualTo(PREPARE_COMMIT);
        assertThat(next.producer().now()).isEqualTo(producer(4));
        assertThat(next.bumpsEpochs()).isFalse();
        assertThat(next.completed(NOW).producer().now()).isEqualTo(producer(4));
    }

    @Test
    void olderProducersRetryInTheSameEpoch() {
        assertThat(endInEpoch(COMPLETE_COMMIT, 4, COMMIT))
                .isEqualTo(new TransactionDecision.Unchanged(in(COMPLETE_COMMIT, 4)));
        assertThat(endInEpoch(COMPLETE_ABORT, 4, ABORT))
                .isEqualTo(new TransactionDecision.Unchanged(in(COMPLETE_ABORT, 4)));
        assertThat(refused(endInEpoch(COMPLETE_COMMIT, 4, ABORT))).isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(refused(endInEpoch(PREPARE_COMMIT, 4, COMMIT))).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        assertThat(refused(endInEpoch(PREPARE_COMMIT, 4, ABORT))).isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(refused(endInEpoch(EMPTY, 4, ABORT))).isEqualTo(Errors.INVALID_TXN_STATE);
        assertThat(refused(endInEpoch(COMPLETE_COMMIT, 3, COMMIT))).isEqualTo(Errors.PRODUCER_FENCED);
    }
}

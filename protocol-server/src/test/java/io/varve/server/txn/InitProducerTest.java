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
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.transaction.TransactionState;
import org.junit.jupiter.api.Test;

/** Tests which producer id and epoch a producer gets, and which producers are fenced. */
class InitProducerTest {
    private static final int LAST = Short.MAX_VALUE - 1;

    private static TransactionDecision decide(Transaction now, ProducerEpoch expected, long fresh) {
        return new InitProducer(SampleTransactions.ID, 9_000, expected, fresh, NOW).decide(now);
    }

    private static ProducerHistory history(int epoch, int lastEpoch, long previousId) {
        return new ProducerHistory(PRODUCER, (short) epoch, (short) lastEpoch, previousId, NONE);
    }

    @Test
    void aNewTransactionalIdGetsAFreshProducerIdWithEpochZero() {
        assertThat(decide(null, ProducerEpoch.NONE, NONE)).isEqualTo(new TransactionDecision.ProducerIdNeeded());
        Transaction next = changed(decide(null, ProducerEpoch.NONE, FRESH));
        assertThat(next.producer().now()).isEqualTo(new ProducerEpoch(FRESH, (short) 0));
        assertThat(next.state()).isEqualTo(EMPTY);
        assertThat(next.timeoutMs()).isEqualTo(9_000);
        assertThat(next.times()).isEqualTo(new Transaction.Times(-1, NOW));
    }

    @Test
    void aProducerWhoseIdWasForgottenGetsANewOne() {
        assertThat(changed(decide(null, producer(7), FRESH)).producer().now())
                .isEqualTo(new ProducerEpoch(FRESH, (short) 0));
    }

    @Test
    void theNextOwnerGetsTheNextEpochAndEarlierOwnersCannotRetry() {
        for (TransactionState state : List.of(EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT)) {
            ProducerHistory next =
                    changed(decide(in(state, 3), ProducerEpoch.NONE, NONE)).producer();
            assertThat(next.now()).isEqualTo(producer(4));
            assertThat(next.lastEpoch()).isEqualTo((short) -1);
        }
    }

    @Test
    void aProducerThatGoesOnAfterAnErrorGetsTheNextEpochAndTheSameAgainWhenItAsksAgain() {
        Transaction next = changed(decide(in(COMPLETE_ABORT, 3), producer(3), NONE));
        assertThat(next.producer().now()).isEqualTo(producer(4));
        assertThat(next.producer().lastEpoch()).isEqualTo((short) 3);
        assertThat(changed(decide(next, producer(3), NONE)).producer().now()).isEqualTo(producer(4));
    }

    @Test
    void aZombieIsFenced() {
        assertThat(refused(decide(in(EMPTY, 3), producer(2), NONE))).isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(refused(decide(in(EMPTY, 3), new ProducerEpoch(999, (short) 3), NONE)))
                .isEqualTo(Errors.PRODUCER_FENCED);
        assertThat(refused(decide(in(ONGOING, 3), new ProducerEpoch(999, (short) 3), NONE)))
                .isEqualTo(Errors.PRODUCER_FENCED);
    }

    @Test
    void anOpenTransactionIsAbortedInAnUnownedEpochAndTheClientRetries() {
        TransactionDecision decision = decide(in(ONGOING, 3), ProducerEpoch.NONE, NONE);
        assertThat(decision).isInstanceOfSatisfying(TransactionDecision.Changed.class, change -> {
            assertThat(change.answer()).isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
            assertThat(change.next().state()).isEqualTo(PREPARE_ABORT);
            assertThat(change.next().producer().now()).isEqualTo(producer(4));
            assertThat(change.next().partitions()).containsExactly(SampleTransactions.A);
            Transaction aborted = change.next().completed(NOW);
            assertThat(changed(decide(aborted, ProducerEpoch.NONE, NONE))
                            .producer()
                            .now())
                    .isEqualTo(producer(5));
        });
    }

    @Test
    void noProducerGetsAnEpochWhileATransactionIsBeingEnded() {
        for (TransactionState state : List.of(PREPARE_COMMIT, PREPARE_ABORT)) {
            assertThat(refused(decide(in(state, 3), ProducerEpoch.NONE, NONE)))
                    .isEqualTo(Errors.CONCURRENT_TRANSACTIONS);
        }
    }

    @Test
    void usedUpEpochsLeadToANewProducerId() {
        Transaction usedUp = in(COMPLETE_COMMIT, LAST);
        assertThat(decide(usedUp, ProducerEpoch.NONE, NONE)).isEqualTo(new TransactionDecision.ProducerIdNeeded());
        ProducerHistory next =
                changed(decide(usedUp, ProducerEpoch.NONE, FRESH)).producer();
        assertThat(next).isEqualTo(new ProducerHistory(FRESH, (short) 0, (short) -1, PRODUCER, NONE));
    }

    @Test
    void aRetryAfterTheNewProducerIdGetsItAgain() {
        Transaction next = changed(decide(in(EMPTY, LAST), producer(LAST), FRESH));
        assertThat(next.producer()).isEqualTo(new ProducerHistory(FRESH, (short) 0, (short) LAST, PRODUCER, NONE));
        assertThat(changed(decide(next, producer(LAST), NONE)).producer().now())
                .isEqualTo(new ProducerEpoch(FRESH, (short) 0));
        assertThat(refused(decide(next, producer(LAST - 1), NONE))).isEqualTo(Errors.PRODUCER_FENCED);
    }

    @Test
    void fencingAtTheLastEpochDoesNotOverflow() {
        Transaction open = in(ONGOING, history(LAST, -1, PRODUCER), Transactions.BUMPING);
        TransactionDecision.Changed fence = (TransactionDecision.Changed) decide(open, ProducerEpoch.NONE, NONE);
        assertThat(fence.next().producer().epoch()).isEqualTo(Short.MAX_VALUE);
        Transaction again = in(ONGOING, fence.next().producer(), Transactions.BUMPING);
        assertThat(((TransactionDecision.Changed) decide(again, ProducerEpoch.NONE, NONE))
                        .next()
                        .producer()
                        .epoch())
                .isEqualTo(Short.MAX_VALUE);
        assertThat(changed(decide(fence.next().completed(NOW), ProducerEpoch.NONE, FRESH))
                        .producer()
                        .now())
                .isEqualTo(new ProducerEpoch(FRESH, (short) 0));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.transaction.TransactionState;

/** Makes transactions in the states that tests begin with, and reads decisions. */
final class SampleTransactions {
    static final String ID = "tx";
    static final long PRODUCER = 1000;
    static final long FRESH = 2000;
    static final long NONE = -1;
    static final long NOW = 5_000;
    static final int TIMEOUT = 60_000;
    static final TopicPartition A = new TopicPartition("a", 0);
    static final TopicPartition B = new TopicPartition("b", 1);

    private SampleTransactions() {}

    static Transaction in(TransactionState state, int epoch) {
        return in(
                state, new ProducerHistory(PRODUCER, (short) epoch, (short) -1, PRODUCER, NONE), Transactions.BUMPING);
    }

    static Transaction in(TransactionState state, ProducerHistory producer, short version) {
        boolean begun = state != TransactionState.EMPTY;
        boolean open = begun && state != TransactionState.COMPLETE_COMMIT && state != TransactionState.COMPLETE_ABORT;
        return new Transaction(
                ID,
                producer,
                TIMEOUT,
                state,
                open ? Set.of(A) : Set.of(),
                new Transaction.Times(begun ? 1_000 : -1, 2_000),
                version);
    }

    static ProducerEpoch producer(int epoch) {
        return new ProducerEpoch(PRODUCER, (short) epoch);
    }

    static Transaction changed(TransactionDecision decision) {
        if (decision instanceof TransactionDecision.Changed changed && changed.answer() == Errors.NONE) {
            return changed.next();
        }
        throw new AssertionError(decision);
    }

    static Errors refused(TransactionDecision decision) {
        if (decision instanceof TransactionDecision.Refused refused) {
            return refused.error();
        }
        throw new AssertionError(decision);
    }
}

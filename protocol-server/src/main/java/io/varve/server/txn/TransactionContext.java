// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Scheduler;
import io.varve.server.coordinator.CoordinatorTime;
import io.varve.server.coordinator.OffsetsMarkerWriter;
import io.varve.server.metadata.producerid.ProducerIds;
import io.varve.server.metadata.start.AcceptedLosses;
import io.varve.server.metadata.topic.Topics;

/**
 * The parts of the server that the transaction coordinator uses.
 *
 * @param topics finds {@code __transaction_state} and the partitions written in transactions
 * @param offsets ends transactions in which offsets were committed
 * @param producerIds gives transactional ids their producer ids
 * @param losses the damage in {@code __transaction_state} that the user accepts
 * @param time the time of time-outs and expiry; gives threads, and times retries
 * @param failPoints hit at the {@link TransactionFailPoints}
 */
public record TransactionContext(
        Topics topics,
        OffsetsMarkerWriter offsets,
        ProducerIds producerIds,
        AcceptedLosses losses,
        CoordinatorTime time,
        FailPoints failPoints) {
    /** @return the clock */
    Clock clock() {
        return time.clock();
    }

    /** @return runs tasks by the clock, and starts threads */
    Scheduler scheduler() {
        return time.scheduler();
    }
}

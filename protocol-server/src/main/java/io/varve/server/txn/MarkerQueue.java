// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import io.varve.core.transaction.TransactionMarker;
import io.varve.server.coordinator.SerialExecutor;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.kafka.coordinator.transaction.TransactionState;

/**
 * Writes the markers of decided transactions to their partitions. Transactions and partitions do not wait for each other: one thread
 * appends, and durability is told. Thread-safe.
 */
final class MarkerQueue implements AutoCloseable {
    static final long MAX_BACKOFF_MS = 1_000;

    private final TransactionContext around;
    private final Consumer<Transaction> done;
    private final SerialExecutor tasks;
    private final Map<String, MarkerWriter> jobs = new ConcurrentHashMap<>();

    /** @param done told of a transaction when all its markers are durable, on any thread */
    MarkerQueue(TransactionContext around, Consumer<Transaction> done) {
        this.around = around;
        this.done = done;
        tasks = new SerialExecutor("transaction-markers", around.scheduler());
    }

    /**
     * Begins to write a transaction's markers unless that is under way.
     *
     * @param decided a prepared transaction, durable
     * @param coordinatorEpoch leader epoch of its partition of {@code __transaction_state}
     */
    void begin(Transaction decided, int coordinatorEpoch) {
        MarkerWriter running = jobs.get(decided.transactionalId());
        if (running != null && running.transaction().equals(decided)) {
            return;
        }
        TransactionMarker marker = new TransactionMarker(
                decided.producer().id(),
                decided.producer().epoch(),
                coordinatorEpoch,
                decided.state() == TransactionState.PREPARE_COMMIT,
                decided.bumpsEpochs());
        MarkerWriter job = new MarkerWriter(decided, marker, around, tasks, done);
        jobs.put(decided.transactionalId(), job);
        tasks.add(job::begin);
    }

    /** The transaction is complete, or will be tried anew. */
    void end(Transaction decided) {
        jobs.computeIfPresent(
                decided.transactionalId(), (id, job) -> job.transaction().equals(decided) ? null : job);
    }

    boolean isStopped() {
        return tasks.isStopped();
    }

    /** Leaves undone what is not done: the next start finds the decision. Idempotent. */
    @Override
    public void close() {
        tasks.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.txn;

import io.varve.core.transaction.TransactionMarker;
import io.varve.server.coordinator.SerialExecutor;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.apache.kafka.coordinator.transaction.TransactionState;

/**
 * Queues the markers of decided transactions; a {@link MarkerWriter} writes those of one transaction. One
 * thread appends them all and never waits for durability, so that transactions and partitions do not hold
 * each other up. Thread-safe.
 */
final class MarkerQueue implements AutoCloseable {
    static final long MAX_BACKOFF_MS = 1_000;

    private final TransactionContext context;
    private final Consumer<Transaction> done;
    private final SerialExecutor tasks;
    private final Map<String, MarkerWriter> writers = new ConcurrentHashMap<>();

    /** @param done gets a transaction when all its markers are durable, on any thread */
    MarkerQueue(TransactionContext context, Consumer<Transaction> done) {
        this.context = context;
        this.done = done;
        tasks = new SerialExecutor("transaction-markers", context.scheduler());
    }

    /**
     * Begins to write a transaction's markers unless they are being written.
     *
     * @param decided a prepared transaction, durable
     * @param coordinatorEpoch leader epoch of its partition of {@code __transaction_state}
     */
    void begin(Transaction decided, int coordinatorEpoch) {
        MarkerWriter running = writers.get(decided.transactionalId());
        if (running != null && running.transaction().equals(decided)) {
            return;
        }
        TransactionMarker marker = new TransactionMarker(
                decided.producer().id(),
                decided.producer().epoch(),
                coordinatorEpoch,
                decided.state() == TransactionState.PREPARE_COMMIT,
                decided.bumpsEpochs());
        MarkerWriter writer = new MarkerWriter(decided, marker, context, tasks, done);
        writers.put(decided.transactionalId(), writer);
        tasks.add(writer::begin);
    }

    /** Forgets a transaction that is complete, or whose markers will be tried again. */
    void end(Transaction decided) {
        writers.computeIfPresent(
                decided.transactionalId(), (id, writer) -> writer.transaction().equals(decided) ? null : writer);
    }

    boolean isStopped() {
        return tasks.isStopped();
    }

    /** Stops writing. The next start finds the decisions whose markers are missing. Idempotent. */
    @Override
    public void close() {
        tasks.close();
    }
}

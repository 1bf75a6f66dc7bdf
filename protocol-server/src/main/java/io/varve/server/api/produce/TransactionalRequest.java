// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendException;
import io.varve.core.log.append.AppendRun;
import io.varve.core.record.BatchHeader;
import io.varve.core.runtime.Clock;
import io.varve.core.transaction.VerificationGuard;
import io.varve.server.api.Connection;
import io.varve.server.coordinator.TransactionVerifier;
import io.varve.server.coordinator.TransactionVerifier.Admission;
import io.varve.server.logging.LogThrottle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.LoggerFactory;

/**
 * Appends the transactional batches of one produce request. A batch that begins a transaction in its
 * partition waits until the coordinator has admitted it; batches of the same producer that come behind it
 * wait in its queue; all others are appended at once. What waits is copied, as a request's bytes do not last;
 * the request's budget is held until its answer, which bounds that too.
 *
 * <pre>
 *   first in its queue, nothing to verify -----------------------------------> appended
 *   first in its queue --> coordinator asked --NONE-------------------------> appended, or verified again when its
 *          ^                   |     |                                          transaction ended meanwhile
 *          |                   |     +--CONCURRENT_TRANSACTIONS--> asked again after a while
 *   in a queue, its turn       +--any other error-----------------------------> refused
 * </pre>
 *
 * Used on the connection's event loop.
 */
final class TransactionalRequest {
    private static final LogThrottle FAILURES =
            new LogThrottle(LoggerFactory.getLogger(TransactionalRequest.class), Clock.system());

    /** A copied batch in its queue. */
    private static final class QueuedBatch {
        private final ProducerQueues.Key queue;
        private final TopicPartition partition;
        private final AppendRun batch;
        private final TransactionalAppend append;
        private final CompletableFuture<Void> end = new CompletableFuture<>();
        private VerificationGuard guard;
        private int attempts;

        QueuedBatch(
                ProducerQueues.Key queue,
                TopicPartition partition,
                AppendRun batch,
                TransactionalAppend append,
                int attempts) {
            this.queue = queue;
            this.partition = partition;
            this.batch = batch;
            this.append = append;
            this.attempts = attempts;
        }
    }

    private final ProducerQueues queues;
    private final TransactionVerifier coordinator;
    private final String transactionalId;
    private final Connection connection;
    private final Admission admission;
    /** The first batches of their queues: the coordinator is asked about all of them together. */
    private final List<QueuedBatch> firsts = new ArrayList<>(1);

    private final List<CompletableFuture<Void>> ends = new ArrayList<>(1);

    /**
     * @param queues of all requests
     * @param coordinator asked before a transaction's first batch in a partition is appended
     * @param transactionalId of the request
     * @param connection the request's
     * @param admission what the request's version leaves to the broker
     */
    TransactionalRequest(
            ProducerQueues queues,
            TransactionVerifier coordinator,
            String transactionalId,
            Connection connection,
            Admission admission) {
        this.queues = queues;
        this.coordinator = coordinator;
        this.transactionalId = transactionalId;
        this.connection = connection;
        this.admission = admission;
    }

    /**
     * Appends a batch now or, when it has to wait, later.
     *
     * @param log the partition's
     * @param partition its name
     * @param batch one transactional batch, validated; its bytes are valid until the request's handler
     *     returns
     * @param append does it
     */
    void add(PartitionLog log, TopicPartition partition, AppendRun batch, TransactionalAppend append) {
        ProducerQueues.Key queue = new ProducerQueues.Key(
                log, BatchHeader.producerId(batch.bytes(), batch.bytes().position()));
        VerificationGuard guard = null;
        if (queues.isEmpty(queue)) {
            try {
                guard = verification(log, batch);
            } catch (AppendException e) {
                append.refuse(e);
                return;
            }
            if (guard == VerificationGuard.NONE) {
                AppendException ended = append.append(batch, guard);
                if (ended == null) {
                    return;
                }
                guard = null; // the transaction has just ended: verify the next one
            }
        }
        QueuedBatch queued = new QueuedBatch(
                queue,
                partition,
                batch.copied(),
                append,
                coordinator.retryPolicy().attempts());
        queued.guard = guard;
        ends.add(queued.end);
        CompletableFuture<Void> before = queues.add(queue, queued.end);
        if (before == null && guard != null) {
            firsts.add(queued);
        } else if (before == null) {
            onLoop(() -> begin(queued));
        } else {
            before.whenComplete((done, failure) -> onLoop(() -> begin(queued)));
        }
    }

    /**
     * @return completes on the event loop when every batch has been appended or refused; at once when none
     *     had to wait
     */
    CompletionStage<Void> ended() {
        if (!firsts.isEmpty()) {
            ask(firsts);
        }
        return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
    }

    private VerificationGuard verification(PartitionLog log, AppendRun run) {
        ByteBuffer batch = run.bytes();
        int at = batch.position();
        return log.producers()
                .startVerification(
                        BatchHeader.producerId(batch, at),
                        BatchHeader.producerEpoch(batch, at),
                        BatchHeader.baseSequence(batch, at),
                        admission == Admission.ADD);
    }

    /** A batch's turn has come: if those before it have opened the transaction there is nothing to ask. */
    private void begin(QueuedBatch queued) {
        try {
            queued.guard = verification(queued.queue.log(), queued.batch);
        } catch (AppendException e) {
            queued.append.refuse(e);
            end(queued);
            return;
        }
        if (queued.guard == VerificationGuard.NONE) {
            append(queued);
        } else {
            ask(List.of(queued));
        }
    }

    /** @param asking batches of one producer, as each request's are */
    private void ask(List<QueuedBatch> asking) {
        ByteBuffer batch = asking.get(0).batch.bytes();
        coordinator
                .admit(
                        transactionalId,
                        BatchHeader.producerId(batch, 0),
                        BatchHeader.producerEpoch(batch, 0),
                        asking.stream().map(each -> each.partition).toList(),
                        admission)
                .whenComplete((errors, failure) -> onLoop(() -> asking.forEach(each -> {
                    if (failure == null) {
                        settle(each, errors.getOrDefault(each.partition, Errors.UNKNOWN_SERVER_ERROR));
                    } else {
                        FAILURES.warn(failure, "The transaction coordinator failed");
                        settle(each, Errors.UNKNOWN_SERVER_ERROR);
                    }
                })));
    }

    private void settle(QueuedBatch queued, Errors error) {
        if (error == Errors.NONE) {
            append(queued);
        } else if (error == Errors.CONCURRENT_TRANSACTIONS
                && admission == Admission.ADD
                && queued.attempts-- > 0
                && connection.isOpen()) {
            connection.schedule(coordinator.retryPolicy().backoffMs(), () -> begin(queued));
        } else {
            queued.append.refuse(error);
            end(queued);
        }
    }

    private void append(QueuedBatch queued) {
        AppendException stale = queued.append.append(queued.batch, queued.guard);
        if (stale == null) {
            end(queued);
        } else if (queued.attempts-- > 0) {
            // The marker of the transaction before came after the guard, so the guard was for that one:
            // verify again.
            begin(queued);
        } else {
            queued.append.refuse(stale);
            end(queued);
        }
    }

    private void end(QueuedBatch queued) {
        queues.remove(queued.queue, queued.end);
    }

    private void onLoop(Runnable task) {
        try {
            connection.executor().execute(task);
        } catch (RejectedExecutionException loopEnded) {
            task.run(); // nobody reads the answer any more, but others stand in the queue
        }
    }
}

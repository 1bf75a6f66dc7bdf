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
 * partition waits until the coordinator has admitted it. Later batches of that producer wait behind it in the
 * queue. All other batches are appended at once. A waiting batch is a copy, because the bytes of a request
 * are valid only while its handler runs. The network's budget for requests limits these copies: it counts a
 * request until the response.
 *
 * <pre>
 *   first in its queue, nothing to verify --------------------------> appended
 *   first in its queue --> coordinator asked --NONE-----------------> appended, or verified again when its
 *          ^                   |     |                                transaction ended meanwhile
 *          |                   |     +--CONCURRENT_TRANSACTIONS-----> asked again after the backoff
 *   front of its queue         +--any other error-------------------> refused
 * </pre>
 *
 * Used on the connection's event loop.
 */
final class TransactionalRequest {
    private static final LogThrottle FAILURES =
            new LogThrottle(LoggerFactory.getLogger(TransactionalRequest.class), Clock.system());

    /** A copy of a batch, in its queue. */
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
    /** The batches at the front of their queues, for one call to the coordinator. */
    private final List<QueuedBatch> firsts = new ArrayList<>(1);

    private final List<CompletableFuture<Void>> ends = new ArrayList<>(1);

    /**
     * @param queues queues of all requests
     * @param coordinator admits a transaction's first batch in a partition
     * @param transactionalId the request's transactional id
     * @param connection the request's connection
     * @param admission how the coordinator admits batches in the request's version
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
     * Appends a batch now, or later when it must wait.
     *
     * @param log log of the partition
     * @param partition name of the partition
     * @param batch a validated transactional batch; its bytes are valid until the request's handler returns
     * @param append appends the batch or refuses it
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
                guard = null; // the transaction has ended meanwhile: verify the next one
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
     * Asks the coordinator to admit the first batches, after the last {@link #add}.
     *
     * @return completes on the event loop when every batch has been appended or refused; at once when none
     *     waits
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

    /**
     * Serves a batch that is first in its queue by now. It is appended at once when the batches before it
     * have opened the transaction.
     */
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

    /** @param asking batches of one producer, as all of a request are */
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
                        finish(each, errors.getOrDefault(each.partition, Errors.UNKNOWN_SERVER_ERROR));
                    } else {
                        FAILURES.warn(failure, "The transaction coordinator failed");
                        finish(each, Errors.UNKNOWN_SERVER_ERROR);
                    }
                })));
    }

    private void finish(QueuedBatch queued, Errors error) {
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
            // The guard belongs to the transaction before, whose marker came after the verification: verify
            // again.
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
            task.run(); // no client awaits the response, but other batches wait in the queue
        }
    }
}

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
import io.varve.server.coordinator.TransactionVerifier.RetryPolicy;
import io.varve.server.logging.LogThrottle;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.LoggerFactory;

/**
 * Batches that begin a transaction in their partition wait until the coordinator has admitted it; those of the same producer that come
 * behind them wait in line, so that the order stays. All others are appended at once. Who waits is copied, as a request's bytes do not
 * last; the request's budget is held until its answer, which bounds that too. Thread-safe.
 */
final class AdmittedAppends {
    private static final LogThrottle FAILURES =
            new LogThrottle(LoggerFactory.getLogger(AdmittedAppends.class), Clock.system());

    /** Appends a batch, or says why not. Called on the connection's event loop, once. */
    interface AppendCall {
        /**
         * @param batch the batch as it was checked, where it is now
         * @param guard to present
         * @return null when it has been appended, or refused for good; else that the guard did not hold, and why
         */
        AppendException now(AppendRun batch, VerificationGuard guard);

        /** @param error what the coordinator said, as it says it to who sends batches */
        void refused(Errors error);

        /** @param refused what the partition said before anybody was asked */
        void refused(AppendException refused);
    }

    /** Where one producer's batches stand in line. */
    private record Line(PartitionLog log, long producerId) {}

    private final TransactionVerifier transactions;
    private final RetryPolicy retries;
    /** The last of each line; absent where nobody waits. */
    private final Map<Line, CompletableFuture<Void>> tails = new ConcurrentHashMap<>();

    AdmittedAppends(TransactionVerifier transactions) {
        this.transactions = transactions;
        retries = transactions.retryPolicy();
    }

    /**
     * @param transactionalId of the request
     * @param connection the request's
     * @param version the request's
     */
    RequestBatches request(String transactionalId, Connection connection, short version) {
        return new RequestBatches(transactionalId, connection, ProduceVersions.admission(version));
    }

    /** The transactional batches of one request. Used on the connection's event loop. */
    final class RequestBatches {
        private final String transactionalId;
        private final Connection connection;
        private final Admission admission;
        /** Those at the head of their lines: the coordinator is asked for all of them together. */
        private final List<Waiting> heads = new ArrayList<>(1);

        private final List<CompletableFuture<Void>> waiting = new ArrayList<>(1);

        private RequestBatches(String transactionalId, Connection connection, Admission admission) {
            this.transactionalId = transactionalId;
            this.connection = connection;
            this.admission = admission;
        }

        /**
         * Appends a batch now or, when somebody has to be asked or waited for, later.
         *
         * @param batch one transactional batch, checked; its bytes are valid until the request's handler returns
         */
        void add(PartitionLog log, TopicPartition partition, AppendRun batch, AppendCall append) {
            Line line = new Line(
                    log, BatchHeader.producerId(batch.bytes(), batch.bytes().position()));
            CompletableFuture<Void> before = tails.get(line);
            VerificationGuard guard = null;
            if (before == null) {
                try {
                    guard = verification(log, batch);
                } catch (AppendException e) {
                    append.refused(e);
                    return;
                }
                if (guard == VerificationGuard.NONE) {
                    AppendException ended = append.now(batch, guard);
                    if (ended == null) {
                        return;
                    }
                    guard = null; // the transaction has just ended: ask who comes to that
                }
            }
            Waiting next = new Waiting(line, partition, batch.copied(), append);
            next.guard = guard;
            waiting.add(next.done);
            CompletableFuture<Void> tail = tails.put(line, next.done);
            if (tail == null && guard != null) {
                heads.add(next);
            } else if (tail == null) {
                onLoop(() -> begin(next));
            } else {
                tail.whenComplete((done, failure) -> onLoop(() -> begin(next)));
            }
        }

        /** @return completes on the event loop when every batch has been appended or refused; at once when none had to wait */
        CompletionStage<Void> ended() {
            if (!heads.isEmpty()) {
                ask(heads);
            }
            return CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new));
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

        /** Its turn has come: if those before it have opened the transaction there is nothing to ask. */
        private void begin(Waiting next) {
            try {
                next.guard = verification(next.line.log, next.batch);
            } catch (AppendException e) {
                next.append.refused(e);
                next.end();
                return;
            }
            if (next.guard == VerificationGuard.NONE) {
                append(next);
            } else {
                ask(List.of(next));
            }
        }

        private void append(Waiting next) {
            AppendException stale = next.append.now(next.batch, next.guard);
            if (stale == null) {
                next.end();
            } else if (next.attempts-- > 0) {
                // The marker of the transaction before came after the guard: what was verified was the next one, so
                // verify again.
                begin(next);
            } else {
                next.append.refused(stale);
                next.end();
            }
        }

        private void settle(Waiting next, Errors error) {
            if (error == Errors.NONE) {
                append(next);
            } else if (error == Errors.CONCURRENT_TRANSACTIONS
                    && admission == Admission.ADD
                    && next.attempts-- > 0
                    && connection.isOpen()) {
                connection.schedule(retries.backoffMs(), () -> begin(next));
            } else {
                next.append.refused(error);
                next.end();
            }
        }

        /** @param asking of one producer, as each request is */
        private void ask(List<Waiting> asking) {
            ByteBuffer batch = asking.get(0).batch.bytes();
            transactions
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

        private void onLoop(Runnable task) {
            try {
                connection.executor().execute(task);
            } catch (RejectedExecutionException loopEnded) {
                task.run(); // nobody reads the answer any more, but others stand in line
            }
        }
    }

    /** A copied batch in line. */
    private final class Waiting {
        private final Line line;
        private final TopicPartition partition;
        private final AppendRun batch;
        private final AppendCall append;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private VerificationGuard guard;
        private int attempts = retries.attempts();

        Waiting(Line line, TopicPartition partition, AppendRun batch, AppendCall append) {
            this.line = line;
            this.partition = partition;
            this.batch = batch;
            this.append = append;
        }

        void end() {
            tails.remove(line, done);
            done.complete(null);
        }
    }
}

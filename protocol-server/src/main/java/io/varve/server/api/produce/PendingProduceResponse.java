// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendResult;
import io.varve.core.spi.StorageException;
import io.varve.server.api.AnswerListener;
import io.varve.server.api.Connection;
import io.varve.server.api.TimedWaits;
import io.varve.server.error.KafkaErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;

/**
 * Holds back the response to a produce request until the high watermarks have passed its records. The
 * committer raises the high watermarks one by one; the last of them completes the response. The connection's
 * event loop calls {@link #add} and {@link #await}; any thread may tell the offsets and complete a wait.
 *
 * <p>The time-out of a request applies to followers, and this broker has none. It does not shorten the wait
 * for the commit. A partition gets REQUEST_TIMED_OUT only when the storage also takes longer than
 * {@link #COMMIT_MS}.
 */
final class PendingProduceResponse extends TimedWaits.TimedWait {
    /**
     * Waits for the append to one partition, and for its high watermark. Its request's lock guards the answer
     * and {@code ended}. Thread-safe.
     */
    final class Wait implements PartitionLog.Waiter {
        private final PartitionLog log;
        private final PartitionProduceResponse answer;
        /** The wait that was added before; null for the first. */
        private final Wait before;

        private volatile PartitionLog.Subscription subscription = () -> {};
        private boolean ended;

        private Wait(PartitionLog log, PartitionProduceResponse answer, Wait before) {
            this.log = log;
            this.answer = answer;
            this.before = before;
        }

        /** Fills in the offsets, and waits for the high watermark to pass them. */
        void appended(AppendResult appended) {
            synchronized (PendingProduceResponse.this) {
                if (ended) {
                    return;
                }
                answer.setBaseOffset(appended.baseOffset())
                        .setLogAppendTimeMs(appended.logAppendTimeMs())
                        .setLogStartOffset(appended.logStartOffset());
            }
            subscription = log.awaitHighWatermark(appended.nextOffset(), this);
        }

        /** @param error fills in the answer: nothing was appended */
        void refused(Runnable error) {
            end(error);
        }

        @Override
        public void done(StorageException failure) {
            end(
                    failure == null
                            ? () -> {}
                            : () -> PartitionAppend.fail(answer, KafkaErrors.ofAppend(failure), failure.getMessage()));
        }

        private void end(Runnable filling) {
            synchronized (PendingProduceResponse.this) {
                if (ended) {
                    return;
                }
                ended = true;
                filling.run();
            }
            endOne();
        }
    }

    /** Min time that a commit may take, in ms; clients time out after about as long. */
    static final int COMMIT_MS = 30_000;

    private static final String NOT_IN_TIME = "the records were appended, but not committed in time";

    private final ProduceResponseData response;
    private final Connection connection;
    /** The wait that was added last; null while there is none. */
    private Wait last;

    private int openWaits;
    private boolean waiting;
    private AnswerListener listener;
    private boolean answered;

    /**
     * @param response the response; the appends fill in the answers of its partitions
     * @param connection the client's
     */
    PendingProduceResponse(ProduceResponseData response, Connection connection) {
        this.response = response;
        this.connection = connection;
    }

    /**
     * Makes the response wait for an append, which is about to begin.
     *
     * @param log the log that records are appended to
     * @param answer the partition's answer
     * @return to be told what becomes of the append
     */
    Wait add(PartitionLog log, PartitionProduceResponse answer) {
        last = new Wait(log, answer, last);
        synchronized (this) {
            openWaits++;
        }
        return last;
    }

    /**
     * Waits for all appends.
     *
     * @param timeoutMs time-out of the request, in ms; raised to {@link #COMMIT_MS} when it is shorter
     * @param told gets the response
     */
    void await(int timeoutMs, AnswerListener told) {
        boolean mustWait;
        synchronized (this) {
            listener = told;
            mustWait = openWaits > 0;
            waiting = mustWait;
        }
        if (mustWait) {
            connection.waits().begin(this, Math.max(timeoutMs, COMMIT_MS));
        } else {
            answer();
        }
    }

    private void endOne() {
        synchronized (this) {
            openWaits--;
            if (openWaits > 0 || !waiting) {
                return;
            }
        }
        try {
            // The event loop writes the response anyway: ending the wait there costs no further task.
            connection.executor().execute(this::complete);
        } catch (RejectedExecutionException loopEnded) {
            answer();
        }
    }

    private void complete() {
        connection.waits().end(this);
        answer();
    }

    @Override
    protected void expire() {
        List<Wait> expired = new ArrayList<>();
        synchronized (this) {
            for (Wait wait = last; wait != null; wait = wait.before) {
                if (!wait.ended) {
                    wait.ended = true;
                    // The answer keeps its offsets, as in Kafka: the records exist, and may yet become
                    // visible.
                    wait.answer.setErrorCode(Errors.REQUEST_TIMED_OUT.code()).setErrorMessage(NOT_IN_TIME);
                    expired.add(wait);
                }
            }
        }
        // Outside this lock: a log may hold its own lock while it calls a waiter, and the waiter takes this
        // one.
        expired.forEach(wait -> wait.subscription.close());
        answer();
    }

    private void answer() {
        synchronized (this) {
            if (answered) {
                return;
            }
            answered = true;
        }
        listener.answered(response, null);
    }
}

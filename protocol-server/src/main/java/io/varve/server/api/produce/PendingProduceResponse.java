// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.core.log.PartitionLog;
import io.varve.core.log.append.AppendResult;
import io.varve.core.spi.StorageException;
import io.varve.server.api.Connection;
import io.varve.server.error.KafkaErrors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;

/**
 * A produce request between its appends and its answer. The partitions settle one by one as the committer
 * moves their high watermarks; the last one to settle completes the answer. {@link #add} and {@link #await}
 * are called on the connection's event loop; waiters may call from anywhere.
 *
 * <p>A request's time-out is for followers, which there are none of: it does not cut short the commit, which
 * is the server's own work. Only a storage that stands still for longer than {@link #COMMIT_MS} as well is
 * answered for with REQUEST_TIMED_OUT.
 */
final class PendingProduceResponse {
    /**
     * One partition's wait; answer and settled are touched only under the request's lock, the subscription
     * only on the event loop.
     */
    private final class Wait implements PartitionLog.Waiter {
        private final PartitionLog log;
        private final long offset;
        private final PartitionProduceResponse answer;
        private PartitionLog.Subscription subscription = () -> {};
        private boolean settled;

        Wait(PartitionLog log, long offset, PartitionProduceResponse answer) {
            this.log = log;
            this.offset = offset;
            this.answer = answer;
        }

        @Override
        public void done(StorageException failure) {
            settle(this, failure);
        }
    }

    /** A commit takes milliseconds; clients give up by themselves after about this long. */
    static final int COMMIT_MS = 30_000;

    private static final String NOT_IN_TIME = "the records were appended, but not committed in time";

    private final ProduceResponseData response;
    private final Connection connection;
    private final List<Wait> waits = new ArrayList<>(1);
    private final CompletableFuture<ProduceResponseData> answered = new CompletableFuture<>();
    private Runnable timer = () -> {};
    private int unsettled;
    private boolean parked;

    /**
     * @param response completed by {@link #await}; its partitions' answers are filled in meanwhile
     * @param connection who waits
     */
    PendingProduceResponse(ProduceResponseData response, Connection connection) {
        this.response = response;
        this.connection = connection;
    }

    /**
     * @param log where records were appended
     * @param appended at which offsets
     * @param answer the partition's answer, as it is to be when there is nothing to wait for any more
     */
    void add(PartitionLog log, AppendResult appended, PartitionProduceResponse answer) {
        waits.add(new Wait(log, appended.nextOffset(), answer));
    }

    /**
     * @param timeoutMs how long the client is ready to wait, in ms; below {@link #COMMIT_MS} it is taken for
     *     that
     * @return completes with the response, on any thread
     */
    CompletionStage<ProduceResponseData> await(int timeoutMs) {
        synchronized (this) {
            unsettled = waits.size();
        }
        for (Wait wait : waits) {
            wait.subscription = wait.log.awaitHighWatermark(wait.offset, wait);
        }
        boolean waiting;
        synchronized (this) {
            waiting = unsettled > 0;
            parked = waiting;
        }
        if (waiting) {
            timer = connection.schedule(Math.max(timeoutMs, COMMIT_MS), this::expire);
        } else {
            answered.complete(response);
        }
        return answered;
    }

    private void settle(Wait wait, StorageException failure) {
        synchronized (this) {
            if (wait.settled) {
                return;
            }
            wait.settled = true;
            if (failure != null) {
                PartitionAppend.fail(wait.answer, KafkaErrors.ofAppend(failure), failure.getMessage());
            }
            unsettled--;
            if (unsettled > 0 || !parked) {
                return;
            }
        }
        try {
            // The event loop writes the answer anyway; calling the timer off there costs no second hop.
            connection.executor().execute(this::answer);
        } catch (RejectedExecutionException loopEnded) {
            answered.complete(response);
        }
    }

    private void answer() {
        timer.run();
        answered.complete(response);
    }

    private void expire() {
        List<Wait> expired = new ArrayList<>(waits.size());
        synchronized (this) {
            for (Wait wait : waits) {
                if (!wait.settled) {
                    wait.settled = true;
                    // The offsets stay, as in Kafka: the records are there, and may yet become visible.
                    wait.answer.setErrorCode(Errors.REQUEST_TIMED_OUT.code()).setErrorMessage(NOT_IN_TIME);
                    expired.add(wait);
                }
            }
        }
        // Outside the lock: the log may hold its own while it calls a waiter, which takes this one.
        expired.forEach(wait -> wait.subscription.close());
        answered.complete(response);
    }
}

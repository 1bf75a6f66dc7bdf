// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.log;

import io.varve.core.log.Appended;
import io.varve.core.log.PartitionLog;
import io.varve.core.spi.StorageException;
import io.varve.server.api.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;

/**
 * A produce request between its appends and its answer. The partitions to wait for settle one by one as the committer moves their high
 * watermarks; the last one to settle, or the timeout, completes the answer. {@link #add} and {@link #await} are called on the
 * connection's event loop; waiters may call from anywhere.
 */
final class PendingAnswer {
    /** One partition's wait; answer and settled are touched only under the request's lock, the subscription only on the event loop. */
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

    private static final String NOT_IN_TIME =
            "the records were appended, but not committed within the request's timeout";

    private final ProduceResponseData response;
    private final Connection connection;
    private final boolean all;
    private final List<Wait> waits = new ArrayList<>(1);
    private final CompletableFuture<ProduceResponseData> answered = new CompletableFuture<>();
    private Runnable timer = () -> {};
    private int unsettled;
    private boolean parked;

    /**
     * @param response completed by {@link #await}; its partitions' answers are filled in meanwhile
     * @param connection who waits
     * @param all true to wait for all partitions (acks=all), false for those only whose records cannot be read yet (acks=1)
     */
    PendingAnswer(ProduceResponseData response, Connection connection, boolean all) {
        this.response = response;
        this.connection = connection;
        this.all = all;
    }

    /**
     * @param log where records were appended
     * @param appended at which offsets
     * @param answer the partition's answer, as it is to be when there is nothing to wait for any more
     */
    void add(PartitionLog log, Appended appended, PartitionProduceResponse answer) {
        if (all || !appended.readable()) {
            waits.add(new Wait(log, appended.nextOffset(), answer));
        }
    }

    /**
     * @param timeoutMs how long to wait, in ms; 0 or less does not wait
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
        if (!waiting) {
            answered.complete(response);
        } else if (timeoutMs <= 0) {
            expire();
        } else {
            timer = connection.schedule(timeoutMs, this::expire);
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
                ProduceHandler.fail(wait.answer, LogErrors.ofAppend(failure), failure.getMessage());
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
                    ProduceHandler.fail(wait.answer, Errors.REQUEST_TIMED_OUT, NOT_IN_TIME);
                    expired.add(wait);
                }
            }
        }
        // Outside the lock: the log may hold its own while it calls a waiter, which takes this one.
        expired.forEach(wait -> wait.subscription.close());
        answered.complete(response);
    }
}

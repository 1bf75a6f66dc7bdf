// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import io.varve.core.log.PartitionLog;
import io.varve.core.spi.StorageException;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.common.message.FetchResponseData;

/**
 * A fetch that found too little and waits for more, without a thread. It holds no stored bytes meanwhile.
 *
 * <pre>
 *   waiting --high watermark rises, log fails--> woken (one task on the event loop, however many partitions woke)
 *   woken   --still too little-------> waiting
 *   woken   --enough, or an error----> answered
 *   waiting --max.wait is over-------> answered
 *   waiting --connection closes------> abandoned
 * </pre>
 *
 * Lives on its connection's event loop; only the watches are called from elsewhere, and they do no more than
 * wake it.
 */
final class FetchWait {
    /** One partition's wait for its high watermark to rise above what the last look saw. */
    private final class Watch implements PartitionLog.Waiter {
        private final PartitionFetch fetch;
        private PartitionLog.Subscription subscription = () -> {};
        private int bytes;
        private volatile boolean failed;

        Watch(PartitionFetch fetch) {
            this.fetch = fetch;
        }

        /** Looks at the partition after registering, so that nothing that came in between is missed. */
        void register() {
            PartitionLog log = reader.log(fetch);
            if (log != null && !failed) {
                subscription = log.awaitHighWatermark(log.highWatermark() + 1, this);
            }
            int found = reader.available(fetch);
            ready |= found < 0;
            available += Math.max(0, found) - bytes;
            bytes = Math.max(0, found);
        }

        @Override
        public void done(StorageException failure) {
            // A log that will not grow any more but can be read is no reason to answer: its consumer would
            // ask again at once.
            failed = failure != null && failure.kind() != StorageException.Kind.RETRY;
            woken.add(this);
            wake();
        }
    }

    private final FetchReader reader;
    private final int minBytes;
    private final Connection connection;
    private final Supplier<CompletionStage<FetchResponseData>> answer;
    private final List<Watch> watches;
    private final Queue<Watch> woken = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean waking = new AtomicBoolean();
    private final CompletableFuture<FetchResponseData> answered = new CompletableFuture<>();
    private Runnable timer = () -> {};
    private Runnable closeWatch = () -> {};
    private long available;
    private boolean ready;
    private boolean over;

    /**
     * @param reader looks what is there
     * @param fetches what is waited for
     * @param minBytes how much is enough
     * @param connection who waits
     * @param answer reads everything once more and makes the answer
     */
    FetchWait(
            FetchReader reader,
            List<PartitionFetch> fetches,
            int minBytes,
            Connection connection,
            Supplier<CompletionStage<FetchResponseData>> answer) {
        this.reader = reader;
        this.minBytes = minBytes;
        this.connection = connection;
        this.answer = answer;
        watches = new ArrayList<>(fetches.size());
        fetches.forEach(fetch -> watches.add(new Watch(fetch)));
    }

    /**
     * Starts to wait.
     *
     * @param maxWaitMs longest wait, in ms
     * @return completes with the answer; fails when the connection is closed
     */
    CompletionStage<FetchResponseData> await(int maxWaitMs) {
        registerFrom(0);
        if (over) {
            return answered;
        }
        timer = connection.schedule(maxWaitMs, this::finish);
        closeWatch = connection.onClose(this::abandon);
        if (over) {
            closeWatch.run();
        }
        return answered;
    }

    /** Registers the watches from one on, a slice at a time, between which the event loop serves others. */
    private void registerFrom(int first) {
        int end = Math.min(watches.size(), first + FetchReader.SLICE);
        for (int i = first; i < end && !over; i++) {
            watches.get(i).register();
            if (isEnough()) {
                finish();
            }
        }
        if (end < watches.size() && !over) {
            onLoop(() -> registerFrom(end));
        }
    }

    private void wake() {
        if (waking.compareAndSet(false, true)) {
            onLoop(this::look);
        }
    }

    private void onLoop(Runnable task) {
        try {
            connection.executor().execute(task);
        } catch (RejectedExecutionException loopEnded) {
            // The server is stopping: its connections, and this wait with them, are closed by the network.
            waking.set(false);
        }
    }

    private void look() {
        waking.set(false);
        for (int i = 0; i < FetchReader.SLICE && !over && !woken.isEmpty(); i++) {
            woken.remove().register();
        }
        if (isEnough()) {
            finish();
        } else if (!over && !woken.isEmpty()) {
            wake();
        }
    }

    private boolean isEnough() {
        return ready || available >= minBytes;
    }

    private void finish() {
        if (end()) {
            try {
                answer.get().whenComplete((response, failure) -> {
                    if (failure == null) {
                        answered.complete(response);
                    } else {
                        answered.completeExceptionally(failure);
                    }
                });
            } catch (RuntimeException | Error failure) {
                answered.completeExceptionally(failure);
            }
        }
    }

    private void abandon() {
        if (end()) {
            answered.completeExceptionally(
                    new CloseConnectionException("the connection was closed while a fetch waited for records"));
        }
    }

    private boolean end() {
        if (over) {
            return false;
        }
        over = true;
        timer.run();
        closeWatch.run();
        watches.forEach(watch -> watch.subscription.close());
        woken.clear();
        return true;
    }
}

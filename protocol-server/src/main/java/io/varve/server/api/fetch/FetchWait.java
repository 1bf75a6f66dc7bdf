// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.fetch;

import io.varve.core.log.PartitionLog;
import io.varve.core.spi.StorageException;
import io.varve.server.api.AnswerListener;
import io.varve.server.api.CloseConnectionException;
import io.varve.server.api.Connection;
import io.varve.server.api.TimedWaits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Lets a fetch that found too few records wait for more, without a thread and without stored records.
 *
 * <pre>
 *   waiting --high watermark rises, log fails--> woken (one task on the event loop for all partitions)
 *   woken   --still too few bytes----> waiting
 *   woken   --enough, or an error----> answered
 *   waiting --remote records come----> answered
 *   waiting --max.wait is over-------> answered, once no worker measures: a connection has one task at a time
 *   waiting --connection closes------> abandoned
 * </pre>
 *
 * Used on the event loop of its connection. Other threads call only {@link PartitionLog.Waiter#done} of the
 * watches, and what waits for {@link ColdReads}: both schedule a task on the loop.
 */
final class FetchWait extends TimedWaits.TimedWait {
    /** Waits until the high watermark of a partition is above the one that the last check saw. */
    private final class Watch implements PartitionLog.Waiter {
        private final PartitionFetch fetch;
        private final int position;
        private PartitionLog.Subscription subscription = () -> {};
        private int bytes;
        private volatile boolean failed;

        Watch(PartitionFetch fetch, int position) {
            this.fetch = fetch;
            this.position = position;
        }

        /** Registers first and checks the partition then, so that no append in between is missed. */
        void registerAndCheck() {
            PartitionLog log = reader.log(fetch);
            if (log == null) {
                idle.drop(position);
            } else if (!failed) {
                long seen = log.highWatermark();
                subscription = log.awaitHighWatermark(seen + 1, this);
                if (idle.keep(position, seen)) {
                    return;
                }
            }
            if (reader.mayWait(fetch)) {
                unmeasured.add(this);
            } else {
                found(reader.availableBytes(fetch));
            }
        }

        private void found(int now) {
            unreadable |= now < 0;
            available += Math.max(0, now) - bytes;
            bytes = Math.max(0, now);
        }

        @Override
        public void done(StorageException failure) {
            // A log that cannot grow but can be read does not end the wait: its consumer would fetch again at
            // once.
            failed = failure != null && failure.kind() != StorageException.Kind.RETRY;
            woken.add(this);
            wake();
        }

        void check() {
            idle.drop(position);
            registerAndCheck();
        }
    }

    private final PartitionFetchReader reader;
    private final int minBytes;
    private final Connection connection;
    private final AnswerListener listener;
    private final Consumer<IdleAnswers> reading;
    private final IdleAnswers idle;
    private final List<Watch> watches;
    private final Queue<Watch> woken = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean waking = new AtomicBoolean();
    /** Woken watches whose partitions are measured by a worker thread, since that may wait for a disk. */
    private final List<Watch> unmeasured = new ArrayList<>();

    private boolean measuring;
    /** The wait is over, and the worker that measures is not. */
    private boolean finishing;

    private Runnable closeWatch = () -> {};
    private long available;
    private boolean unreadable;
    private boolean ended;

    /**
     * @param reader measures what each partition has
     * @param fetches the partitions of the request
     * @param result what was read of them, its records released; the wait is for those that exist
     * @param limits of the fetch: how far it sees, and how many bytes of records end the wait
     * @param connection the client's
     * @param listener told of the failure when the wait fails, or when the connection is closed
     * @param reading reads the partitions again that are not idle, and makes the response; called on the
     *     event loop when the wait is over
     */
    FetchWait(
            PartitionFetchReader reader,
            List<PartitionFetch> fetches,
            FetchResult result,
            FetchLimits limits,
            Connection connection,
            AnswerListener listener,
            Consumer<IdleAnswers> reading) {
        this.reader = reader;
        this.minBytes = limits.minBytes();
        this.connection = connection;
        this.listener = listener;
        this.reading = reading;
        watches = new ArrayList<>(fetches.size());
        idle = IdleAnswers.of(fetches, result, limits.isolation());
        for (int i = 0; i < fetches.size(); i++) {
            if (!FetchResult.isUnknown(result.answers().get(i))) {
                watches.add(new Watch(fetches.get(i), i));
            }
        }
    }

    /**
     * Starts the wait.
     *
     * @param maxWaitMs max wait, in ms
     */
    void await(int maxWaitMs) {
        registerFrom(0);
        if (ended) {
            return;
        }
        if (reader.cold() != null) {
            reader.cold().onReady(() -> onLoop(this::finish));
        }
        connection.waits().begin(this, maxWaitMs);
        closeWatch = connection.onClose(this::abandon);
        if (ended) {
            closeWatch.run();
        }
    }

    /** Registers the watches from {@code first} on, in slices: the event loop serves others in between. */
    private void registerFrom(int first) {
        int end = Math.min(watches.size(), first + FetchReader.SLICE);
        for (int i = first; i < end && !ended; i++) {
            watches.get(i).registerAndCheck();
            if (isEnough()) {
                finish();
            }
        }
        if (end < watches.size() && !ended) {
            onLoop(() -> registerFrom(end));
        }
        measure();
    }

    private void wake() {
        if (waking.compareAndSet(false, true)) {
            onLoop(this::checkWoken);
        }
    }

    private void onLoop(Runnable task) {
        try {
            connection.executor().execute(task);
        } catch (RejectedExecutionException loopEnded) {
            // The server is stopping: the network closes its connections, and this wait with them.
            waking.set(false);
        }
    }

    private void checkWoken() {
        waking.set(false);
        for (int i = 0; i < FetchReader.SLICE && !ended && !woken.isEmpty(); i++) {
            woken.remove().check();
        }
        if (isEnough()) {
            finish();
        } else if (!ended && !woken.isEmpty()) {
            wake();
        }
        measure();
    }

    /** Has a worker thread measure what may wait for a disk, unless one is at it. */
    private void measure() {
        if (ended || measuring || unmeasured.isEmpty()) {
            return;
        }
        measuring = true;
        List<Watch> some = List.copyOf(unmeasured);
        unmeasured.clear();
        connection.background().execute(() -> {
            int[] bytes = new int[some.size()];
            Arrays.fill(bytes, -1); // what cannot be measured ends the wait: a read tells why
            try {
                for (int i = 0; i < bytes.length && connection.isOpen(); i++) {
                    bytes[i] = reader.availableBytes(some.get(i).fetch);
                }
            } finally {
                onLoop(() -> measured(some, bytes));
            }
        });
    }

    private void measured(List<Watch> some, int[] bytes) {
        measuring = false;
        if (ended) {
            return;
        }
        for (int i = 0; i < bytes.length; i++) {
            some.get(i).found(bytes[i]);
        }
        if (finishing || isEnough()) {
            finish();
        }
        measure();
    }

    private boolean isEnough() {
        return unreadable || available >= minBytes;
    }

    @Override
    protected void expire() {
        finish();
    }

    private void finish() {
        finishing = measuring;
        if (!finishing && end()) {
            if (reader.cold() != null) {
                reader.cold().lookALastTime();
            }
            try {
                reading.accept(idle);
            } catch (RuntimeException | Error failure) {
                listener.answered(null, failure);
            }
        }
    }

    private void abandon() {
        if (end()) {
            reader.close();
            listener.answered(
                    null, new CloseConnectionException("the connection was closed while a fetch waited for records"));
        }
    }

    private boolean end() {
        if (ended) {
            return false;
        }
        ended = true;
        connection.waits().end(this);
        closeWatch.run();
        watches.forEach(watch -> watch.subscription.close());
        woken.forEach(watch -> idle.drop(watch.position));
        woken.clear();
        return true;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.core.embedded;

import io.varve.core.VarveException;
import io.varve.core.log.PartitionLog;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.StorageException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Follows a stream for one subscriber, from an offset on and beyond the end. All calls of the subscriber come
 * from one thread, one after another.
 *
 * <p>A tail reads at most {@value #READ_BYTES} bytes ahead of what the subscriber has taken. While it waits,
 * for events or for demand, it costs a parked thread.
 *
 * <p>Thread-safe.
 */
public final class Tail implements AutoCloseable {
    private static final int READ_BYTES = 256 * 1024;
    private static final long CLOSE_MS = 30_000;

    private final EventStream stream;
    private final PartitionLog log;
    private final Flow.Subscriber<? super StoredEvent> subscriber;
    private final Deque<StoredEvent> ahead = new ArrayDeque<>();
    private final AtomicLong demand = new AtomicLong();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Scheduler.Agent agent;

    private volatile boolean started;
    private boolean subscribed;
    private boolean over;
    private long position;
    private PartitionLog.Subscription wait = () -> {};
    private volatile boolean cancelled;
    private volatile boolean completed;
    /** A wrong request, or that the stream will not go on. */
    private volatile RuntimeException failure;

    Tail(
            EventStream stream,
            PartitionLog log,
            long offset,
            Flow.Subscriber<? super StoredEvent> subscriber,
            Scheduler scheduler) {
        this.stream = stream;
        this.log = log;
        this.position = offset;
        this.subscriber = Objects.requireNonNull(subscriber, "subscriber");
        agent = scheduler.worker("tail-" + log.id(), this::step);
    }

    /** Lets the steps begin, which need the agent themselves. */
    void start() {
        started = true;
        agent.wake();
    }

    /**
     * @return completes when the subscriber gets no more calls: normally after {@link #close}, the close of
     *     the store, or a cancellation; otherwise with what ended the subscription
     */
    public CompletableFuture<Void> ended() {
        return ended;
    }

    /**
     * Ends the subscription. When it returns, no call of the subscriber is in progress and none comes, unless
     * the subscriber itself is the caller. Idempotent.
     */
    @Override
    public void close() {
        cancelled = true;
        agent.close(CLOSE_MS);
    }

    /** Ends the subscription because the store is closed: the subscriber learns of it. */
    void complete() {
        completed = true;
        agent.close(CLOSE_MS);
    }

    private void cancel() {
        cancelled = true;
        agent.close(0);
    }

    private void request(long count) {
        if (count < 1) {
            failure = new IllegalArgumentException(count + " events were requested, must be at least 1");
        } else {
            demand.accumulateAndGet(count, (now, more) -> now + more < 0 ? Long.MAX_VALUE : now + more);
        }
        agent.wake();
    }

    private long step() {
        if (started && !over) {
            try {
                passOn();
            } catch (RuntimeException | Error e) {
                end(e); // of the subscriber, which asked for no more calls by that
            }
        }
        return Scheduler.AgentStep.UNTIL_WOKEN;
    }

    private void passOn() {
        if (!subscribed) {
            subscribed = true;
            subscriber.onSubscribe(new Requests());
        }
        while (isWanted() && hasNext()) {
            if (demand.get() != Long.MAX_VALUE) {
                demand.decrementAndGet();
            }
            subscriber.onNext(ahead.poll());
        }
        if (cancelled) {
            end(null);
        } else if (failure != null) {
            subscriber.onError(failure);
            end(failure);
        } else if (completed) {
            subscriber.onComplete();
            end(null);
        }
    }

    private boolean isWanted() {
        return !cancelled && !completed && failure == null && demand.get() > 0;
    }

    private boolean hasNext() {
        try {
            while (ahead.isEmpty()) {
                if (position == log.highWatermark()) {
                    awaitMore();
                    return false;
                }
                EventPage page = stream.read(position, READ_BYTES);
                ahead.addAll(page.events());
                position = page.nextOffset();
            }
            return true;
        } catch (VarveException e) {
            failure = e;
            return false;
        }
    }

    private void awaitMore() {
        wait.close();
        wait = log.awaitHighWatermark(position + 1, reason -> {
            if (reason != null && reason.kind() != StorageException.Kind.RETRY) {
                failure = reason;
            }
            agent.wake();
        });
    }

    private void end(Throwable reason) {
        over = true;
        wait.close();
        ahead.clear();
        agent.close(0);
        if (reason == null) {
            ended.complete(null);
        } else {
            ended.completeExceptionally(reason);
        }
    }

    /** Takes the subscriber's requests; a subscriber may hold it for longer than the tail lives. */
    private final class Requests implements Flow.Subscription {
        @Override
        public void request(long count) {
            Tail.this.request(count);
        }

        @Override
        public void cancel() {
            Tail.this.cancel();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.spi.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the high watermark of a partition, which only rises, and calls the waiters and the listeners.
 * Thread-safe.
 *
 * <p>Listeners are called under the lock, so that each sees every value in order. Waiters are called outside
 * the lock. A callback's exception is logged; it harms neither other callbacks nor the committer.
 */
final class HighWatermark {
    private static final Logger LOG = LoggerFactory.getLogger(HighWatermark.class);

    private final TreeSet<Waiting> waiting = new TreeSet<>();
    private final List<LongConsumer> listeners = new ArrayList<>(0);
    private volatile long value;
    private volatile StorageException failure;
    /** Number of the next wait: how many waits there have been. */
    private long waited;

    /** @param number distinguishes the waits for one offset, so that each can be cancelled by itself */
    private record Waiting(long offset, long number, PartitionLog.Waiter waiter) implements Comparable<Waiting> {
        @Override
        public int compareTo(Waiting other) {
            int byOffset = Long.compare(offset, other.offset);
            return byOffset != 0 ? byOffset : Long.compare(number, other.number);
        }
    }

    HighWatermark(long start) {
        value = start;
    }

    long value() {
        return value;
    }

    /** @return why the value will not rise any more; empty while it may */
    Optional<StorageException> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * @throws StorageException if the value will not rise any more: a record appended now would never be
     *     acknowledged
     */
    void requireRising() {
        StorageException known = failure;
        if (known != null) {
            throw known;
        }
    }

    /** Calls the waiter once, when the value is at least {@code offset} or will never be. */
    PartitionLog.Subscription await(long offset, PartitionLog.Waiter waiter) {
        StorageException known;
        synchronized (this) {
            known = failure;
            if (value < offset && known == null) {
                Waiting entry = new Waiting(offset, waited++, waiter);
                waiting.add(entry);
                return () -> cancel(entry);
            }
        }
        waiter.done(value >= offset ? null : known);
        return () -> {};
    }

    private synchronized void cancel(Waiting entry) {
        waiting.remove(entry);
    }

    synchronized PartitionLog.Subscription listen(LongConsumer listener) {
        listeners.add(listener);
        if (value > 0) {
            guarded(() -> listener.accept(value));
        }
        return () -> stopListening(listener);
    }

    private synchronized void stopListening(LongConsumer listener) {
        listeners.remove(listener);
    }

    /** Raises the value; a lower one is ignored. */
    void advance(long to) {
        List<PartitionLog.Waiter> reached;
        synchronized (this) {
            if (to <= value) {
                return;
            }
            value = to;
            for (LongConsumer listener : List.copyOf(listeners)) { // one may end its own subscription
                guarded(() -> listener.accept(to));
            }
            reached = drainUpTo(to);
        }
        reached.forEach(waiter -> guarded(() -> waiter.done(null)));
    }

    /** Tells all waiters, present and future, that the value will not rise any more. */
    void fail(StorageException reason) {
        List<PartitionLog.Waiter> stranded;
        synchronized (this) {
            if (failure != null) {
                return;
            }
            failure = reason;
            stranded = drainUpTo(Long.MAX_VALUE);
        }
        stranded.forEach(waiter -> guarded(() -> waiter.done(reason)));
    }

    private static void guarded(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException | Error e) {
            LOG.error("A listener of a high watermark failed", e);
        }
    }

    private List<PartitionLog.Waiter> drainUpTo(long offset) {
        if (waiting.isEmpty() || waiting.first().offset > offset) {
            return List.of();
        }
        List<PartitionLog.Waiter> drained = new ArrayList<>(1);
        while (!waiting.isEmpty() && waiting.first().offset <= offset) {
            drained.add(waiting.pollFirst().waiter);
        }
        return drained;
    }
}

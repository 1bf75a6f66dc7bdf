// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.spi.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;

/**
 * The high watermark of a partition, who waits for it and who watches it. It only rises. Thread-safe.
 *
 * <p>Watchers are called under the lock, so that each sees every value in order; waiters are called outside it.
 */
final class HighWatermark {
    private final PriorityQueue<Waiting> waiting = new PriorityQueue<>();
    private final List<LongConsumer> watchers = new ArrayList<>(0);
    private volatile long value;
    private StorageException failure;

    private record Waiting(long offset, PartitionLog.Waiter waiter) implements Comparable<Waiting> {
        @Override
        public int compareTo(Waiting other) {
            return Long.compare(offset, other.offset);
        }
    }

    HighWatermark(long start) {
        value = start;
    }

    long value() {
        return value;
    }

    /** Calls the waiter once the value is at least {@code offset}, or when it could not be raised. */
    PartitionLog.Subscription await(long offset, PartitionLog.Waiter waiter) {
        StorageException known;
        synchronized (this) {
            known = failure;
            if (value < offset && known == null) {
                Waiting entry = new Waiting(offset, waiter);
                waiting.add(entry);
                return () -> cancel(entry);
            }
        }
        waiter.done(value >= offset ? null : known);
        return () -> {};
    }

    private synchronized void cancel(Waiting entry) {
        // By identity: two equal entries may belong to two callers.
        waiting.removeIf(other -> other == entry);
    }

    synchronized PartitionLog.Subscription watch(LongConsumer watcher) {
        watchers.add(watcher);
        if (value > 0) {
            watcher.accept(value);
        }
        return () -> unwatch(watcher);
    }

    private synchronized void unwatch(LongConsumer watcher) {
        watchers.remove(watcher);
    }

    /** Raises the value; a lower one is ignored. */
    void advance(long to) {
        List<PartitionLog.Waiter> reached;
        synchronized (this) {
            if (to <= value) {
                return;
            }
            value = to;
            for (int i = 0; i < watchers.size(); i++) {
                watchers.get(i).accept(to);
            }
            reached = drainUpTo(to);
        }
        reached.forEach(waiter -> waiter.done(null));
    }

    /**
     * Tells everyone that waits that the value does not rise now, and whoever comes later too if it never will.
     *
     * @param reason RETRY when it may rise yet
     */
    void fail(StorageException reason) {
        List<PartitionLog.Waiter> stranded;
        synchronized (this) {
            if (failure != null) {
                return;
            }
            if (reason.kind() != StorageException.Kind.RETRY) {
                failure = reason;
            }
            stranded = drainUpTo(Long.MAX_VALUE);
        }
        stranded.forEach(waiter -> waiter.done(reason));
    }

    private List<PartitionLog.Waiter> drainUpTo(long offset) {
        if (waiting.isEmpty() || waiting.peek().offset > offset) {
            return List.of();
        }
        List<PartitionLog.Waiter> drained = new ArrayList<>();
        while (!waiting.isEmpty() && waiting.peek().offset <= offset) {
            drained.add(waiting.poll().waiter);
        }
        return drained;
    }
}

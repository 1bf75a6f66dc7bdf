// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bytes of all connections' requests in memory, of two kinds that must not block each other: those of whole requests that await
 * their answers, which soon give back what they take, and those of requests that have arrived in part, whose peers may never go on.
 * Thread-safe.
 */
final class RequestBudget {
    private static final Logger LOG = LoggerFactory.getLogger(RequestBudget.class);

    private final long queuedLimit;
    private final long partialLimit;
    private final AtomicLong queued = new AtomicLong();
    private final AtomicLong partial = new AtomicLong();
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    RequestBudget(NetConfig.Requests limits) {
        queuedLimit = limits.queuedBytesLimit();
        // The largest request must be able to arrive.
        partialLimit = Math.max(queuedLimit, limits.maxBytes());
    }

    /** @return true when no further request should be begun */
    boolean isExhausted() {
        return queued.get() >= queuedLimit;
    }

    void queue(long bytes) {
        queued.addAndGet(bytes);
    }

    void unqueue(long bytes) {
        if (queued.addAndGet(-bytes) < queuedLimit) {
            wake();
        }
    }

    /** @param resume called once when there is room for requests again, on any thread */
    void await(Runnable resume) {
        waiting.add(resume);
        // Room made between the caller's look and now woke nobody.
        if (!isExhausted()) {
            wake();
        }
    }

    /**
     * @param bytes more bytes for a request that arrives in parts
     * @return false, and nothing is taken, when there are too many of them
     */
    boolean hold(long bytes) {
        if (partial.addAndGet(bytes) <= partialLimit) {
            return true;
        }
        partial.addAndGet(-bytes);
        return false;
    }

    void letGo(long bytes) {
        partial.addAndGet(-bytes);
    }

    long queuedBytes() {
        return queued.get();
    }

    long partialBytes() {
        return partial.get();
    }

    private void wake() {
        for (Runnable resume = waiting.poll(); resume != null; resume = waiting.poll()) {
            try {
                resume.run();
            } catch (RejectedExecutionException e) {
                LOG.debug("A connection ended while it waited for room: {}", e.toString());
            }
        }
    }
}

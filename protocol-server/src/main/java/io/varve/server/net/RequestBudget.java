// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Metrics.Readings;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits the bytes in memory of all connections' requests and answers, in four parts that must not block each
 * other. Thread-safe.
 *
 * <ul>
 *   <li>produce requests that await their answers, which come soon;
 *   <li>all other requests that await their answers, which may take as long as a peer asked to wait;
 *   <li>partly received requests, whose peers may have stalled;
 *   <li>answers that peers do not read.
 * </ul>
 */
final class RequestBudget {
    private static final Logger LOG = LoggerFactory.getLogger(RequestBudget.class);

    /** Most answers are in files, so a fraction of the limit of requests is enough. */
    private static final int UNSENT_SHARE = 4;

    private final EvictableMemory partial;
    private final EvictableMemory unsent;
    private final Pool records;
    private final Pool others;

    RequestBudget(NetConfig.Requests limits, Clock clock) {
        records = new Pool(limits.queuedBytesLimit());
        others = new Pool(limits.queuedBytesLimit());
        unsent = new EvictableMemory(limits.queuedBytesLimit() / UNSENT_SHARE, clock);
        // The largest request must be able to arrive.
        partial = new EvictableMemory(Math.max(limits.queuedBytesLimit(), limits.maxBytes()), clock);
    }

    /** Counts the bytes of one kind of unanswered requests. Thread-safe. */
    static final class Pool {
        private final long limit;
        private final AtomicLong taken = new AtomicLong();
        private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

        private Pool(long limit) {
            this.limit = limit;
        }

        /** @return true if no further request should be begun */
        boolean isExhausted() {
            return taken.get() >= limit;
        }

        /** @param bytes to reserve; a negative number releases */
        void reserve(long bytes) {
            if (taken.addAndGet(bytes) < limit && bytes < 0) {
                wake();
            }
        }

        void release(long bytes) {
            reserve(-bytes);
        }

        /** @param resume called once when the pool is no longer exhausted, on any thread */
        void await(Runnable resume) {
            waiting.add(resume);
            // A release between the caller's check and this registration woke no waiter.
            if (!isExhausted()) {
                wake();
            }
        }

        private void wake() {
            for (Runnable resume = waiting.poll(); resume != null; resume = waiting.poll()) {
                try {
                    resume.run();
                } catch (RejectedExecutionException e) {
                    LOG.debug("A connection ended while it waited for the request budget: {}", e.toString());
                }
            }
        }
    }

    /** @return the pool of a request; that of produce requests when the request is not known yet (null) */
    Pool of(NextRequest request) {
        return request == null || request.withRecords() ? records : others;
    }

    /** @return the pool of produce requests */
    Pool records() {
        return records;
    }

    /** @return the pool of all other requests, which counts the parsed objects too */
    Pool others() {
        return others;
    }

    /** @return the memory of partly received requests */
    EvictableMemory partial() {
        return partial;
    }

    /** @return the memory of answers that peers do not read */
    EvictableMemory unsent() {
        return unsent;
    }

    /** @return bytes of requests that await their answers */
    long queuedBytes() {
        return records.taken.get() + others.taken.get();
    }

    void read(Readings readings) {
        read(readings, "produce", records.taken.get(), records.limit);
        read(readings, "other", others.taken.get(), others.limit);
        read(readings, "partial", partial.bytes(), partial.limit());
        read(readings, "unsent", unsent.bytes(), unsent.limit());
    }

    private static void read(Readings readings, String kind, long bytes, long limit) {
        readings.add(NetMetrics.MEMORY, bytes, kind);
        readings.add(NetMetrics.MEMORY_LIMIT, limit, kind);
    }

    long partialBytes() {
        return partial.bytes();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.core.runtime.Clock;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the bytes of all connections' requests and answers in memory, in four parts that must not block each
 * other. Thread-safe.
 *
 * <ul>
 *   <li>produce requests that await their answers, which soon release what they take;
 *   <li>all other requests that await their answers, whose peers may have asked to wait for long;
 *   <li>requests that have arrived in part, whose peers may never go on;
 *   <li>answers that peers do not take.
 * </ul>
 */
final class RequestBudget {
    private static final Logger LOG = LoggerFactory.getLogger(RequestBudget.class);

    /** Answers mostly lie in files, so a part of what requests may take is enough. */
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

    /** Counts the bytes of one kind of requests that await their answers. Thread-safe. */
    static final class Pool {
        private final long limit;
        private final AtomicLong taken = new AtomicLong();
        private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

        private Pool(long limit) {
            this.limit = limit;
        }

        /** @return true when no further request should be begun */
        boolean isExhausted() {
            return taken.get() >= limit;
        }

        /** @param bytes less than 0 releases */
        void reserve(long bytes) {
            if (taken.addAndGet(bytes) < limit && bytes < 0) {
                wake();
            }
        }

        void release(long bytes) {
            reserve(-bytes);
        }

        /** @param resume called once when there is room for requests again, on any thread */
        void await(Runnable resume) {
            waiting.add(resume);
            // Room made between the caller's look and now woke nobody.
            if (!isExhausted()) {
                wake();
            }
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

    /** @return the part of a request that awaits its answer; of a produce request where none is known yet */
    Pool of(NextRequest request) {
        return request == null || request.withRecords() ? records : others;
    }

    /** @return that of produce requests */
    Pool records() {
        return records;
    }

    /** @return that of all other requests, counted with the objects they become */
    Pool others() {
        return others;
    }

    /** @return that of requests that have arrived in part */
    EvictableMemory partial() {
        return partial;
    }

    /** @return that of answers in memory that peers do not take */
    EvictableMemory unsent() {
        return unsent;
    }

    /** @return bytes of requests that await their answers */
    long queuedBytes() {
        return records.taken.get() + others.taken.get();
    }

    long partialBytes() {
        return partial.bytes();
    }
}

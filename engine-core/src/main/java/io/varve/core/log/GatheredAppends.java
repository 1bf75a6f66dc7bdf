// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.log.append.AppendException;
import io.varve.core.log.append.AppendOutcome;
import io.varve.core.log.append.AppendResult;
import io.varve.core.log.append.AppendRun;
import io.varve.core.runtime.EventLoop;
import io.varve.core.spi.BatchRun;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers the appends of a partition that will be committed together, and stores them as one run when their
 * commit begins: docs/decisions/0044. Until then they are as if they had not arrived: they have no offsets,
 * no sequence is checked, nobody can read them, and a crash loses nothing that was answered. Thread-safe.
 */
final class GatheredAppends {
    private static final Logger LOG = LoggerFactory.getLogger(GatheredAppends.class);

    /** Max number of appends that are stored together. */
    static final int MAX = 64;
    /** Appends that are stored together take at most this part of a segment: segments end as before. */
    private static final int SEGMENT_PART = 8;

    /** An append whose batches lie in the buffer. */
    private record Waiting(AppendRun run, AppendOutcome outcome) {}

    /** What an append ended with: one of the two is null. */
    private record Ended(AppendOutcome outcome, AppendResult result, RuntimeException refusal) {}

    private final StoreWriter writer;
    private final CommitRequests commits;
    private final Function<AppendRun, AppendResult> append;
    /** Guarded by the writer's lock. */
    private final List<Waiting> waiting = new ArrayList<>(0);
    /** What is lent; null while nothing waits. Guarded by the writer's lock. */
    private ByteBuffer buffer;

    private volatile boolean isEmpty = true;

    /** Number of appends since the last commit began, and of those before it, back to the one before. */
    private final AtomicInteger appends = new AtomicInteger();

    private volatile int expected;

    /** @param append stores a run at once; called with the writer's lock held */
    GatheredAppends(StoreWriter writer, CommitRequests commits, Function<AppendRun, AppendResult> append) {
        this.writer = writer;
        this.commits = commits;
        this.append = append;
    }

    /**
     * Takes an append that is worth waiting with: more are expected before the commit, and there is space.
     *
     * @param run a checked and stamped run of a client; copied
     * @param loop the event loop of the calling thread, which commits by itself
     * @param outcome told when the append was stored
     * @return false if the run must be stored at once, after those that wait
     */
    boolean add(AppendRun run, EventLoop loop, AppendOutcome outcome) {
        if (expected < 2) {
            return false;
        }
        int bytes = run.end() - run.start();
        writer.lock();
        try {
            if (buffer == null) {
                buffer = commits.lend(loop);
            }
            boolean fits = buffer != null
                    && waiting.size() < MAX
                    && bytes
                            <= Math.min(
                                            buffer.capacity(),
                                            writer.config().segments().segmentBytes() / SEGMENT_PART)
                                    - buffer.position();
            if (fits) {
                waiting.add(new Waiting(run.copiedInto(buffer), outcome));
                isEmpty = false;
                appends.incrementAndGet();
            } else if (waiting.isEmpty()) {
                giveBack();
            }
            return fits;
        } finally {
            writer.unlock();
        }
    }

    /** Counts an append that does not wait. */
    void counted() {
        appends.incrementAndGet();
    }

    /** Stores what waits for a commit, which covers it if it begins after this call. */
    void storeForCommit() {
        int since = appends.getAndSet(0);
        if (since > 0) {
            expected = since;
        }
        store();
    }

    /**
     * Stores all that wait. What the calling thread appends afterwards follows them, which keeps the appends
     * of a connection in their order.
     */
    void store() {
        if (isEmpty) {
            return;
        }
        List<Ended> ended = new ArrayList<>();
        writer.lock();
        try {
            if (!waiting.isEmpty()) {
                storeAll(ended);
            }
        } finally {
            waiting.clear();
            giveBack();
            isEmpty = true;
            writer.unlock();
        }
        ended.forEach(GatheredAppends::tell);
    }

    private void storeAll(List<Ended> ended) {
        try {
            AppendResult all = append.apply(AppendRun.joined(
                    buffer.flip(), waiting.stream().map(Waiting::run).toList()));
            if (!all.duplicate()) {
                waiting.forEach(one -> ended.add(new Ended(one.outcome(), resultOf(one.run(), all), null)));
                return;
            }
        } catch (AppendException oneIsRefused) {
            LOG.debug("{}: storing appends one by one", writer.store().id(), oneIsRefused);
        } catch (RuntimeException | Error e) { // nothing was stored: FULL, CLOSED
            waiting.forEach(one -> ended.add(new Ended(one.outcome(), null, asException(e))));
            return;
        }
        waiting.forEach(one -> ended.add(storeOne(one)));
    }

    /** A run of several is all new, or nothing was stored: one of them may be a duplicate, or be refused. */
    private Ended storeOne(Waiting one) {
        try {
            return new Ended(one.outcome(), append.apply(one.run()), null);
        } catch (RuntimeException | Error e) {
            return new Ended(one.outcome(), null, asException(e));
        }
    }

    private static RuntimeException asException(Throwable e) {
        return e instanceof RuntimeException known ? known : new IllegalStateException("an append failed: " + e, e);
    }

    private static AppendResult resultOf(AppendRun run, AppendResult all) {
        BatchRun stored = run.asStored();
        return new AppendResult(
                stored.baseOffset(), stored.nextOffset(), run.logAppendTimeMs(), all.logStartOffset(), false);
    }

    private static void tell(Ended ended) {
        try {
            if (ended.refusal() == null) {
                ended.outcome().appended(ended.result());
            } else {
                ended.outcome().refused(ended.refusal());
            }
        } catch (RuntimeException | Error e) {
            LOG.error("What follows an append failed", e); // the others must be told too
        }
    }

    private void giveBack() {
        if (buffer != null) {
            commits.giveBack(buffer.clear());
            buffer = null;
        }
    }
}

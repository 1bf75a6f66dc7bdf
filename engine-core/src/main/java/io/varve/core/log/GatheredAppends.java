// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.log.append.AppendException;
import io.varve.core.log.append.AppendOutcome;
import io.varve.core.log.append.AppendResult;
import io.varve.core.log.append.AppendRun;
import io.varve.core.spi.HeldBytes;
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
    /**
     * So many commits of one append follow one of several before each append is stored at once: what arrives
     * unevenly would alternate between the two.
     */
    static final int EXPECTING = 8;
    /** Appends that are stored together take at most this part of a segment: segments end as before. */
    private static final int SEGMENT_PART = 8;

    /** An append whose batches lie in the buffer. */
    private record Waiting(AppendRun run, AppendOutcome outcome) {}

    /** Appends that are stored together, and the buffer in which they lie one after another. */
    private record Group(ByteBuffer buffer, List<Waiting> waiting) {}

    /** A buffer that a commit needs until its end, and the hold of the storage on it. */
    private record Stored(ByteBuffer buffer, HeldBytes held) {}

    /** What an append ended with: one of the two is null. */
    private record Ended(AppendOutcome outcome, AppendResult result, RuntimeException refusal) {}

    private final StoreWriter writer;
    private final CommitRequests commits;
    private final Function<AppendRun, AppendResult> append;
    /** What waits, or null; guarded by this. Taken out with the writer's lock held, which comes first. */
    private Group group;

    private volatile boolean isEmpty = true;
    /** What was stored since the last commit has ended; guarded by itself. */
    private final List<Stored> stored = new ArrayList<>(1);

    /** Number of appends since the last commit began. */
    private final AtomicInteger appends = new AtomicInteger();
    /** For so many commits with appends others are expected beside the first. */
    private volatile int expecting;

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
     * @param outcome told when the append was stored
     * @return false if the run must be stored at once, after those that wait
     */
    boolean add(AppendRun run, AppendOutcome outcome) {
        return expecting > 0 && addToGroup(run, outcome);
    }

    /** Waits for no writer: while appends are stored, others gather. */
    private synchronized boolean addToGroup(AppendRun run, AppendOutcome outcome) {
        if (group == null) {
            ByteBuffer lent = commits.lend();
            group = lent == null ? null : new Group(lent, new ArrayList<>());
        }
        boolean fits = group != null && fits(run);
        if (fits) {
            group.waiting.add(new Waiting(run.copiedInto(group.buffer), outcome));
            isEmpty = false;
            appends.incrementAndGet();
        } else if (group != null && group.waiting.isEmpty()) {
            commits.giveBack(takeGroup().buffer());
        }
        return fits;
    }

    private boolean fits(AppendRun run) {
        int part = writer.config().segments().segmentBytes() / SEGMENT_PART;
        int left = Math.min(group.buffer.capacity(), part) - group.buffer.position();
        return group.waiting.size() < MAX && run.end() - run.start() <= left;
    }

    private synchronized Group takeGroup() {
        Group taken = group;
        group = null;
        return taken;
    }

    /** Notes that what was taken out is stored: a commit that begins before would not cover it. */
    private synchronized void storedAll() {
        isEmpty = group == null;
    }

    /** Counts an append that does not wait. */
    void counted() {
        appends.incrementAndGet();
    }

    /** Stores what waits for a commit, which covers it if it begins after this call. */
    void storeForCommit() {
        int since = appends.getAndSet(0);
        if (since > 0) {
            expecting = since > 1 ? EXPECTING : Math.max(0, expecting - 1);
        }
        store();
    }

    /** Takes back the memory of what was stored, at the end of the commit that follows each append. */
    void letGo() {
        synchronized (stored) {
            for (Stored one : stored) {
                one.held().letGo();
                commits.giveBack(one.buffer().clear());
            }
            stored.clear();
        }
    }

    /**
     * Stores all that wait. What the calling thread appends afterwards follows them, which keeps the appends
     * of a connection in their order.
     */
    void store() {
        if (isEmpty) {
            return;
        }
        List<Ended> ended = List.of();
        writer.lock();
        try {
            Group taken = takeGroup();
            if (taken != null) {
                HeldBytes held = new HeldBytes(taken.buffer().flip());
                ended = store(taken, held);
                keep(new Stored(taken.buffer(), held));
            }
        } finally {
            storedAll();
            writer.unlock();
        }
        ended.forEach(GatheredAppends::tell);
    }

    private void keep(Stored until) {
        synchronized (stored) {
            stored.add(until);
        }
    }

    private List<Ended> store(Group all, HeldBytes held) {
        List<Waiting> waiting = all.waiting();
        long records = 0;
        for (Waiting one : waiting) {
            records += one.run().records();
        }
        try {
            AppendResult result = append.apply(AppendRun.joined(all.buffer(), records, held));
            if (!result.duplicate()) {
                return ended(waiting, one -> new Ended(one.outcome(), resultOf(one.run(), result), null));
            }
        } catch (AppendException oneIsRefused) {
            LOG.debug("{}: storing appends one by one", writer.store().id(), oneIsRefused);
        } catch (RuntimeException | Error e) { // nothing was stored: FULL, CLOSED
            return ended(waiting, one -> new Ended(one.outcome(), null, asException(e)));
        }
        return ended(waiting, this::storeOne);
    }

    private static List<Ended> ended(List<Waiting> waiting, Function<Waiting, Ended> end) {
        List<Ended> ended = new ArrayList<>(waiting.size());
        waiting.forEach(one -> ended.add(end.apply(one)));
        return ended;
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
        long base = run.baseOffset();
        return new AppendResult(base, base + run.records(), run.logAppendTimeMs(), all.logStartOffset(), false);
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
}

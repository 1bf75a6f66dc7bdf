// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.producer.ProducerSnapshot;
import io.varve.core.producer.ProducerStates;
import io.varve.core.producer.SequenceCheck;
import io.varve.core.record.BatchHeader;
import io.varve.core.retention.HeldException;
import io.varve.core.retention.Hold;
import io.varve.core.runtime.Clock;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;

/**
 * One partition as Kafka means it. Thread-safe; appends of one partition are ordered, readers never wait for writers.
 *
 * <p>Offsets: {@code logStartOffset <= lastStableOffset <= highWatermark <= logEndOffset}.
 */
public final class PartitionLog {
    /** Called once when the high watermark has reached an offset, or never will. */
    @FunctionalInterface
    public interface Waiter {
        /** @param failure null when reached, else why the records will not become visible under this handle */
        void done(StorageException failure);
    }

    /** Something to be called off; idempotent. */
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    private final PartitionStore store;
    private final int leaderEpoch;
    private final Clock clock;
    private final Commits commits;
    private final ReentrantLock writing = new ReentrantLock();
    private final HighWatermark highWatermark;
    private final ProducerStates producers;
    private final TimeIndex times;
    private volatile PartitionConfig config;
    private volatile long logEndOffset;
    private volatile long bytesSinceSnapshot;
    private long snapshotOffset;

    private PartitionLog(
            PartitionStore store,
            int leaderEpoch,
            PartitionConfig config,
            Clock clock,
            Commits commits,
            ProducerRecovery.Recovered recovered) {
        this.store = store;
        this.leaderEpoch = leaderEpoch;
        this.config = config;
        this.clock = clock;
        this.commits = commits;
        this.producers = recovered.states();
        this.snapshotOffset = recovered.snapshotOffset();
        this.times = new TimeIndex(store);
        Extent extent = store.extent();
        this.logEndOffset = extent.readableEnd();
        this.highWatermark = new HighWatermark(extent.durableEnd());
    }

    /**
     * Takes a store into service: rebuilds what the log knows about it. The high watermark starts at the durable end.
     *
     * @param store an open partition; the log closes it
     * @param leaderEpoch stamped on appended batches, 0 or more
     * @param config what the topic's configuration means
     * @param clock the time for LogAppendTime and timestamp checks
     * @param commits told of every append
     * @return the log, ready
     * @throws StorageException CORRUPT, CLOSED, FENCED
     */
    public static PartitionLog open(
            PartitionStore store, int leaderEpoch, PartitionConfig config, Clock clock, Commits commits) {
        return new PartitionLog(store, leaderEpoch, config, clock, commits, ProducerRecovery.recover(store));
    }

    /** @return the partition's name */
    public PartitionId id() {
        return store.id();
    }

    /** @return the leader epoch stamped on appended batches */
    public int leaderEpoch() {
        return leaderEpoch;
    }

    /** @return the configuration in force */
    public PartitionConfig config() {
        return config;
    }

    /** @param next holds from the next append on */
    public void configure(PartitionConfig next) {
        Objects.requireNonNull(next, "config");
        writing.lock();
        try {
            config = next;
            store.limits(next.segments());
        } finally {
            writing.unlock();
        }
    }

    /** @return first offset kept, inclusive */
    public long logStartOffset() {
        return store.extent().start();
    }

    /** @return offset after the last appended record */
    public long logEndOffset() {
        return logEndOffset;
    }

    /** @return offset after the last record shown to consumers, exclusive; with {@code log.durability=sync} the durable end */
    public long highWatermark() {
        return highWatermark.value();
    }

    /** @return first offset of an undecided transaction, or the high watermark, exclusive */
    public long lastStableOffset() {
        return highWatermark.value(); // clients cannot write transactional batches yet, so nothing is ever undecided
    }

    /** @return bytes of batches stored */
    public long sizeInBytes() {
        return segments().stream().mapToLong(Segment::bytes).sum();
    }

    /** @return the segments, oldest first */
    public List<Segment> segments() {
        return store.segments();
    }

    /** @return how far the partition's bytes are stored, readable and durable */
    public Extent extent() {
        return store.extent();
    }

    /**
     * Validates batches, assigns their offsets (patching the headers in place) and appends them. Consumers see them when the high
     * watermark passes them; until then it is the storage's business whether a read at {@link Isolation#LOG_END} returns them.
     *
     * @param batches one or more whole v2 batches from position to limit; writable, big-endian, direct or heap; patched in
     *     place; the caller's again on return
     * @param origin who appends
     * @return where they landed
     * @throws io.varve.core.record.InvalidBatchException if the bytes are not sound batches
     * @throws AppendException if they break a rule of this partition
     * @throws StorageException FULL, FENCED, CLOSED, RETRY
     */
    public Appended append(ByteBuffer batches, Origin origin) {
        return append(batches, origin, Runnable::run);
    }

    /**
     * As {@link #append(ByteBuffer, Origin)}, for one of several appends in a row: a commit asked for after the first would start a sync
     * that leaves the others out, and they would wait for two.
     *
     * @param afterwards asks for the commit when the row has ended; where it refuses to, that is done at once
     */
    public Appended append(ByteBuffer batches, Origin origin, Executor afterwards) {
        PartitionConfig rules = config;
        long now = clock.millis();
        AppendRun run = AppendRun.checked(batches, origin, rules, now);
        long base;
        long next;
        writing.lock();
        try {
            Appended earlier = origin == Origin.CLIENT ? checkSequences(run) : null;
            if (earlier != null) {
                return earlier;
            }
            highWatermark.requireRising();
            base = logEndOffset;
            next = store(run, run.place(base, leaderEpoch));
        } finally {
            writing.unlock();
        }
        requestCommit(run.records(), afterwards);
        return appended(base, next, rules.logAppendTime() ? now : -1, false);
    }

    private void requestCommit(long records, Executor when) {
        try {
            when.execute(() -> commits.appended(this, records));
        } catch (RejectedExecutionException ended) {
            commits.appended(this, records);
        }
    }

    private Appended appended(long base, long next, long timestamp, boolean duplicate) {
        Extent extent = store.extent();
        return new Appended(base, next, timestamp, extent.start(), duplicate, next <= extent.readableEnd());
    }

    private long store(AppendRun run, BatchRun placed) {
        store.append(placed);
        for (int at = run.start(); at < run.end(); at += BatchHeader.sizeInBytes(run.bytes(), at)) {
            producers.apply(run.bytes(), at);
        }
        bytesSinceSnapshot = bytesSinceSnapshot + run.end() - run.start();
        logEndOffset = placed.nextOffset();
        return placed.nextOffset();
    }

    /**
     * Lets an empty log begin at an offset: the first step of taking over what another broker's log held.
     *
     * @param start offset of the next record, at or above the log end offset
     * @throws IllegalStateException if the log holds records
     * @throws StorageException FENCED, CLOSED
     */
    public void beginAt(long start) {
        writing.lock();
        try {
            if (logEndOffset > logStartOffset() || start < logEndOffset) {
                throw new IllegalStateException(id() + " reaches from " + logStartOffset() + " to " + logEndOffset
                        + ": it cannot begin at " + start);
            }
            store.trimTo(start);
            logEndOffset = start;
        } finally {
            writing.unlock();
        }
        commits.appended(this, 0);
    }

    /**
     * Appends batches as another broker's log held them: offsets, leader epochs and timestamps stay, gaps between offsets too. For a
     * partition that is taken over, before anyone appends to it.
     *
     * @param batches one or more whole v2 batches from position to limit, big-endian, their leader epochs at most
     *     {@link #leaderEpoch}; the caller's again on return
     * @throws io.varve.core.record.InvalidBatchException if the bytes are not sound batches
     * @throws StorageException MISUSE if an offset is below the log end offset or the offsets do not ascend; FULL, FENCED, CLOSED
     */
    public void adopt(ByteBuffer batches) {
        AppendRun run = AppendRun.checked(batches, Origin.BROKER, config, clock.millis());
        writing.lock();
        try {
            store(run, run.asStored());
        } finally {
            writing.unlock();
        }
        commits.appended(this, run.records());
    }

    /** @return where the batch was appended before, or null when it is new */
    private Appended checkSequences(AppendRun run) {
        for (int at = run.start(); at < run.end(); at += BatchHeader.sizeInBytes(run.bytes(), at)) {
            SequenceCheck check = producers.check(run.bytes(), at);
            if (check instanceof SequenceCheck.Accepted) {
                continue;
            }
            long producer = BatchHeader.producerId(run.bytes(), at);
            if (check instanceof SequenceCheck.Duplicate duplicate) {
                long timestamp = config.logAppendTime() ? duplicate.original().timestamp() : -1;
                return appended(
                        duplicate.original().firstOffset(), duplicate.original().lastOffset() + 1, timestamp, true);
            }
            if (check instanceof SequenceCheck.Fenced fenced) {
                throw new AppendException(
                        AppendException.Kind.INVALID_PRODUCER_EPOCH,
                        "producer " + producer + " has epoch " + BatchHeader.producerEpoch(run.bytes(), at) + " in "
                                + id() + ", where epoch " + fenced.current() + " has written");
            }
            throw new AppendException(
                    AppendException.Kind.OUT_OF_ORDER_SEQUENCE_NUMBER,
                    "producer " + producer + " sent sequence " + BatchHeader.baseSequence(run.bytes(), at) + " to "
                            + id() + ", where " + ((SequenceCheck.OutOfOrder) check).expected() + " comes next");
        }
        return null;
    }

    /**
     * Waits, without a thread, for the high watermark (acks=all).
     *
     * @param offset the high watermark wanted
     * @param waiter called exactly once unless called off, on the caller's thread when the offset is reached already, else on
     *     the committer's: it must be short and must not block
     * @return calls the wait off; a call in progress is not waited for
     */
    public Subscription awaitHighWatermark(long offset, Waiter waiter) {
        return highWatermark.await(offset, waiter);
    }

    /**
     * Watches the high watermark.
     *
     * @param watcher gets the current value at once when it is above 0, then each new one in ascending order, never an older
     *     one; must be short and must not block
     * @return closes the subscription; no call starts after it returns
     */
    public Subscription onHighWatermark(LongConsumer watcher) {
        return highWatermark.watch(watcher);
    }

    /**
     * Reads whole batches from the one that contains {@code offset} on.
     *
     * @param offset {@code logStartOffset <= offset <= logEndOffset}
     * @param maxBytes soft limit in bytes: the first batch is returned even when larger
     * @param isolation how far to see
     * @return the batches, an empty slice at or above the end the isolation allows
     * @throws OffsetOutOfRangeException below the log start offset or above the log end offset
     * @throws StorageException CORRUPT, CLOSED
     */
    public LogRead read(long offset, int maxBytes, Isolation isolation) {
        long visible = highWatermark.value();
        long stable = lastStableOffset();
        Extent extent = store.extent();
        if (offset < extent.start() || offset > logEndOffset) {
            throw new OffsetOutOfRangeException(
                    "offset " + offset + " of " + id() + " is not between " + extent.start() + " and " + logEndOffset);
        }
        long end = Math.min(extent.readableEnd(), limit(isolation, visible, stable));
        // At or past the end there is nothing to cut: an end at the offset itself gives an empty slice.
        long from = Math.min(offset, extent.readableEnd());
        try {
            return new LogRead(store.read(from, Math.max(from, end), maxBytes), extent.start(), visible, stable);
        } catch (StorageException e) {
            if (e.kind() == StorageException.Kind.MISUSE
                    && offset < store.extent().start()) {
                throw new OffsetOutOfRangeException("offset " + offset + " of " + id() + " was just trimmed");
            }
            throw e;
        }
    }

    private static long limit(Isolation isolation, long visible, long stable) {
        return switch (isolation) {
            case LOG_END -> Long.MAX_VALUE;
            case READ_UNCOMMITTED -> visible;
            case READ_COMMITTED -> stable;
        };
    }

    private long end(Isolation isolation) {
        return Math.min(store.extent().readableEnd(), limit(isolation, highWatermark.value(), lastStableOffset()));
    }

    /**
     * Finds the first record at or after a time, as ListOffsets does.
     *
     * @param timestamp ms since the epoch
     * @param isolation how far to see
     * @return the record, or empty when all visible ones are older
     * @throws StorageException CORRUPT, CLOSED
     */
    public Optional<TimestampOffset> offsetForTimestamp(long timestamp, Isolation isolation) {
        return times.firstAtOrAfter(timestamp, end(isolation));
    }

    /**
     * @param isolation how far to see
     * @return the record with the largest timestamp (ListOffsets -3, KIP-734), or empty when there is none
     * @throws StorageException CORRUPT, CLOSED
     */
    public Optional<TimestampOffset> maxTimestamp(Isolation isolation) {
        return times.newest(end(isolation));
    }

    /**
     * Drops records below an offset (DeleteRecords, retention); idempotent.
     *
     * @param offset new log start offset, at most the high watermark
     * @throws OffsetOutOfRangeException above the high watermark
     * @throws HeldException if a hold pins something below the offset; nothing is dropped then
     * @throws StorageException FENCED, CLOSED
     */
    public void trimTo(long offset) {
        writing.lock();
        try {
            requireNotHeld(offset);
            if (offset > highWatermark.value()) {
                throw new OffsetOutOfRangeException("cannot delete records of " + id() + " up to " + offset
                        + ": the high watermark is " + highWatermark.value());
            }
            store.trimTo(offset);
        } finally {
            writing.unlock();
        }
        commits.appended(this, 0);
    }

    /** With the lock held by which holds come into force: none is overlooked that was confirmed before. */
    private void requireNotHeld(long offset) {
        long start = logStartOffset();
        if (offset > config.retention().mostStart(start)) {
            Hold hold = config.retention().first(start).orElseThrow();
            throw new HeldException("records of " + id() + " up to " + offset + " cannot be deleted: hold "
                    + hold.name() + " pins offsets " + hold.from() + " to " + (hold.to() - 1));
        }
    }

    /** @return the store underneath, for the engine's committer only */
    public PartitionStore store() {
        return store;
    }

    /**
     * The committer's word: everything up to here may be shown.
     *
     * @param offset the new high watermark; a lower one than the present is ignored
     */
    public void committed(long offset) {
        // A sync may have caught bytes of an append that is not through yet: it asks for a commit of its own when it
        // is.
        highWatermark.advance(Math.min(offset, logEndOffset));
    }

    /**
     * The committer's word: appends past the high watermark will not become durable under this handle.
     *
     * @param reason told to whoever waits
     */
    public void failed(StorageException reason) {
        highWatermark.fail(reason);
    }

    /** @return bytes appended since producer state was last written down */
    public long bytesSinceSnapshot() {
        return bytesSinceSnapshot;
    }

    /**
     * Writes producer state down, bound to the log end offset, unless nothing was appended since the last time. Keeps the one before as
     * well: a crash may take the end back.
     *
     * @throws StorageException FULL, FENCED, CLOSED
     */
    public void snapshotProducers() {
        long offset;
        ByteBuffer bytes;
        writing.lock();
        try {
            offset = logEndOffset;
            if (offset == snapshotOffset) {
                return;
            }
            bytes = ProducerSnapshot.write(producers);
            snapshotOffset = offset;
            bytesSinceSnapshot = 0;
        } finally {
            writing.unlock();
        }
        store.snapshots().write(ProducerSnapshot.NAME, offset, bytes);
        List<Long> offsets = store.snapshots().offsets(ProducerSnapshot.NAME);
        for (int i = 0; i < offsets.size() - 2; i++) {
            store.snapshots().delete(ProducerSnapshot.NAME, offsets.get(i));
        }
    }

    /**
     * Forgets producers whose last record is older than a time.
     *
     * @param before ms since the epoch
     */
    public void expireProducers(long before) {
        writing.lock();
        try {
            producers.expire(before);
        } finally {
            writing.unlock();
        }
    }
}

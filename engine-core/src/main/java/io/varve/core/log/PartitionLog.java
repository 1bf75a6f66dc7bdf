// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.compaction.CompactableLog;
import io.varve.core.compaction.CompactionLimits;
import io.varve.core.log.append.AppendException;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.append.AppendResult;
import io.varve.core.log.append.AppendRun;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.epoch.EpochEnd;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.OffsetOutOfRangeException;
import io.varve.core.log.read.ReadResult;
import io.varve.core.log.read.TimestampOffset;
import io.varve.core.producer.ProducerInfo;
import io.varve.core.producer.ProducerStates;
import io.varve.core.record.DecompressionMeter;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import io.varve.core.transaction.AbortedTransaction;
import io.varve.core.transaction.TransactionMarker;
import io.varve.core.transaction.VerificationGuard;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * One partition as Kafka means it. Thread-safe; appends of one partition are ordered, readers never wait for writers.
 *
 * <p>Offsets: {@code logStartOffset <= lastStableOffset <= highWatermark <= logEndOffset}.
 */
public final class PartitionLog implements CompactableLog {
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
    private final LogWriter writer;
    private final HighWatermark highWatermark;
    private final ProducerStates producers;
    private final Clock clock;
    private final AppendListener commits;
    private final LogReader reader;

    private PartitionLog(PartitionStore store, LogWriter writer, Clock clock, AppendListener commits) {
        this.store = store;
        this.writer = writer;
        this.highWatermark = writer.highWatermark();
        this.producers = writer.producers();
        this.clock = clock;
        this.commits = commits;
        this.reader = new LogReader(store, highWatermark, producers);
    }

    /** As {@link #open(PartitionStore, int, PartitionConfig, Clock, AppendListener, FailPoints)}, with nothing armed. */
    public static PartitionLog open(
            PartitionStore store, int leaderEpoch, PartitionConfig config, Clock clock, AppendListener commits) {
        return open(store, leaderEpoch, config, clock, commits, new FailPoints());
    }

    /**
     * Takes a store into service: rebuilds what the log knows about it. The high watermark starts at the durable end.
     *
     * @param store an open partition; the log closes it
     * @param leaderEpoch stamped on appended batches, 0 or more
     * @param config what the topic's configuration means
     * @param clock the time for LogAppendTime and timestamp checks
     * @param commits told of every append
     * @param failPoints hit at the boundaries of durability
     * @return the log, ready
     * @throws StorageException CORRUPT, CLOSED, FENCED
     */
    public static PartitionLog open(
            PartitionStore store,
            int leaderEpoch,
            PartitionConfig config,
            Clock clock,
            AppendListener commits,
            FailPoints failPoints) {
        return new PartitionLog(store, new LogWriter(store, leaderEpoch, config, clock, failPoints), clock, commits);
    }

    /** @return the partition's name */
    public PartitionId id() {
        return store.id();
    }

    /** @return the leader epoch stamped on appended batches */
    public int leaderEpoch() {
        return writer.leaderEpoch();
    }

    /**
     * Finds where the records of a leader epoch end (OffsetForLeaderEpoch). The first call may read some batches.
     *
     * @param epoch the epoch
     * @return its end, or that of the largest below it that has records; empty if it is none, or above {@link #leaderEpoch}
     * @throws StorageException CORRUPT, CLOSED, RETRY
     */
    public Optional<EpochEnd> endOfEpoch(int epoch) {
        return writer.epochs().endOf(epoch, logEndOffset());
    }

    /**
     * @param offset {@code logStartOffset <= offset <= logEndOffset}
     * @return the leader epoch of the record there, or of the next one; -1 if there is none
     * @throws StorageException CORRUPT, CLOSED, RETRY
     */
    public int epochAt(long offset) {
        return writer.epochs().at(offset, logEndOffset());
    }

    /** @return the configuration in force */
    public PartitionConfig config() {
        return writer.config();
    }

    /** @param next holds from the next append on */
    public void configure(PartitionConfig next) {
        writer.configure(Objects.requireNonNull(next, "config"));
    }

    /** @return first offset kept, inclusive */
    public long logStartOffset() {
        return store.extent().start();
    }

    /** @return offset after the last appended record */
    public long logEndOffset() {
        return writer.logEndOffset();
    }

    /** @return offset after the last record shown to consumers, exclusive; with {@code log.durability=sync} the durable end */
    public long highWatermark() {
        return highWatermark.value();
    }

    /**
     * @return up to where everything is decided, exclusive: the first offset of a transaction that is open, or whose marker is not below the
     *     high watermark; the high watermark when there is none
     */
    public long lastStableOffset() {
        return reader.lastStableOffset();
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
    public AppendResult append(ByteBuffer batches, AppendOrigin origin) {
        return append(batches, origin, Runnable::run);
    }

    /**
     * As {@link #append(ByteBuffer, AppendOrigin)}, for one of several appends in a row: a commit asked for after the first would start a sync
     * that leaves the others out, and they would wait for two.
     *
     * @param afterwards asks for the commit when the row has ended; where it refuses to, that is done at once
     */
    public AppendResult append(ByteBuffer batches, AppendOrigin origin, Executor afterwards) {
        return append(batches, origin, VerificationGuard.NONE, afterwards);
    }

    /**
     * As {@link #append(ByteBuffer, AppendOrigin, Executor)}, for a producer's batches that may be the first of a transaction here: such a batch
     * needs the transaction to be open here already, or a guard of {@link #startVerification} after which the transaction did not end.
     *
     * @param guard what {@link #startVerification} gave, once the coordinator has confirmed the partition
     * @throws AppendException INVALID_TXN_STATE if the guard does not hold (any more)
     */
    public AppendResult append(ByteBuffer batches, AppendOrigin origin, VerificationGuard guard, Executor afterwards) {
        return append(check(batches, origin, DecompressionMeter.NONE), guard, afterwards);
    }

    /**
     * Checks batches against the format and this partition's rules, record by record where a producer sends them, without any effect: the
     * first half of an append.
     *
     * @param batches as for {@link #append(ByteBuffer, AppendOrigin)}; not changed yet
     * @param origin who appends
     * @param meter told of decompressed bytes; what it throws ends the check
     * @return what {@link #append(AppendRun, VerificationGuard, Executor)} takes; backed by the same bytes
     * @throws io.varve.core.record.InvalidBatchException if the bytes are not sound batches
     * @throws AppendException if they break a rule of this partition
     */
    public AppendRun check(ByteBuffer batches, AppendOrigin origin, DecompressionMeter meter) {
        return AppendRun.checked(id(), batches, origin, config(), clock.millis(), meter);
    }

    /**
     * Appends what was checked: the second half of an append.
     *
     * @param run what {@link #check} of this partition gave
     * @param guard as for {@link #append(ByteBuffer, AppendOrigin, VerificationGuard, Executor)}
     * @param afterwards as for {@link #append(ByteBuffer, AppendOrigin, Executor)}
     * @return where it landed
     * @throws AppendException if the producer's sequence or transaction does not fit
     * @throws StorageException FULL, FENCED, CLOSED, RETRY
     */
    public AppendResult append(AppendRun run, VerificationGuard guard, Executor afterwards) {
        Objects.requireNonNull(guard, "guard");
        run.stamp();
        store.awaitRoom(run.end() - run.start()); // not with the writer's lock
        AppendResult appended = writer.append(run, guard);
        if (!appended.duplicate()) {
            requestCommit(run.records(), afterwards);
        }
        return appended;
    }

    /**
     * @param bytes how many are to be appended
     * @return true if the storage would let them wait for the device now: an event loop leaves that to another thread
     */
    public boolean appendWaits(int bytes) {
        return store.appendWaits(bytes);
    }

    /**
     * Waits, as long as the storage thinks right, until an append would not: for threads that may.
     *
     * @param bytes how many are to be appended
     */
    public void awaitRoom(int bytes) {
        store.awaitRoom(bytes);
    }

    /** As {@link #startVerification(long, short, int, boolean)}, for batches without sequences: offsets a coordinator writes. */
    public VerificationGuard startVerification(long producerId, short producerEpoch, boolean supportsEpochBump) {
        return startVerification(producerId, producerEpoch, -1, supportsEpochBump);
    }

    /**
     * Begins to verify that this partition belongs to a producer's transaction: call before the coordinator is asked (KIP-890).
     *
     * @param producerId the producer
     * @param producerEpoch its epoch
     * @param firstSequence sequence of the first record that is to be appended, or -1; while it was not, none with a higher one is the
     *     transaction's first
     * @param supportsEpochBump whether the producer's epoch is raised with every transaction (transaction.version 2): its first batch here
     *     has sequence 0 then
     * @return {@link VerificationGuard#NONE} if the producer has a transaction open here already, so that there is nothing to verify; else
     *     what to present with the append
     * @throws AppendException INVALID_PRODUCER_EPOCH if a higher epoch is known here
     */
    public VerificationGuard startVerification(
            long producerId, short producerEpoch, int firstSequence, boolean supportsEpochBump) {
        return writer.startVerification(producerId, producerEpoch, firstSequence, supportsEpochBump);
    }

    /**
     * @param producerId the producer
     * @param producerEpoch its epoch
     * @return whether it has a transaction open here
     */
    public boolean hasOpenTransaction(long producerId, short producerEpoch) {
        return writer.hasOpenTransaction(producerId, producerEpoch);
    }

    /**
     * Appends the marker that ends a producer's transaction here. A producer not known here is as welcome: its records may be trimmed.
     *
     * @param marker what the coordinator decided
     * @return where it landed; wait for the high watermark as after any append
     * @throws AppendException INVALID_PRODUCER_EPOCH, TRANSACTION_COORDINATOR_FENCED
     * @throws StorageException FULL, FENCED, CLOSED, RETRY
     */
    public AppendResult endTransaction(TransactionMarker marker) {
        AppendResult appended = writer.endTransaction(marker);
        commits.appended(this, 1);
        return appended;
    }

    /**
     * Finds the aborted transactions a reader of committed records must leave out.
     *
     * @param from first offset read, inclusive
     * @param to end of what was read, exclusive
     * @return those with records in that range, by the offset of their marker
     */
    @Override
    public List<AbortedTransaction> abortedTransactions(long from, long to) {
        return producers.aborted().overlapping(from, to);
    }

    /** @return what is known of each producer remembered here; a copy */
    @Override
    public List<ProducerInfo> activeProducers() {
        return writer.activeProducers();
    }

    private void requestCommit(long records, Executor when) {
        try {
            when.execute(() -> commits.appended(this, records));
        } catch (RejectedExecutionException ended) {
            commits.appended(this, records);
        }
    }

    /**
     * Lets an empty log begin at an offset: the first step of taking over what another broker's log held.
     *
     * @param start offset of the next record, at or above the log end offset
     * @throws IllegalStateException if the log holds records
     * @throws StorageException FENCED, CLOSED
     */
    public void beginAt(long start) {
        writer.beginAt(start);
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
        AppendRun run = check(batches, AppendOrigin.BROKER, DecompressionMeter.NONE);
        writer.adopt(run);
        commits.appended(this, run.records());
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
    public ReadResult read(long offset, int maxBytes, Isolation isolation) {
        return reader.read(offset, maxBytes, isolation, logEndOffset());
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
        return reader.firstAtOrAfter(timestamp, isolation);
    }

    /**
     * @param isolation how far to see
     * @return the record with the largest timestamp (ListOffsets -3, KIP-734), or empty when there is none
     * @throws StorageException CORRUPT, CLOSED
     */
    public Optional<TimestampOffset> maxTimestamp(Isolation isolation) {
        return reader.newest(isolation);
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
        writer.trimTo(offset);
        commits.appended(this, 0);
    }

    @Override
    public CompactionLimits compaction() {
        return config().compaction();
    }

    @Override
    public SegmentLimits segmentLimits() {
        return config().segments();
    }

    @Override
    public long cleanableEnd() {
        return Math.min(lastStableOffset(), writer.firstHeld());
    }

    @Override
    public void saveProducerState() {
        snapshotProducers();
    }

    // Without the writer's lock: the store lets appends and trims pass while the batches are copied.
    @Override
    public void replace(List<Segment> old, BatchSource cleaned, Supplier<Collection<AbortedTransaction>> gone) {
        writer.replace(old, cleaned);
        forgetAborted(gone.get());
    }

    /** Readers of what was there before keep what they need. */
    void forgetAborted(Collection<AbortedTransaction> gone) {
        writer.forgetAborted(gone);
    }

    /** @return the store underneath, for the engine's committer and for compaction only */
    @Override
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
        long visible = Math.min(offset, logEndOffset());
        producers.visibleTo(
                visible); // first, so that whoever is told of the high watermark finds its last stable offset
        highWatermark.advance(visible);
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
        return writer.bytesSinceSnapshot();
    }

    /**
     * Writes producer state down, bound to the log end offset, unless nothing was appended since the last time. Keeps the one before as
     * well: a crash may take the end back.
     *
     * @throws StorageException FULL, FENCED, CLOSED
     */
    public void snapshotProducers() {
        writer.snapshotProducers();
    }

    /**
     * Forgets producers that were not heard of since a time, whatever their records' timestamps; a start counts as if they were.
     *
     * @param before ms since the epoch by the engine's clock
     */
    public void expireProducers(long before) {
        writer.expireProducers(before);
    }
}

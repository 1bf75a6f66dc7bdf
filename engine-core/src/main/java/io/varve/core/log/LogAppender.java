// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.log.append.AppendException;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.append.AppendOutcome;
import io.varve.core.log.append.AppendRefusals;
import io.varve.core.log.append.AppendResult;
import io.varve.core.log.append.AppendRun;
import io.varve.core.log.append.EndOffsetConflictException;
import io.varve.core.log.append.RunSequenceCheck;
import io.varve.core.producer.SequenceCheck;
import io.varve.core.producer.SequenceVerdict;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.ControlType;
import io.varve.core.record.DecompressionMeter;
import io.varve.core.record.EndOfTransaction;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.EventLoop;
import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;
import io.varve.core.transaction.TransactionMarker;
import io.varve.core.transaction.VerificationGuard;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.Executor;

/**
 * Appends to a partition: batches of producers and of the broker, markers of transactions, and batches of
 * another broker's log. Thread-safe; appends are ordered. Each append requests a commit, outside the writer's
 * lock.
 */
public final class LogAppender {
    private static final long ANYWHERE = -1;

    private final StoreWriter writer;
    private final PartitionStore store;
    private final HighWatermark highWatermark;
    private final SequenceCheck sequences;
    private final RunSequenceCheck runSequences;
    private final Clock clock;
    private final FailPoints failPoints;
    private final CommitRequests commits;
    private final GatheredAppends gathered;

    LogAppender(
            StoreWriter writer,
            HighWatermark highWatermark,
            Clock clock,
            FailPoints failPoints,
            CommitRequests commits) {
        this.writer = writer;
        this.store = writer.store();
        this.highWatermark = highWatermark;
        this.sequences = new SequenceCheck(writer.producers());
        this.runSequences = new RunSequenceCheck(store.id(), sequences);
        this.clock = clock;
        this.failPoints = failPoints;
        this.commits = commits;
        this.gathered = new GatheredAppends(writer, commits, run -> writeLocked(run, VerificationGuard.NONE, ANYWHERE));
    }

    /**
     * Validates batches, assigns their offsets (patching the headers in place) and appends them. Consumers
     * see them when the high watermark passes them; until then the storage decides whether a read at
     * {@link io.varve.core.log.read.Isolation#LOG_END} returns them.
     *
     * @param batches one or more whole v2 batches from position to limit; writable, big-endian, direct or
     *     heap; patched in place; not kept after the call
     * @param origin where the batches come from
     * @return the batches' offsets
     * @throws io.varve.core.record.InvalidBatchException if the bytes are not sound batches
     * @throws AppendException if they break a rule of this partition
     * @throws StorageException FULL, FENCED, CLOSED, RETRY
     */
    public AppendResult append(ByteBuffer batches, AppendOrigin origin) {
        return append(batches, origin, VerificationGuard.NONE);
    }

    /**
     * As {@link #append(ByteBuffer, AppendOrigin)}, for a producer's batches that may be the first of a
     * transaction in this partition. Such a batch is accepted if the transaction is open here already, or if
     * the transaction has not ended since the guard was made.
     *
     * @param guard from {@link PartitionProducers#startVerification}; the coordinator has confirmed the
     *     partition since
     * @throws AppendException INVALID_TXN_STATE if the guard is not valid, or not any more
     */
    public AppendResult append(ByteBuffer batches, AppendOrigin origin, VerificationGuard guard) {
        return append(check(batches, origin, DecompressionMeter.NONE), guard, Runnable::run, null);
    }

    /**
     * As {@link #append(ByteBuffer, AppendOrigin)}, only if the log ends where the caller believes: nobody
     * has appended since the caller read.
     *
     * @param expectedEndOffset the log end offset at which to append
     * @throws EndOffsetConflictException if the log ends elsewhere; it says where, and nothing was written
     */
    public AppendResult appendAt(long expectedEndOffset, ByteBuffer batches, AppendOrigin origin) {
        AppendRun run = check(batches, origin, DecompressionMeter.NONE);
        return append(run, VerificationGuard.NONE, Runnable::run, null, expectedEndOffset);
    }

    /**
     * Checks batches against the format and this partition's rules, those of a producer record by record.
     * Changes nothing: the first half of an append.
     *
     * @param batches as for {@link #append(ByteBuffer, AppendOrigin)}; not changed yet
     * @param origin where the batches come from
     * @param meter counts decompressed bytes; its exception ends the check
     * @return the run for {@link #append(AppendRun, VerificationGuard, Executor, EventLoop)}; backed by the
     *     same bytes
     * @throws io.varve.core.record.InvalidBatchException if the bytes are not sound batches
     * @throws AppendException if they break a rule of this partition
     */
    public AppendRun check(ByteBuffer batches, AppendOrigin origin, DecompressionMeter meter) {
        return AppendRun.checked(store.id(), batches, origin, writer.config(), clock.millis(), meter);
    }

    /**
     * Appends a checked run: the second half of an append.
     *
     * @param run from {@link #check} of this partition
     * @param guard as for {@link #append(ByteBuffer, AppendOrigin, VerificationGuard)}
     * @param afterwards runs the request for a commit; when it refuses, the request is made at once. It lets
     *     several appends in a row share a sync: a commit requested after the first would start a sync
     *     without the others, and they would wait for two
     * @param committing the event loop of {@code afterwards}, if it may also wait for the device and so
     *     commit the append itself; else null
     * @return the run's offsets
     * @throws AppendException if the producer's sequence or transaction does not fit
     * @throws StorageException FULL, FENCED, CLOSED, RETRY
     */
    public AppendResult append(AppendRun run, VerificationGuard guard, Executor afterwards, EventLoop committing) {
        return append(run, guard, afterwards, committing, ANYWHERE);
    }

    /**
     * As {@link #append(AppendRun, VerificationGuard, Executor, EventLoop)}, for batches outside
     * transactions, which may wait until their commit begins, and then be stored by one write with others.
     *
     * @param outcome told, unless this returns a result or throws; perhaps before this returns
     * @return the run's offsets; null if it waits
     */
    public AppendResult append(AppendRun run, Executor afterwards, EventLoop committing, AppendOutcome outcome) {
        run.stamp();
        if (gathered.add(run, outcome)) {
            commits.on(afterwards, committing, run.records());
            return null;
        }
        return append(run, VerificationGuard.NONE, afterwards, committing);
    }

    private AppendResult append(
            AppendRun run, VerificationGuard guard, Executor afterwards, EventLoop committing, long expectedEndOffset) {
        Objects.requireNonNull(guard, "guard");
        run.stamp();
        store.awaitSpace(run.end() - run.start()); // before the writer's lock is taken
        AppendResult result = write(run, guard, expectedEndOffset);
        if (!result.duplicate()) {
            commits.on(afterwards, committing, run.records());
        }
        return result;
    }

    private AppendResult write(AppendRun run, VerificationGuard guard, long expectedEndOffset) {
        gathered.store();
        writer.lock();
        try {
            gathered.counted();
            return writeLocked(run, guard, expectedEndOffset);
        } finally {
            writer.unlock();
        }
    }

    private AppendResult writeLocked(AppendRun run, VerificationGuard guard, long expectedEndOffset) {
        SequenceVerdict.Duplicate earlier = runSequences.check(run, guard);
        if (earlier != null) {
            long timestamp =
                    writer.config().logAppendTime() ? earlier.original().timestamp() : -1;
            return result(earlier.original().firstOffset(), earlier.original().lastOffset() + 1, timestamp, true);
        }
        highWatermark.requireRising();
        long base = writer.logEndOffset();
        if (expectedEndOffset != ANYWHERE && expectedEndOffset != base) {
            throw new EndOffsetConflictException(store.id(), expectedEndOffset, base);
        }
        long next = writer.append(run);
        return result(base, next, run.logAppendTimeMs(), false);
    }

    /** @return the appends that wait for a commit */
    GatheredAppends gathered() {
        return gathered;
    }

    private AppendResult result(long base, long next, long timestamp, boolean duplicate) {
        return new AppendResult(base, next, timestamp, store.extent().start(), duplicate);
    }

    /**
     * Appends the marker that ends a producer's transaction in this partition. The producer may be unknown
     * here: its records may be trimmed.
     *
     * @param marker what the coordinator decided
     * @return the marker's offset; wait for the high watermark as after any append
     * @throws AppendException INVALID_PRODUCER_EPOCH, TRANSACTION_COORDINATOR_FENCED
     * @throws StorageException FULL, FENCED, CLOSED, RETRY
     */
    public AppendResult endTransaction(TransactionMarker marker) {
        long base;
        long next;
        gathered.store();
        writer.lock();
        try {
            SequenceVerdict verdict = sequences.checkMarker(marker);
            if (verdict != SequenceVerdict.Accepted.INSTANCE) {
                String what = "a marker of coordinator epoch " + marker.coordinatorEpoch();
                throw AppendRefusals.of(verdict, store.id(), marker.producerId(), marker.producerEpoch(), what);
            }
            highWatermark.requireRising();
            AppendRun run = check(batch(marker), AppendOrigin.BROKER, DecompressionMeter.NONE);
            failPoints.hit(LogFailPoints.MARKER_BEFORE_APPEND);
            base = writer.logEndOffset();
            next = writer.append(run);
            failPoints.hit(LogFailPoints.MARKER_AFTER_APPEND);
        } finally {
            writer.unlock();
        }
        AppendResult result = result(base, next, -1, false);
        commits.now(1);
        return result;
    }

    private ByteBuffer batch(TransactionMarker marker) {
        return RecordBatchBuilder.marker(
                marker.commit() ? ControlType.COMMIT : ControlType.ABORT,
                clock.millis(),
                marker.producerId(),
                marker.producerEpoch(),
                marker.coordinatorEpoch());
    }

    /**
     * Lets an empty log begin at an offset: the first step of importing another broker's log.
     *
     * @param start offset of the next record, at or above the log end offset
     * @throws IllegalStateException if the log holds records
     * @throws StorageException FENCED, CLOSED
     */
    public void beginAt(long start) {
        writer.lock();
        try {
            writer.beginAt(start);
        } finally {
            writer.unlock();
        }
        commits.now(0);
    }

    /**
     * Appends batches of another broker's log unchanged: they keep their offsets, leader epochs and
     * timestamps, and the gaps between offsets. For a partition being imported, before a producer appends to
     * it.
     *
     * @param batches one or more whole v2 batches from position to limit, big-endian, their leader epochs at
     *     most {@link PartitionLog#leaderEpoch}; not kept after the call
     * @throws io.varve.core.record.InvalidBatchException if the bytes are not sound batches
     * @throws StorageException MISUSE if an offset is below the log end offset or the offsets do not ascend;
     *     FULL, FENCED, CLOSED
     */
    public void appendImported(ByteBuffer batches) {
        AppendRun run = check(batches, AppendOrigin.BROKER, DecompressionMeter.NONE);
        for (int at = run.start(); at < run.end(); at += BatchHeader.sizeInBytes(run.bytes(), at)) {
            if (BatchHeader.isControl(run.bytes(), at)) {
                EndOfTransaction.read(run.bytes(), at); // refuses a marker whose record is not sound
            }
        }
        writer.lock();
        try {
            writer.appendImported(run);
        } finally {
            writer.unlock();
        }
        commits.now(run.records());
    }

    /**
     * @param bytes number of bytes to append
     * @return true if the storage would make that append wait for the device now: an event loop then hands
     *     the append to another thread
     */
    public boolean appendWaits(int bytes) {
        return store.appendWaits(bytes);
    }

    /**
     * Waits until an append would not have to wait for the device; the storage bounds the wait. Only for
     * threads that may block.
     *
     * @param bytes number of bytes to append
     */
    public void awaitSpace(int bytes) {
        store.awaitSpace(bytes);
    }
}

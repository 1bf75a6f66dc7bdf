// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.log.append.AppendException;
import io.varve.core.log.append.AppendOrigin;
import io.varve.core.log.append.AppendRefusals;
import io.varve.core.log.append.AppendResult;
import io.varve.core.log.append.AppendRun;
import io.varve.core.log.append.RunSequenceCheck;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.epoch.LeaderEpochs;
import io.varve.core.log.read.OffsetOutOfRangeException;
import io.varve.core.log.recovery.ProducerRecovery;
import io.varve.core.log.recovery.ProducerSnapshotStore;
import io.varve.core.producer.ProducerInfo;
import io.varve.core.producer.ProducerStates;
import io.varve.core.producer.SequenceVerdict;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.ControlType;
import io.varve.core.record.DecompressionMeter;
import io.varve.core.record.EndOfTransaction;
import io.varve.core.record.RecordBatchBuilder;
import io.varve.core.retention.HeldException;
import io.varve.core.retention.Hold;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import io.varve.core.transaction.AbortedTransaction;
import io.varve.core.transaction.TransactionMarker;
import io.varve.core.transaction.VerificationGuard;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The writing side of a partition: one writer at a time decides, appends and takes note. Thread-safe. Nothing here asks for a commit; that
 * is the caller's, outside the lock.
 */
final class LogWriter {
    private final PartitionStore store;
    private final int leaderEpoch;
    private final Clock clock;
    private final FailPoints failPoints;
    private final HighWatermark highWatermark;
    private final ReentrantLock writing = new ReentrantLock();
    /** Held while a replacement goes from its last look at holds to being in place, and while they change; taken before the other. */
    private final ReentrantLock replacing = new ReentrantLock();

    private final LeaderEpochs epochs;
    private final ProducerSnapshotStore snapshots;
    private final ProducerStates producers;
    private final RunSequenceCheck sequences;
    private volatile PartitionConfig config;
    private volatile long logEndOffset;
    private volatile long bytesSinceSnapshot;

    LogWriter(PartitionStore store, int leaderEpoch, PartitionConfig config, Clock clock, FailPoints failPoints) {
        this.store = store;
        this.leaderEpoch = leaderEpoch;
        this.config = config;
        this.clock = clock;
        this.failPoints = failPoints;
        this.epochs = new LeaderEpochs(store, leaderEpoch);
        this.snapshots = new ProducerSnapshotStore(store, failPoints);
        this.producers = ProducerRecovery.recover(store, snapshots);
        producers.countIdleFrom(idleClock());
        this.sequences = new RunSequenceCheck(store.id(), producers);
        Extent extent = store.extent();
        this.logEndOffset = extent.readableEnd();
        this.highWatermark = new HighWatermark(extent.durableEnd());
    }

    /** Idle time goes by a clock that nobody sets: when the machine's is put right, no producer has been idle for years. */
    private long idleClock() {
        return TimeUnit.NANOSECONDS.toMillis(clock.nanos());
    }

    int leaderEpoch() {
        return leaderEpoch;
    }

    /** @return thread-safe */
    LeaderEpochs epochs() {
        return epochs;
    }

    PartitionConfig config() {
        return config;
    }

    HighWatermark highWatermark() {
        return highWatermark;
    }

    long logEndOffset() {
        return logEndOffset;
    }

    long bytesSinceSnapshot() {
        return bytesSinceSnapshot;
    }

    /** @return for the questions that need no lock only */
    ProducerStates producers() {
        return producers;
    }

    void configure(PartitionConfig next) {
        replacing.lock();
        writing.lock();
        try {
            config = next;
            store.limits(next.segments());
        } finally {
            writing.unlock();
            replacing.unlock();
        }
    }

    /** Appends batches at the end, or answers with where they are already. */
    AppendResult append(AppendRun run, VerificationGuard guard) {
        long base;
        long next;
        writing.lock();
        try {
            SequenceVerdict.Duplicate earlier = sequences.check(run, guard);
            if (earlier != null) {
                long timestamp = config.logAppendTime() ? earlier.original().timestamp() : -1;
                return appended(
                        earlier.original().firstOffset(), earlier.original().lastOffset() + 1, timestamp, true);
            }
            highWatermark.requireRising();
            base = logEndOffset;
            next = store(run, run.place(base, leaderEpoch));
        } finally {
            writing.unlock();
        }
        return appended(base, next, run.logAppendTimeMs(), false);
    }

    private AppendResult appended(long base, long next, long timestamp, boolean duplicate) {
        return new AppendResult(base, next, timestamp, store.extent().start(), duplicate);
    }

    private long store(AppendRun run, BatchRun placed) {
        store.append(placed);
        long now = idleClock();
        for (int at = run.start(); at < run.end(); at += BatchHeader.sizeInBytes(run.bytes(), at)) {
            producers.apply(run.bytes(), at, now);
            epochs.appended(BatchHeader.leaderEpoch(run.bytes(), at), BatchHeader.baseOffset(run.bytes(), at));
        }
        bytesSinceSnapshot = bytesSinceSnapshot + run.end() - run.start();
        // Last: whoever sees the new end, and so may show it, finds the transactions that begin below it.
        logEndOffset = placed.nextOffset();
        return placed.nextOffset();
    }

    /** Appends the marker that ends a transaction. */
    AppendResult endTransaction(TransactionMarker marker) {
        long base;
        long next;
        writing.lock();
        try {
            SequenceVerdict check = producers.check(marker);
            if (check != SequenceVerdict.Accepted.INSTANCE) {
                String what = "a marker of coordinator epoch " + marker.coordinatorEpoch();
                throw AppendRefusals.of(check, store.id(), marker.producerId(), marker.producerEpoch(), what);
            }
            highWatermark.requireRising();
            AppendRun run = AppendRun.checked(
                    store.id(), batch(marker), AppendOrigin.BROKER, config, clock.millis(), DecompressionMeter.NONE);
            failPoints.hit(LogFailPoints.MARKER_BEFORE_APPEND);
            base = logEndOffset;
            next = store(run, run.place(base, leaderEpoch));
            failPoints.hit(LogFailPoints.MARKER_AFTER_APPEND);
        } finally {
            writing.unlock();
        }
        return appended(base, next, -1, false);
    }

    private ByteBuffer batch(TransactionMarker marker) {
        return RecordBatchBuilder.marker(
                marker.commit() ? ControlType.COMMIT : ControlType.ABORT,
                clock.millis(),
                marker.producerId(),
                marker.producerEpoch(),
                marker.coordinatorEpoch());
    }

    /** Appends batches at the offsets they have. */
    void adopt(AppendRun run) {
        for (int at = run.start(); at < run.end(); at += BatchHeader.sizeInBytes(run.bytes(), at)) {
            if (BatchHeader.isControl(run.bytes(), at)) {
                EndOfTransaction.read(run.bytes(), at); // what is appended must be understood, and nobody else checks
            }
        }
        writing.lock();
        try {
            store(run, run.asStored());
        } finally {
            writing.unlock();
        }
    }

    /** Moves an empty log's only offset up. */
    void beginAt(long start) {
        writing.lock();
        try {
            long first = store.extent().start();
            if (logEndOffset > first || start < logEndOffset) {
                throw new IllegalStateException(store.id() + " reaches from " + first + " to " + logEndOffset
                        + ": it cannot begin at " + start);
            }
            store.trimTo(start);
            logEndOffset = start;
        } finally {
            writing.unlock();
        }
    }

    /** Drops records below an offset, and what is known of transactions that ended among them. */
    void trimTo(long offset) {
        boolean fewer;
        long base = 0;
        writing.lock();
        try {
            requireNotHeld(offset);
            if (offset > highWatermark.value()) {
                throw new OffsetOutOfRangeException("cannot delete records of " + store.id() + " up to " + offset
                        + ": the high watermark is " + highWatermark.value());
            }
            store.trimTo(offset);
            fewer = producers.aborted().reachesTo(0);
            if (fewer) {
                // By whole segments, as the index is kept: what a snapshot vouches for stays as it was written.
                base = store.segments().get(0).baseOffset();
                fewer = producers.trimAborted(base);
            }
        } finally {
            writing.unlock();
        }
        if (fewer) {
            synchronized (snapshots) {
                snapshots.trimIndex(base);
            }
        }
    }

    /** With the lock held by which holds come into force: none is overlooked that was confirmed before. */
    private void requireNotHeld(long offset) {
        long start = store.extent().start();
        if (offset > config.retention().maxStart(start)) {
            Hold hold = config.retention().first(start).orElseThrow();
            throw new HeldException("records of " + store.id() + " up to " + offset + " cannot be deleted: hold "
                    + hold.name() + " pins offsets " + hold.from() + " to " + (hold.to() - 1));
        }
    }

    /** @return first offset that a hold pins, or Long.MAX_VALUE */
    long firstHeld() {
        return config.retention().maxStart(store.extent().start());
    }

    /**
     * Puts compacted batches in place of segments. Without the writer's lock: the store lets appends and trims pass while they are copied. A
     * hold that comes meanwhile prevails.
     */
    void replace(List<Segment> old, BatchSource cleaned) {
        writeDownForgotten();
        long end = old.get(old.size() - 1).endOffset();
        try {
            store.replace(old, () -> {
                BatchRun run = cleaned.next();
                if (run == null) {
                    replacing.lock();
                    requireNotHeldBelow(end);
                }
                return run;
            });
        } finally {
            while (replacing.isHeldByCurrentThread()) {
                replacing.unlock();
            }
        }
    }

    private void requireNotHeldBelow(long end) {
        if (firstHeld() < end) {
            throw new StorageException(
                    StorageException.Kind.RETRY,
                    store.id() + ": a hold came to pin offset " + firstHeld() + " while it was being compacted");
        }
    }

    /**
     * Forgets aborted transactions of which compaction has left no record. That is written down before their markers may go: a reader that
     * is told of one meets its end nowhere then, and would leave out what its producer wrote later.
     */
    void forgetAborted(Collection<AbortedTransaction> gone) {
        boolean fewer;
        writing.lock();
        try {
            fewer = producers.forgetAborted(gone);
        } finally {
            writing.unlock();
        }
        if (fewer) {
            synchronized (snapshots) {
                snapshots.outdate();
            }
            writeDownForgotten();
        }
    }

    /** Makes up for a snapshot that could not be written when aborted transactions were forgotten. */
    private void writeDownForgotten() {
        synchronized (snapshots) {
            if (snapshots.isOutdated()) {
                snapshotProducers();
            }
        }
    }

    VerificationGuard startVerification(long producerId, short epoch, int sequence, boolean supportsEpochBump) {
        writing.lock();
        try {
            return producers
                    .startVerification(producerId, epoch, sequence, supportsEpochBump, idleClock())
                    .orElseThrow(() -> new AppendException(
                            AppendException.Kind.INVALID_PRODUCER_EPOCH,
                            "producer " + producerId + " has epoch " + epoch + " in " + store.id()
                                    + ", where a higher one has written"));
        } finally {
            writing.unlock();
        }
    }

    boolean hasOpenTransaction(long producerId, short epoch) {
        writing.lock();
        try {
            return producers.hasOpenTransaction(producerId, epoch);
        } finally {
            writing.unlock();
        }
    }

    List<ProducerInfo> activeProducers() {
        writing.lock();
        try {
            return producers.infos();
        } finally {
            writing.unlock();
        }
    }

    /** @param before ms since the epoch */
    void expireProducers(long before) {
        long idleMs = clock.millis() - Math.min(before, Long.MAX_VALUE / 2);
        writing.lock();
        try {
            producers.expire(idleClock() - idleMs);
        } finally {
            writing.unlock();
        }
    }

    void snapshotProducers() {
        synchronized (snapshots) {
            ProducerSnapshotStore.Pending pending;
            writing.lock();
            try {
                pending = snapshots.prepare(producers, logEndOffset);
                bytesSinceSnapshot = 0;
            } finally {
                writing.unlock();
            }
            if (pending != null) {
                snapshots.write(pending);
            }
        }
    }
}

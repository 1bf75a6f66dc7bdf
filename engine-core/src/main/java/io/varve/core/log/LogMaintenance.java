// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.compaction.CompactableLog;
import io.varve.core.compaction.CompactionLimits;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.read.OffsetOutOfRangeException;
import io.varve.core.producer.ProducerInfo;
import io.varve.core.retention.HeldException;
import io.varve.core.retention.Hold;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.StorageException;
import io.varve.core.transaction.AbortedTransaction;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Removes records from a partition, for retention and compaction, and never a record under a hold: trims the
 * start, and replaces segments by compacted batches. Thread-safe; one replacement at a time.
 */
public final class LogMaintenance implements CompactableLog {
    private final StoreWriter writer;
    private final PartitionStore store;
    private final HighWatermark highWatermark;
    private final LogReader reader;
    private final PartitionProducers producers;
    private final LongConsumer commitRequests;
    /**
     * Held from a replacement's last check of the holds until it is in place, and while the holds change.
     * Taken before the writer's lock.
     */
    private final ReentrantLock replacing = new ReentrantLock();

    /** @param commitRequests takes 0 after a trim, outside any lock */
    LogMaintenance(
            StoreWriter writer,
            HighWatermark highWatermark,
            LogReader reader,
            PartitionProducers producers,
            LongConsumer commitRequests) {
        this.writer = writer;
        this.store = writer.store();
        this.highWatermark = highWatermark;
        this.reader = reader;
        this.producers = producers;
        this.commitRequests = commitRequests;
    }

    /**
     * Puts a configuration and its holds into force: from then on no replacement breaks one of them.
     */
    void configure(PartitionConfig next) {
        replacing.lock();
        writer.lock();
        try {
            writer.configure(next);
        } finally {
            writer.unlock();
            replacing.unlock();
        }
    }

    /**
     * Drops the records below an offset and the state of transactions that ended there (DeleteRecords,
     * retention); idempotent.
     *
     * @param offset new log start offset, at most the high watermark
     * @throws OffsetOutOfRangeException above the high watermark
     * @throws HeldException if a hold pins a record below the offset; nothing is dropped then
     * @throws StorageException FENCED, CLOSED
     */
    public void trimTo(long offset) {
        boolean fewer;
        long base = 0;
        writer.lock();
        try {
            requireNotHeld(offset);
            if (offset > highWatermark.value()) {
                throw new OffsetOutOfRangeException("cannot delete records of " + store.id() + " up to " + offset
                        + ": the high watermark is " + highWatermark.value());
            }
            store.trimTo(offset);
            fewer = writer.producers().aborted().reachesTo(0);
            if (fewer) {
                // By whole segments, as the index is stored: parts whose checksums are in a snapshot must not
                // change.
                base = store.segments().get(0).baseOffset();
                fewer = writer.producers().trimAborted(base);
            }
        } finally {
            writer.unlock();
        }
        if (fewer) {
            producers.trimIndex(base);
        }
        commitRequests.accept(0);
    }

    /**
     * Drops the local copies of segments that are in a remote tier too; the records stay readable from there.
     *
     * @param upTo end of the segments, exclusive
     * @throws StorageException FENCED, CLOSED
     */
    public void dropLocal(long upTo) {
        writer.lock();
        try {
            store.dropLocal(upTo);
        } finally {
            writer.unlock();
        }
    }

    /** With the lock under which holds come into force: a hold confirmed before is never missed. */
    private void requireNotHeld(long offset) {
        PartitionConfig config = writer.config();
        long start = store.extent().start();
        if (offset > config.retention().maxStart(start)) {
            Hold hold = config.retention().first(start).orElseThrow();
            throw new HeldException("records of " + store.id() + " up to " + offset + " cannot be deleted: hold "
                    + hold.name() + " pins offsets " + hold.from() + " to " + (hold.to() - 1));
        }
    }

    /** @return first offset that a hold pins, or Long.MAX_VALUE */
    private long firstHeld() {
        return writer.config().retention().maxStart(store.extent().start());
    }

    @Override
    public PartitionStore store() {
        return store;
    }

    @Override
    public CompactionLimits compaction() {
        return writer.config().compaction();
    }

    @Override
    public SegmentLimits segmentLimits() {
        return writer.config().segments();
    }

    @Override
    public long cleanableEnd() {
        return Math.min(reader.lastStableOffset(), firstHeld());
    }

    @Override
    public List<AbortedTransaction> abortedTransactions(long from, long to) {
        return producers.abortedTransactions(from, to);
    }

    @Override
    public List<ProducerInfo> activeProducers() {
        return producers.active();
    }

    @Override
    public void saveProducerState() {
        producers.writeSnapshot();
    }

    // Reads in progress hold their own slice and their own snapshot of the aborted transactions.
    @Override
    public void replace(List<Segment> old, BatchSource cleaned, Supplier<Collection<AbortedTransaction>> gone) {
        producers.writeForgotten();
        replace(old, cleaned);
        producers.forgetAborted(gone.get());
    }

    /**
     * Replaces without the writer's lock: the store allows appends and trims while the batches are copied. A
     * hold that comes into force meanwhile prevails. The lock against holds is taken at the end of the
     * batches, which the store draws on this thread ({@link BatchSource#next}). It is released on this thread
     * when the new segment is in place.
     */
    private void replace(List<Segment> old, BatchSource cleaned) {
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
}

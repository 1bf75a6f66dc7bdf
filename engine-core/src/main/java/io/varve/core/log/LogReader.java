// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.log.epoch.EpochEnd;
import io.varve.core.log.read.DamageEndSearch;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.OffsetOutOfRangeException;
import io.varve.core.log.read.ReadResult;
import io.varve.core.log.read.TimestampLookup;
import io.varve.core.log.read.TimestampOffset;
import io.varve.core.producer.ProducerStates;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import io.varve.core.transaction.AbortedSnapshot;
import java.util.Optional;

/**
 * Reads a partition as far as an isolation sees: batches by offset, records by time, leader epochs.
 * Thread-safe, never waits for a writer.
 */
public final class LogReader {
    private final StoreWriter writer;
    private final PartitionStore store;
    private final HighWatermark highWatermark;
    private final ProducerStates producers;
    private final TimestampLookup times;

    LogReader(StoreWriter writer, HighWatermark highWatermark) {
        this.writer = writer;
        this.store = writer.store();
        this.highWatermark = highWatermark;
        this.producers = writer.producers();
        this.times = new TimestampLookup(store);
    }

    long lastStableOffset() {
        return stable(highWatermark.value());
    }

    /**
     * @param visible the high watermark, read before the transactions: they then include each one that begins
     *     below it
     */
    private long stable(long visible) {
        long unstable = producers.firstUnstableOffset();
        return unstable >= visible
                ? visible
                : Math.min(visible, Math.max(unstable, store.extent().start()));
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
        long logEndOffset = writer.logEndOffset(); // before all other ends
        long visible = highWatermark.value();
        long stable = stable(visible);
        // After the end is known, before a batch is read: so it has every aborted transaction of the slice.
        AbortedSnapshot aborted = producers.aborted();
        Extent extent = store.extent();
        PartitionId id = store.id();
        if (offset < extent.start() || offset > logEndOffset) {
            throw new OffsetOutOfRangeException(
                    "offset " + offset + " of " + id + " is not between " + extent.start() + " and " + logEndOffset);
        }
        long end = Math.min(extent.readableEnd(), limit(isolation, visible, stable));
        // An offset at or past the end gives an empty slice: the read ends where it begins.
        long from = Math.min(offset, extent.readableEnd());
        try {
            return new ReadResult(
                    store.read(from, Math.max(from, end), maxBytes), extent.start(), visible, stable, aborted);
        } catch (StorageException e) {
            if (e.kind() == StorageException.Kind.MISUSE
                    && offset < store.extent().start()) {
                throw new OffsetOutOfRangeException("offset " + offset + " of " + id + " was just trimmed");
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

    private long end(Isolation isolation) {
        long visible = highWatermark.value();
        return Math.min(store.extent().readableEnd(), limit(isolation, visible, stable(visible)));
    }

    /**
     * Finds where the records of a leader epoch end (OffsetForLeaderEpoch). The first call may read some
     * batches.
     *
     * @param epoch the epoch
     * @return its end, or the end of the largest lower epoch that has records; empty if the epoch is negative
     *     or above {@link PartitionLog#leaderEpoch}
     * @throws StorageException CORRUPT, CLOSED, RETRY
     */
    public Optional<EpochEnd> endOfEpoch(int epoch) {
        return writer.epochs().endOf(epoch, writer.logEndOffset());
    }

    /**
     * @param offset {@code logStartOffset <= offset <= logEndOffset}
     * @return the leader epoch of the record at the offset, or of the next record; -1 if that is not known
     * @throws StorageException CORRUPT, CLOSED, RETRY
     */
    public int epochAt(long offset) {
        return writer.epochs().at(offset, writer.logEndOffset());
    }

    /**
     * Reads the largest timestamp of the first batch that a segment still holds.
     *
     * @param segment one of {@link PartitionLog#segments}
     * @return ms since the epoch, or -1, as {@link PartitionStore#firstTimestamp}
     * @throws StorageException CORRUPT, CLOSED; MISUSE if the segment was trimmed meanwhile
     * @throws io.varve.core.record.InvalidBatchException if the stored bytes are no batch
     */
    public long firstTimestamp(Segment segment) {
        return store.firstTimestamp(segment);
    }

    /** @return the first offset after damage at which a sound batch can be read, or {@code end} */
    long endOfDamage(long damaged, long end) {
        return DamageEndSearch.behind(store, damaged, end);
    }
}

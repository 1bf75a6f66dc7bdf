// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.VarveException;
import io.varve.core.log.epoch.EpochEnd;
import io.varve.core.log.read.DamageEndSearch;
import io.varve.core.log.read.Isolation;
import io.varve.core.log.read.OffsetOutOfRangeException;
import io.varve.core.log.read.ReadResult;
import io.varve.core.log.read.TimestampLookup;
import io.varve.core.log.read.TimestampOffset;
import io.varve.core.producer.ProducerStates;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import io.varve.core.transaction.AbortedSnapshot;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

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
        View view = view(offset, isolation);
        try {
            return view.result(store.read(view.from, view.end, maxBytes));
        } catch (StorageException e) {
            throw outOfRangeOr(e, offset);
        }
    }

    /**
     * Reads as {@link #read} does if the records are on this machine; never waits for a remote tier.
     *
     * @param offset as for {@link #read}
     * @param maxBytes as for {@link #read}
     * @param isolation as for {@link #read}
     * @return the batches, as from {@link #read}; null if they are in the tier only
     * @throws OffsetOutOfRangeException as {@link #read}
     * @throws StorageException as {@link #read}
     */
    public ReadResult readLocal(long offset, int maxBytes, Isolation isolation) {
        View view = view(offset, isolation);
        try {
            BatchSlice slice = store.readLocal(view.from, view.end, maxBytes);
            return slice == null ? null : view.result(slice);
        } catch (StorageException e) {
            throw outOfRangeOr(e, offset);
        }
    }

    /**
     * Reads as {@link #read} does, without waiting for a remote tier. The visible end, the log start and the
     * aborted transactions are those of the call.
     *
     * @param offset as for {@link #read}
     * @param maxBytes as for {@link #read}
     * @param isolation as for {@link #read}
     * @return completed by any thread, at once where {@link #isLocal} holds. The caller closes the slice,
     *     also one that comes late: it never cancels the future. Fails with what {@link #read} throws; never
     *     throws
     */
    public CompletableFuture<ReadResult> readAsync(long offset, int maxBytes, Isolation isolation) {
        CompletableFuture<ReadResult> result = new CompletableFuture<>();
        try {
            View view = view(offset, isolation);
            store.readAsync(view.from, view.end, maxBytes).whenComplete((slice, failure) -> {
                if (failure == null) {
                    result.complete(view.result(slice));
                } else {
                    Throwable cause = failure instanceof CompletionException e ? e.getCause() : failure;
                    result.completeExceptionally(cause instanceof StorageException e ? outOfRangeOr(e, offset) : cause);
                }
            });
        } catch (VarveException e) {
            result.completeExceptionally(e);
        }
        return result;
    }

    /**
     * @param offset first offset to read
     * @return true if a {@link #read} there does not wait for a remote tier, as
     *     {@link PartitionStore#isLocal}; returns at once
     */
    public boolean isLocal(long offset) {
        return store.isLocal(offset);
    }

    /**
     * @param offset first offset to read
     * @return true if {@link #readLocal} there may wait for the device, as {@link PartitionStore#readWaits};
     *     returns at once
     */
    public boolean readWaits(long offset) {
        return store.readWaits(offset);
    }

    /**
     * @param epoch a leader epoch
     * @return true if {@link #endOfEpoch} may have to read batches; returns at once
     */
    public boolean endOfEpochWaits(int epoch) {
        return !writer.epochs().knowsEndOf(epoch);
    }

    /**
     * What a read sees.
     *
     * @param from offset at which the store is read
     * @param end end of the read, exclusive, not below {@code from}
     */
    private record View(long from, long end, long start, long visible, long stable, AbortedSnapshot aborted) {
        ReadResult result(BatchSlice slice) {
            return new ReadResult(slice, start, visible, stable, aborted);
        }
    }

    private View view(long offset, Isolation isolation) {
        long logEndOffset = writer.logEndOffset(); // before all other ends
        long visible = highWatermark.value();
        long stable = stable(visible);
        // After the end is known, before a batch is read: so it has every aborted transaction of the slice.
        AbortedSnapshot aborted = producers.aborted();
        Extent extent = store.extent();
        if (offset < extent.start() || offset > logEndOffset) {
            throw new OffsetOutOfRangeException("offset " + offset + " of " + store.id() + " is not between "
                    + extent.start() + " and " + logEndOffset);
        }
        long end = Math.min(extent.readableEnd(), limit(isolation, visible, stable));
        // An offset at or past the end gives an empty slice: the read ends where it begins.
        long from = Math.min(offset, extent.readableEnd());
        return new View(from, Math.max(from, end), extent.start(), visible, stable, aborted);
    }

    /** @return the failure of a read, or that the offset was trimmed since the read began */
    private VarveException outOfRangeOr(StorageException failure, long offset) {
        try {
            boolean trimmed = failure.kind() == StorageException.Kind.MISUSE
                    && offset < store.extent().start();
            return trimmed
                    ? new OffsetOutOfRangeException("offset " + offset + " of " + store.id() + " was just trimmed")
                    : failure;
        } catch (StorageException closed) {
            return closed;
        }
    }

    /**
     * @param timestamp ms since the epoch
     * @return true if a record with that timestamp, or a later one, may be in a remote tier only, so that a
     *     look-up may wait for the tier
     * @throws StorageException CLOSED
     */
    public boolean isRemoteFrom(long timestamp) {
        return store.segments().stream().anyMatch(segment -> !segment.isLocal() && segment.maxTimestamp() >= timestamp);
    }

    /**
     * Finds where the local records begin (ListOffsets -4, Kafka's local log start offset).
     *
     * @return the first offset that is on this machine, at least the log start offset; equal to it where
     *     nothing is in a remote tier only
     * @throws StorageException CLOSED
     */
    public long localLogStartOffset() {
        long start = store.extent().start();
        for (Segment segment : store.segments()) {
            if (segment.isLocal()) {
                return Math.max(start, segment.baseOffset());
            }
        }
        return Math.max(start, store.extent().readableEnd());
    }

    /**
     * Finds where the records in the remote tier end. ListOffsets -5 answers the offset before it, the
     * highest one in the tier, or -1 when it is empty. ListOffsets -6 answers it, the first offset that is
     * still to be copied, or the log start offset when it is empty. Both answer -1 for a topic without a
     * tier.
     *
     * @return offset after the last record such that it and all before it are in the tier, exclusive; at
     *     least the log start offset; empty if the oldest segment is not in the tier
     * @throws StorageException CLOSED
     */
    public OptionalLong tieredEnd() {
        OptionalLong end = OptionalLong.empty();
        long start = store.extent().start();
        for (Segment segment : store.segments()) {
            if (!segment.isRemote()) {
                break;
            }
            end = OptionalLong.of(Math.max(start, segment.endOffset()));
        }
        return end;
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

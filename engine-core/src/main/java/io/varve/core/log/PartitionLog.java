// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * One partition as Kafka means it. Thread-safe; appends of one partition are ordered, readers never wait for writers.
 *
 * <p>Offsets: {@code logStartOffset <= lastStableOffset <= highWatermark <= logEndOffset}.
 */
public interface PartitionLog {
    /** Called at most once, when the high watermark has reached an offset or never will. */
    @FunctionalInterface
    interface Waiter {
        /** @param failure null when reached, else why the records will not become visible under this handle */
        void done(StorageException failure);
    }

    /** @return the partition's name */
    PartitionId id();

    /** @return the leader epoch stamped on appended batches */
    int leaderEpoch();

    /** @return the configuration in force */
    PartitionConfig config();

    /** @param config holds from the next append on */
    void configure(PartitionConfig config);

    /** @return first offset kept, inclusive */
    long logStartOffset();

    /** @return offset after the last appended record */
    long logEndOffset();

    /** @return offset after the last record shown to consumers, exclusive; with {@code log.durability=sync} the durable end */
    long highWatermark();

    /** @return first offset of an undecided transaction, or the high watermark, exclusive */
    long lastStableOffset();

    /** @return bytes of batches stored */
    long sizeInBytes();

    /** @return the segments, oldest first */
    List<Segment> segments();

    /**
     * Validates batches, assigns their offsets (patching the headers in place) and appends them. They are readable for the
     * broker on return; consumers see them when the high watermark passes them.
     *
     * @param batches one or more whole v2 batches from position to limit; writable, big-endian, direct or heap; patched in
     *     place; the caller's again on return
     * @param origin who appends
     * @return where they landed
     * @throws io.varve.core.record.InvalidBatchException if the bytes are not sound batches
     * @throws AppendException if they break a rule of this partition
     * @throws StorageException FULL, FENCED, CLOSED, RETRY
     */
    Appended append(ByteBuffer batches, Origin origin);

    /**
     * Waits, without a thread, for the high watermark (acks=all, and fetches with nothing to send yet).
     *
     * @param offset the high watermark wanted
     * @param waiter called at most once, on the caller's thread when the offset is reached already or the log is closed, else on the
     *     committer's: it must be short and must not block. When the log is closed or deleted, every waiter gets the failure
     * @return calls the wait off and lets go of the waiter, idempotent and safe after it was called; cheap, because idle consumers
     *     register and call off at every fetch. A call that has begun elsewhere may still arrive
     */
    Subscription awaitHighWatermark(long offset, Waiter waiter);

    /**
     * Watches the high watermark.
     *
     * @param listener gets the current value at once when it is above 0, then each new one in ascending order, never an older one; must be
     *     short and must not block
     * @return closes the subscription; no call starts after it returns
     */
    Subscription onHighWatermark(LongConsumer listener);

    /** Something registered here, to be taken back. */
    @FunctionalInterface
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Reads whole batches from the one that contains {@code offset} on.
     *
     * @param offset {@code logStartOffset <= offset <= the end the isolation allows}
     * @param maxBytes soft limit in bytes: the first batch is returned even when larger
     * @param isolation how far to see
     * @return the batches, an empty slice at the end
     * @throws OffsetOutOfRangeException below the log start offset or above the end that isolation allows (for consumers: above the
     *     high watermark, whatever the isolation)
     * @throws StorageException CORRUPT, CLOSED
     */
    LogRead read(long offset, int maxBytes, Isolation isolation);

    /**
     * Finds the first record at or after a time, as ListOffsets does.
     *
     * @param timestamp ms since the epoch
     * @param isolation how far to see
     * @return the record, or empty when all visible ones are older
     */
    Optional<TimestampOffset> offsetForTimestamp(long timestamp, Isolation isolation);

    /**
     * @param isolation how far to see
     * @return the record with the largest timestamp (ListOffsets -3, KIP-734), or empty when there is none
     */
    Optional<TimestampOffset> maxTimestamp(Isolation isolation);

    /**
     * Drops records below an offset (DeleteRecords, retention); idempotent.
     *
     * @param offset new log start offset, at most the high watermark
     * @throws OffsetOutOfRangeException above the high watermark
     * @throws StorageException FENCED, CLOSED
     */
    void trimTo(long offset);
}

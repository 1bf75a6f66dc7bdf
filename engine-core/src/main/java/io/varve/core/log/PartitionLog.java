// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.log.config.PartitionConfig;
import io.varve.core.log.recovery.ProducerRecovery;
import io.varve.core.log.recovery.ProducerSnapshotStore;
import io.varve.core.runtime.Clock;
import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Snapshots;
import io.varve.core.spi.StorageException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Owns one partition, in Kafka's sense, and gives access to its parts:
 *
 * <pre>
 *   appender     check, append, end a transaction, import another broker's log
 *   reader       batches by offset, records by time, leader epochs
 *   producers    verify a transaction, describe and expire producers, write snapshots
 *   maintenance  trim, compact
 *   commitTarget for the committer: the store to sync, the new high watermark
 * </pre>
 *
 * Thread-safe; appends of one partition are ordered, readers never wait for writers.
 *
 * <p>Offsets: {@code logStartOffset <= lastStableOffset <= highWatermark <= logEndOffset}.
 */
public final class PartitionLog {
    /** Waits for the high watermark to reach an offset. */
    @FunctionalInterface
    public interface Waiter {
        /**
         * Called once, when the high watermark has reached the offset or never will.
         *
         * @param failure null when reached, else why the records will not become visible under this handle
         */
        void done(StorageException failure);
    }

    /** Ends a wait or a subscription; idempotent. */
    @FunctionalInterface
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    private final PartitionStore store;
    private final AppendListener appends;
    private final StoreWriter writer;
    private final HighWatermark highWatermark;
    private final LogReader reader;
    private final PartitionProducers producers;
    private final LogAppender appender;
    private final LogMaintenance maintenance;
    private final CommitTarget commitTarget;

    private PartitionLog(
            PartitionStore store,
            int leaderEpoch,
            PartitionConfig config,
            Clock clock,
            AppendListener appends,
            FailPoints failPoints) {
        this.store = store;
        this.appends = appends;
        ProducerSnapshotStore snapshots = new ProducerSnapshotStore(store, failPoints);
        writer = new StoreWriter(store, leaderEpoch, config, clock, ProducerRecovery.recover(store, snapshots));
        highWatermark = new HighWatermark(store.extent().durableEnd());
        reader = new LogReader(writer, highWatermark);
        producers = new PartitionProducers(writer, snapshots, clock);
        appender = new LogAppender(writer, highWatermark, clock, failPoints, new CommitRequests(this, appends));
        maintenance = new LogMaintenance(writer, highWatermark, reader, producers, this::appended);
        commitTarget = new CommitTarget(writer, highWatermark, appender.gathered());
    }

    private void appended(long records) {
        appends.appended(this, records);
    }

    /**
     * As {@link #open(PartitionStore, int, PartitionConfig, Clock, AppendListener, FailPoints)}, with no fail
     * point armed.
     */
    public static PartitionLog open(
            PartitionStore store, int leaderEpoch, PartitionConfig config, Clock clock, AppendListener appends) {
        return open(store, leaderEpoch, config, clock, appends, new FailPoints());
    }

    /**
     * Opens a log over a store: rebuilds its producers and transactions. The high watermark starts at the
     * durable end.
     *
     * @param store an open partition; the log closes it
     * @param leaderEpoch stamped on appended batches, 0 or more
     * @param config what the topic's configuration means
     * @param clock the time for LogAppendTime and timestamp checks
     * @param appends called after every append and trim
     * @param failPoints hit at the boundaries of durability
     * @return the log, ready for use
     * @throws StorageException CORRUPT, CLOSED, FENCED
     */
    public static PartitionLog open(
            PartitionStore store,
            int leaderEpoch,
            PartitionConfig config,
            Clock clock,
            AppendListener appends,
            FailPoints failPoints) {
        return new PartitionLog(store, leaderEpoch, config, clock, appends, failPoints);
    }

    /** @return the part that appends */
    public LogAppender appender() {
        return appender;
    }

    /** @return the part that reads */
    public LogReader reader() {
        return reader;
    }

    /** @return the part that answers for producers and their transactions */
    public PartitionProducers producers() {
        return producers;
    }

    /** @return the part that deletes and compacts */
    public LogMaintenance maintenance() {
        return maintenance;
    }

    /** @return the committer's part */
    public CommitTarget commitTarget() {
        return commitTarget;
    }

    /** @return the partition's name */
    public PartitionId id() {
        return store.id();
    }

    /** @return the data directory of the partition; empty if the storage has none */
    public Optional<Path> directory() {
        return store.directory();
    }

    /** @return the leader epoch stamped on appended batches */
    public int leaderEpoch() {
        return writer.leaderEpoch();
    }

    /** @return the configuration in force */
    public PartitionConfig config() {
        return writer.config();
    }

    /** @param next the configuration in force from the next append on */
    public void configure(PartitionConfig next) {
        maintenance.configure(Objects.requireNonNull(next, "config"));
    }

    /** @return first offset kept, inclusive */
    public long logStartOffset() {
        return store.extent().start();
    }

    /** @return offset after the last appended record */
    public long logEndOffset() {
        return writer.logEndOffset();
    }

    /**
     * @return offset after the last record visible to consumers, exclusive; with {@code log.durability=sync}
     *     at most the durable end
     */
    public long highWatermark() {
        return highWatermark.value();
    }

    /**
     * @return end of the decided records, exclusive: the first offset of a transaction that is open or whose
     *     marker is not below the high watermark; the high watermark if there is no such transaction
     */
    public long lastStableOffset() {
        return reader.lastStableOffset();
    }

    /** @return the partition's start, readable end and durable end */
    public Extent extent() {
        return store.extent();
    }

    /** @return why the partition refuses writes; empty while it takes them */
    public Optional<StorageException> failure() {
        return highWatermark.failure();
    }

    /** @return the segments, oldest first */
    public List<Segment> segments() {
        return store.segments();
    }

    /** @return bytes of batches on this machine: without those that a remote tier alone has */
    public long sizeInBytes() {
        return segments().stream()
                .filter(Segment::isLocal)
                .mapToLong(Segment::bytes)
                .sum();
    }

    /**
     * Gives the small blobs that are stored beside the records. Those of the log itself, about producers and
     * leader epochs, are among them.
     *
     * @return the blobs, for states that a replay could rebuild
     */
    public Snapshots snapshots() {
        return store.snapshots();
    }

    /**
     * Waits, without a thread, for the high watermark (acks=all).
     *
     * @param offset the high watermark wanted
     * @param waiter called exactly once unless cancelled: on the caller's thread when the offset is reached
     *     already, else on the committer's thread. It must be short and must not block
     * @return cancels the wait; does not wait for a call in progress
     */
    public Subscription awaitHighWatermark(long offset, Waiter waiter) {
        return highWatermark.await(offset, waiter);
    }

    /**
     * Listens to the high watermark.
     *
     * @param listener gets the current value at once when it is above 0, then each new one in ascending
     *     order, never an older one; must be short and must not block
     * @return closes the subscription; no call starts after it returns
     */
    public Subscription onHighWatermark(LongConsumer listener) {
        return highWatermark.listen(listener);
    }
}

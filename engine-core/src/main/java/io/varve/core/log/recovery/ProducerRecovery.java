// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log.recovery;

import io.varve.core.log.read.DamageEndSearch;
import io.varve.core.producer.ProducerInfo;
import io.varve.core.producer.ProducerSnapshotFormat;
import io.varve.core.producer.ProducerStates;
import io.varve.core.record.BatchHeader;
import io.varve.core.record.BatchValidator;
import io.varve.core.record.InvalidBatchException;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.Extent;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Snapshots;
import io.varve.core.spi.StorageException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recovers the state of a partition's producers: loads the newest snapshot that fits the log, then replays
 * the batches after it.
 *
 * <p>A snapshot from above the durable end is not used. It has the producers, but does not say which
 * transactions ended above that end. Consumers must not see those before their markers are durable.
 */
public final class ProducerRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerRecovery.class);
    /** Bytes read at a time, into the same memory: all batches since the snapshot are read. */
    private static final int READ_BYTES = 1 << 18;

    private static final ThreadLocal<ByteBuffer> READ =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(READ_BYTES));

    private final PartitionStore store;
    private final Extent extent;
    /** The next offset to apply; rises batch by batch. */
    private long reached;

    private ProducerRecovery(PartitionStore store) {
        this.store = store;
        this.extent = store.extent();
    }

    /**
     * Rebuilds the state of a partition that is being opened; drops snapshots from above its end.
     *
     * @param store the partition's
     * @param snapshots the stored snapshots of the state
     * @return the state at the readable end; transactions that ended below the durable end are stable
     * @throws StorageException CLOSED, RETRY
     */
    public static ProducerStates recover(PartitionStore store, ProducerSnapshotStore snapshots) {
        return new ProducerRecovery(store).recover(snapshots);
    }

    private ProducerStates recover(ProducerSnapshotStore snapshots) {
        dropSnapshotsAbove(store.snapshots(), extent.readableEnd());
        // A snapshot from below the start is not used: it has producers whose batches are trimmed.
        Optional<ProducerSnapshotStore.Loaded> loaded =
                snapshots.load(extent.start(), Math.min(extent.readableEnd(), extent.durableEnd()), this::isWhole);
        ProducerStates states = loaded.isPresent() ? loaded.get().states() : new ProducerStates();
        reached = loaded.isPresent() ? loaded.get().offset() : extent.start();
        while (reached < extent.readableEnd()) {
            replayToDamage(states);
        }
        return states;
    }

    /**
     * Tells whether the first batch of every open transaction in the snapshot still exists. Compaction
     * changes no open transaction: one whose first batch is gone or empty ended after the snapshot was
     * written. Such a snapshot does not tell where it ended, and its marker may be gone as well.
     */
    private boolean isWhole(ProducerStates states) {
        for (ProducerInfo producer : states.infos()) {
            long first = producer.currentTransactionFirstOffset();
            if (first >= extent.start() && !begins(producer.producerId(), first)) {
                return false;
            }
        }
        return true;
    }

    private boolean begins(long producer, long first) {
        try (BatchSlice slice = store.read(first, extent.readableEnd(), 0)) {
            if (slice.sizeInBytes() == 0) {
                return false;
            }
            ByteBuffer bytes = slice.buffer();
            int at = bytes.position();
            BatchValidator.frame(bytes, at, bytes.limit());
            return BatchHeader.baseOffset(bytes, at) <= first
                    && BatchHeader.producerId(bytes, at) == producer
                    && BatchHeader.recordCount(bytes, at) > 0;
        } catch (StorageException | InvalidBatchException e) {
            if (e instanceof StorageException storage) {
                storage.rethrowUnless(StorageException.Kind.CORRUPT);
            }
            return true; // damaged: uncommitted records must not appear as committed
        }
    }

    /**
     * Drops snapshots above the end: their records were lost in a crash, and other records may get those
     * offsets.
     */
    private static void dropSnapshotsAbove(Snapshots snapshots, long end) {
        List<Long> offsets = snapshots.offsets(ProducerSnapshotFormat.NAME);
        for (long offset : offsets) {
            if (offset > end) {
                snapshots.delete(ProducerSnapshotFormat.NAME, offset);
            }
        }
    }

    /** Replays up to the end, or to damage, which it skips. */
    private void replayToDamage(ProducerStates states) {
        try {
            replay(states);
            reached = extent.readableEnd();
        } catch (StorageException | InvalidBatchException e) {
            if (e instanceof StorageException storage) {
                storage.rethrowUnless(StorageException.Kind.CORRUPT);
            }
            // Sound batches are served. A producer with missing batches would be refused for ever, an unknown
            // producer is not. The known transactions stay: uncommitted records must not be shown as
            // committed.
            LOG.warn(
                    "{}: forgetting its idempotent producers, for there is damage at or after offset {}: {}",
                    store.id(),
                    reached,
                    e.getMessage());
            states.forgetSequences();
            // Consumers see every batch that the storage can read, so each must be applied here.
            reached = DamageEndSearch.behind(store, reached, extent.readableEnd());
        }
    }

    private void replay(ProducerStates states) {
        long from = reached;
        while (reached < extent.readableEnd()) {
            try (BatchSlice slice = store.read(reached, extent.readableEnd(), READ_BYTES)) {
                if (slice.sizeInBytes() == 0) {
                    return; // only a gap lies before the end
                }
                ByteBuffer bytes = content(slice);
                int at = bytes.position();
                while (at < bytes.limit()) {
                    int size = BatchValidator.validate(bytes, at, bytes.limit());
                    if (BatchHeader.lastOffset(bytes, at) >= from) { // the first may begin below the start
                        states.apply(bytes, at);
                    }
                    reached = BatchHeader.nextOffset(bytes, at);
                    at += size;
                }
            }
            states.visibleTo(extent.durableEnd());
        }
    }

    /** @return the bytes of a slice, until the thread's next call */
    private static ByteBuffer content(BatchSlice slice) {
        if (slice.sizeInBytes() > READ_BYTES) { // one large batch
            return slice.buffer();
        }
        ByteBuffer bytes = READ.get().clear().limit(slice.sizeInBytes());
        slice.copy(0, bytes);
        return bytes.flip();
    }
}

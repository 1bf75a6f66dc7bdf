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
 * Recovers what a partition knows of its producers: loads the newest snapshot that fits, then replays the
 * batches after it.
 *
 * <p>A snapshot from above the durable end is not used. It would do for the producers, but not say which
 * transactions ended above that end, and consumers must not see those before their markers are durable.
 */
public final class ProducerRecovery {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerRecovery.class);
    private static final int READ_BYTES = 1 << 20;

    private final PartitionStore store;
    private final Extent extent;
    /** The next offset to apply, moved on batch by batch. */
    private long reached;

    private ProducerRecovery(PartitionStore store) {
        this.store = store;
        this.extent = store.extent();
    }

    /**
     * Rebuilds the state of a partition that is being opened; drops snapshots from above its end.
     *
     * @param store the partition's
     * @param snapshots where the state was written down
     * @return the state at the readable end, transactions that ended below the durable end being stable
     * @throws StorageException CLOSED, RETRY
     */
    public static ProducerStates recover(PartitionStore store, ProducerSnapshotStore snapshots) {
        return new ProducerRecovery(store).recover(snapshots);
    }

    private ProducerStates recover(ProducerSnapshotStore snapshots) {
        dropSnapshotsAbove(store.snapshots(), extent.readableEnd());
        // One from below the start is not used: it has producers whose batches are trimmed by now.
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
     * Compaction touches nothing of an open transaction. Where the batch it began with is gone, or emptied,
     * it ended after the snapshot was written; of its end, and of what else it wrote before the snapshot,
     * this says nothing, and the marker may be gone, too.
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
            return true; // not known: what may be uncommitted must not be shown as committed
        }
    }

    /**
     * A snapshot above the end speaks of records a crash took back; others may come to stand at their
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

    /** Replays up to the end, or passes over damage. */
    private void replayToDamage(ProducerStates states) {
        try {
            replay(states);
            reached = extent.readableEnd();
        } catch (StorageException | InvalidBatchException e) {
            if (e instanceof StorageException storage) {
                storage.rethrowUnless(StorageException.Kind.CORRUPT);
            }
            // What is sound is served. A producer of whom too little is known would be refused for ever, an
            // unknown one is not. Transactions stay as they are known: what is uncommitted must not be shown
            // as committed.
            LOG.warn(
                    "{}: forgetting its idempotent producers, for there is damage at or after offset {}: {}",
                    store.id(),
                    reached,
                    e.getMessage());
            states.forgetSequences();
            // Whatever the storage can read is shown to consumers, so it must be known here.
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
                ByteBuffer bytes = slice.buffer();
                int at = bytes.position();
                while (at < bytes.limit()) {
                    int size = BatchValidator.validate(bytes, at, bytes.limit());
                    if (BatchHeader.lastOffset(bytes, at) >= from) { // the first may begin below the partition's start
                        states.apply(bytes, at);
                    }
                    reached = BatchHeader.nextOffset(bytes, at);
                    at += size;
                }
            }
            states.visibleTo(extent.durableEnd());
        }
    }
}

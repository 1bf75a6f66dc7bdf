// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.producer.ProducerStates;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;

/**
 * Gives the committer the store it syncs for a partition, and takes the outcome: the new high watermark, or
 * the failure. Thread-safe.
 */
public final class CommitTarget {
    private final StoreWriter writer;
    private final ProducerStates producers;
    private final HighWatermark highWatermark;
    private final GatheredAppends gathered;

    CommitTarget(StoreWriter writer, HighWatermark highWatermark, GatheredAppends gathered) {
        this.gathered = gathered;
        this.writer = writer;
        this.producers = writer.producers();
        this.highWatermark = highWatermark;
    }

    /** @return the store to sync; the caller must not write to it */
    public PartitionStore store() {
        return writer.store();
    }

    /** Stores the appends that wait for a commit, so that the store knows of them. Outside any lock. */
    public void storeWaiting() {
        gathered.store();
    }

    /** Stores the appends that wait for a commit. Call before the sync, outside any lock of the log. */
    public void begin() {
        gathered.storeForCommit();
    }

    /** Ends the storage's use of the memory in which appends have waited. Call after the sync. */
    public void synced() {
        gathered.letGo();
    }

    /**
     * Raises the high watermark, and with it the last stable offset.
     *
     * @param offset the new high watermark, exclusive; ignored when the high watermark is at least that
     */
    public void committed(long offset) {
        // A sync may have covered bytes of an append in progress, which requests a commit of its own.
        long visible = Math.min(offset, writer.logEndOffset());
        // Before the high watermark rises: its listeners read the last stable offset that belongs to it.
        producers.visibleTo(visible);
        highWatermark.advance(visible);
    }

    /**
     * Ends all waits: appends past the high watermark will not become durable under this handle.
     *
     * @param reason given to every waiter, and thrown by appends from now on
     */
    public void failed(StorageException reason) {
        highWatermark.fail(reason);
        gathered.store(); // which refuses them
    }
}

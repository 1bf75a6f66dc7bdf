// SPDX-License-Identifier: Apache-2.0
package io.varve.core.log;

import io.varve.core.producer.ProducerStates;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;

/**
 * Gives the committer of a partition what it syncs, and takes the outcome: how far consumers may see, or that
 * it failed. Thread-safe.
 */
public final class CommitTarget {
    private final StoreWriter writer;
    private final ProducerStates producers;
    private final HighWatermark highWatermark;

    CommitTarget(StoreWriter writer, HighWatermark highWatermark) {
        this.writer = writer;
        this.producers = writer.producers();
        this.highWatermark = highWatermark;
    }

    /** @return the store to sync; not to be written to */
    public PartitionStore store() {
        return writer.store();
    }

    /**
     * Raises the high watermark, and with it the last stable offset.
     *
     * @param offset what lies below it may be shown; ignored when the high watermark is there already
     */
    public void committed(long offset) {
        // A sync may have caught bytes of an append under way, which asks for a commit of its own.
        long visible = Math.min(offset, writer.logEndOffset());
        // First, so that a listener of the high watermark finds its last stable offset.
        producers.visibleTo(visible);
        highWatermark.advance(visible);
    }

    /**
     * Ends all waits: appends past the high watermark will not become durable under this handle.
     *
     * @param reason told to whoever waits, and thrown by appends from now on
     */
    public void failed(StorageException reason) {
        highWatermark.fail(reason);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.core.spi.support;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;

/**
 * Decides who may use a partition, by the rules of {@link io.varve.core.spi.Storage#open} and
 * {@link io.varve.core.spi.PartitionStore}: the handle of the highest epoch writes, earlier ones are fenced,
 * and none works after the partition's end. A backend keeps one instance for each partition and gives each
 * handle a {@link Token}.
 *
 * <p>The caller orders opening, ending and resuming; any thread may call a token's methods at any time.
 */
public final class Fencing {
    private final PartitionId id;
    private volatile long highestEpoch = Long.MIN_VALUE;
    private volatile String ended;
    private Token holder;

    /** @param id names the partition in messages */
    public Fencing(PartitionId id) {
        this.id = id;
    }

    /** Checks what a handle may do. Thread-safe. */
    public final class Token {
        private final long epoch;
        private volatile boolean closed;

        private Token(long epoch) {
            this.epoch = epoch;
        }

        /** @throws StorageException CLOSED if the handle was closed, or the partition has ended */
        public void requireOpen() {
            requirePresent();
            if (closed) {
                throw new StorageException(StorageException.Kind.CLOSED, id + ": this handle is closed");
            }
        }

        /**
         * @throws StorageException CLOSED as {@link #requireOpen}; FENCED if a higher epoch has opened the
         *     partition
         */
        public void requireWriter() {
            requireOpen();
            requireHighest(epoch);
        }

        /** Closes the handle. Idempotent. */
        public void close() {
            closed = true;
        }
    }

    /**
     * Checks that a partition may be opened.
     *
     * @param epoch the opener's epoch
     * @throws StorageException CLOSED if the partition has ended; FENCED if a higher epoch has opened it;
     *     MISUSE if a handle with the same epoch is still open
     */
    public void requireOpenable(long epoch) {
        requirePresent();
        requireHighest(epoch);
        if (holder != null && !holder.closed && holder.epoch == epoch) {
            throw new StorageException(
                    StorageException.Kind.MISUSE, id + " is open already with epoch " + epoch + ": close it first");
        }
    }

    /**
     * Fences every handle of a lower epoch.
     *
     * @param epoch the opener's epoch, {@link #requireOpenable openable}
     * @return the new handle's token
     */
    public Token open(long epoch) {
        highestEpoch = epoch;
        holder = new Token(epoch);
        return holder;
    }

    /**
     * Closes every handle, later ones too.
     *
     * @param why completes a message after the partition's name, for instance "was deleted"
     */
    public void end(String why) {
        ended = why;
    }

    /** Reverts an {@link #end}, when the deletion it was for has failed. */
    public void resume() {
        ended = null;
    }

    /** @return whether the partition has ended */
    public boolean hasEnded() {
        return ended != null;
    }

    /** @throws StorageException CLOSED if the partition has ended */
    public void requirePresent() {
        String why = ended;
        if (why != null) {
            throw new StorageException(StorageException.Kind.CLOSED, id + " " + why);
        }
    }

    private void requireHighest(long epoch) {
        long highest = highestEpoch;
        if (epoch < highest) {
            throw new StorageException(
                    StorageException.Kind.FENCED, id + ": epoch " + epoch + " is fenced by " + highest);
        }
    }
}

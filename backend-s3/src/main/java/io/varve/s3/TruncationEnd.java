// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;
import io.varve.s3.manifest.LocalJournal;

/**
 * Brings truncations that were begun to their end on this machine, once the manifest has them. Until then no
 * writer gets through: what it acknowledged would be cut. Thread-safe.
 */
final class TruncationEnd {
    private final LocalJournal journal;

    TruncationEnd(LocalJournal journal) {
        this.journal = journal;
    }

    /**
     * Ends a truncation that the manifest has taken, if there is one. The caller has the writer's lock: a
     * look before that could miss a truncation that lets go of the lock undecided.
     *
     * @param hot a handle of the hot partition that may write
     * @throws StorageException RETRY if the manifest has not taken it yet; FENCED; CLOSED
     */
    void requireDecided(S3Partition partition, PartitionStore hot) {
        UndecidedTruncation truncation = partition.undecided();
        if (truncation == null) {
            return;
        }
        if (!truncation.isDecided()) {
            throw truncation.retry(partition.id());
        }
        if (isRefused(truncation)) {
            forget(partition, truncation);
        } else {
            run(partition, hot, truncation);
        }
        partition.undecided(null);
        partition.uploads().endTruncation();
    }

    /** The manifest may have taken an edit before it ended; only of one that does not fit this is known. */
    private static boolean isRefused(UndecidedTruncation truncation) {
        try {
            Commits.requireTaken(truncation.commit());
            return false;
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.MISUSE);
            return true;
        }
    }

    /** Truncates the hot partition. With the writer's lock, when the manifest has the truncation. */
    void run(S3Partition partition, PartitionStore hot, UndecidedTruncation truncation) {
        hot.truncateTo(truncation.end());
        partition.truncated(truncation.end());
        forget(partition, truncation);
    }

    private void forget(S3Partition partition, UndecidedTruncation truncation) {
        if (truncation.journaled()) {
            journal.endTruncation(partition.id());
        }
    }
}

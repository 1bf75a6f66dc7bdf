// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import java.util.concurrent.CompletableFuture;

/**
 * Describes a truncation whose edit was handed to the manifest, while this machine still has what it drops.
 * It takes place as soon as the manifest has the edit, also if who asked for it has ceased to wait.
 * Immutable.
 *
 * @param end lowest offset to drop on this machine: what lies below stays whatever happens
 * @param journaled whether the journal has it
 * @param commit done when the manifest has the edit
 */
record UndecidedTruncation(long end, boolean journaled, CompletableFuture<Void> commit) {
    /** Tells whether the manifest has the edit, or never will. */
    boolean isDecided() {
        return commit.isDone();
    }

    /** @return what a call fails with that needs to know which records there are */
    StorageException retry(PartitionId id) {
        return new StorageException(
                StorageException.Kind.RETRY,
                id + ": a truncation to " + end + " is under way, and the bucket has not taken it yet: try again");
    }
}

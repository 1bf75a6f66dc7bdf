// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.PartitionId;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.StorageException.Kind;
import io.varve.s3.manifest.Manifest;
import io.varve.s3.manifest.ManifestEdit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Orders the edits of one partition in the manifest with the beginning of what makes uploads stale: a
 * replacement, a truncation, the removal. Waits for nothing. Thread-safe.
 */
final class PartitionEdits {
    private final PartitionId id;
    private final Manifest manifest;
    private long generation;
    private boolean removed;
    /** Commits that the manifest may have, and does not show yet. */
    private int open;

    private CompletableFuture<Void> dropping = CompletableFuture.completedFuture(null);
    private CompletableFuture<Void> movingStart = CompletableFuture.completedFuture(null);

    PartitionEdits(PartitionId id, Manifest manifest) {
        this.id = id;
        this.manifest = manifest;
    }

    synchronized long generation() {
        return generation;
    }

    /** As {@link io.varve.s3.upload.UploadSource#ifUnchanged}. */
    synchronized Optional<CompletableFuture<Void>> ifUnchanged(long seen, Supplier<CompletableFuture<Void>> commit) {
        return removed || seen != generation ? Optional.empty() : Optional.of(counted(commit.get()));
    }

    /** Runs something short, before whatever makes uploads stale next, unless they are stale already. */
    synchronized void runIfUnchanged(long seen, Runnable step) {
        if (!removed && seen == generation) {
            step.run();
        }
    }

    /** A commit that the manifest's end left undecided counts for good: a later owner may find its entry. */
    private CompletableFuture<Void> counted(CompletableFuture<Void> commit) {
        open++;
        commit.whenComplete((nothing, failure) -> {
            if (failure == null || failure instanceof StorageException e && e.kind() == Kind.MISUSE) {
                close();
            }
        });
        return commit;
    }

    private synchronized void close() {
        open--;
    }

    /** Tells whether edits are on their way to the manifest. */
    synchronized boolean areOpen() {
        return open > 0;
    }

    /** Makes every upload in progress stale. */
    synchronized void begin() {
        generation++;
    }

    /**
     * Makes every upload in progress stale, and commits edits before those of later uploads.
     *
     * @return as {@link Manifest#commit}
     */
    synchronized CompletableFuture<Void> commit(List<ManifestEdit> together) {
        generation++;
        return counted(manifest.commit(together));
    }

    /** Has segments dropped from the bucket, unless others are being dropped. */
    synchronized void drop(List<UUID> objects) {
        if (!objects.isEmpty() && isSettled()) {
            dropping = commit(List.of(new ManifestEdit.DropSegments(id, objects)));
        }
    }

    /**
     * Has a start committed, unless another one is on its way.
     *
     * @param seen the generation when the start was read: if it is another by now, nothing is committed
     * @param then runs when the manifest has it, on its thread
     */
    synchronized void moveStart(long seen, long start, Runnable then) {
        if (movingStart.isDone() && !removed && seen == generation) {
            movingStart = counted(manifest.commit(List.of(new ManifestEdit.MoveStart(id, start))));
            movingStart.thenRun(then);
        }
    }

    /** Ends the partition: no upload of it counts any more. */
    synchronized void remove() {
        removed = true;
        generation++;
    }

    /** Reverts {@link #remove}. */
    synchronized void resume() {
        removed = false;
    }

    synchronized boolean isRemoved() {
        return removed;
    }

    /** Tells whether what the manifest says of the partition's segments is what holds. */
    synchronized boolean isSettled() {
        return !removed && dropping.isDone();
    }
}

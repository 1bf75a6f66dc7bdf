// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.StorageException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Waits for commits of the manifest, for a bounded time: the bucket may be away for hours, and who waits
 * holds what others need. Thread-safe.
 */
final class Commits {
    private final Scheduler scheduler;
    private final long maxMs;

    /**
     * @param scheduler waits
     * @param maxMs longest wait for a commit in ms, at least 1
     */
    Commits(Scheduler scheduler, long maxMs) {
        this.scheduler = scheduler;
        this.maxMs = maxMs;
    }

    /**
     * Waits until a commit is in the bucket.
     *
     * @param commit from {@link io.varve.s3.manifest.Manifest#commit}
     * @param what names what waits, for the message
     * @throws StorageException RETRY if it takes too long: it is undecided then, and may come to the bucket
     *     later; MISUSE if the edits do not fit; FENCED; CLOSED
     */
    void await(CompletableFuture<Void> commit, String what) {
        if (!scheduler.await(commit, maxMs)) {
            throw new StorageException(
                    StorageException.Kind.RETRY,
                    what + ": the bucket has not taken it in " + maxMs + " ms (" + S3Config.COMMIT_TIMEOUT_MS
                            + "), and may take it later: try again");
        }
        requireTaken(commit);
    }

    /**
     * @param commit one that is done
     * @throws StorageException MISUSE; FENCED; CLOSED: why the bucket has not taken it
     */
    static void requireTaken(CompletableFuture<Void> commit) {
        try {
            commit.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof StorageException cause) {
                throw cause;
            }
            throw e;
        }
    }
}

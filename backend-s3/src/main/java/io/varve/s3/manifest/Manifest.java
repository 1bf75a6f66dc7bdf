// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.manifest;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps the tier's state, and commits changes of it to the bucket. A successor that claims the storage fences
 * this owner: its next commit, and each one after, fails with FENCED. Thread-safe.
 */
public interface Manifest extends ManifestView, AutoCloseable {
    /**
     * Commits edits, together with those of other callers that wait at the same time. Edits take effect in
     * the order of the calls; those of one call together or not at all. An outage of the bucket delays the
     * commit; it is not lost.
     *
     * @param edits at least one
     * @return completes when the entry is in the bucket and {@link #partition} shows it, on the manifest's
     *     thread: what depends on it must be short. Fails with a
     *     {@link io.varve.core.spi.StorageException}: FENCED; CLOSED after {@link #close}; MISUSE if an edit
     *     does not fit the state, and then none of the call took effect
     */
    CompletableFuture<Void> commit(List<ManifestEdit> edits);

    /** @return true once another owner has claimed the storage: nothing is committed any more */
    boolean isFenced();

    /**
     * Asks the bucket whether another owner has claimed the storage: an owner that commits nothing does not
     * learn it otherwise. If one has, this one is fenced from now on. Waits for a request.
     *
     * @return true if the storage was this owner's during the call
     * @throws io.varve.s3.client.ObjectStoreException if the bucket does not answer
     * @throws io.varve.core.spi.StorageException CORRUPT if the next entry is damaged
     */
    boolean verifyOwner();

    /**
     * Asks as {@link #verifyOwner}, for a caller that does not wait.
     *
     * @return completed with what {@link #verifyOwner} returns or throws
     */
    CompletableFuture<Boolean> askOwner();

    /**
     * @return keys of objects that have lost their last segment since the last call: for deletion; a copy. At
     *     the first call, also those that entries after the last snapshot dropped: a former owner may not
     *     have deleted them yet. The sweep finds older ones
     */
    Set<String> takeUnnamed();

    /**
     * Waits for the request in progress, and ends. Edits that wait are not committed, their futures fail with
     * CLOSED. Idempotent.
     */
    @Override
    void close();
}

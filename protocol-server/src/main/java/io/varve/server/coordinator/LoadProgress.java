// SPDX-License-Identifier: Apache-2.0
package io.varve.server.coordinator;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/**
 * Tracks which partitions of a coordinator's topic have been loaded, and lets callers wait for them.
 * Thread-safe.
 */
public final class LoadProgress {
    private final List<CompletableFuture<Void>> partitions;

    /** @param partitions number of partitions */
    public LoadProgress(int partitions) {
        this.partitions =
                Stream.generate(CompletableFuture<Void>::new).limit(partitions).toList();
    }

    void loaded(int partition) {
        partitions.get(partition).complete(null);
    }

    void failed(int partition, Throwable why) {
        partitions.get(partition).completeExceptionally(why);
    }

    /**
     * @param partition index of a partition, from 0 on
     * @return completes when the partition has been loaded; fails when it cannot be
     */
    public CompletableFuture<Void> of(int partition) {
        return partitions.get(partition);
    }

    /** @return completes when every partition has been loaded; fails when one cannot be */
    public CompletableFuture<Void> all() {
        return CompletableFuture.allOf(partitions.toArray(CompletableFuture[]::new));
    }

    /** Blocks until each partition has been loaded or has failed. */
    public void awaitAll() {
        try {
            all().join();
        } catch (CompletionException e) {
            // Each failure was reported to the waiters of its partition. This method waits for the end alone.
            return;
        }
    }

    /**
     * Fails all partitions that have not been loaded.
     *
     * @param why the failure that waiters get
     */
    public void stop(RuntimeException why) {
        partitions.forEach(partition -> partition.completeExceptionally(why));
    }
}

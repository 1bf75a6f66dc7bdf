// SPDX-License-Identifier: Apache-2.0
package io.varve.server.coordinator;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/**
 * Notes which partitions of a coordinator's topic have been read back, and lets callers wait for them.
 * Thread-safe.
 */
public final class LoadProgress {
    private final List<CompletableFuture<Void>> partitions;

    /** @param partitions how many there are */
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
     * @param partition its number
     * @return completes when it has been loaded; fails when it cannot be
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
            // Each failure was reported to those who wait for that partition. Here only the end matters.
            return;
        }
    }

    /**
     * Ends all waiting.
     *
     * @param why told to whoever waits
     */
    public void stop(RuntimeException why) {
        partitions.forEach(partition -> partition.completeExceptionally(why));
    }
}

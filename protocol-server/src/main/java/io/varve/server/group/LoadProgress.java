// SPDX-License-Identifier: Apache-2.0
package io.varve.server.group;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/** Which partitions of {@code __consumer_offsets} have been read back. Thread-safe. */
final class LoadProgress {
    private final List<CompletableFuture<Void>> partitions;

    LoadProgress(int partitions) {
        this.partitions =
                Stream.generate(CompletableFuture<Void>::new).limit(partitions).toList();
    }

    void loaded(int partition) {
        partitions.get(partition).complete(null);
    }

    void failed(int partition, Throwable why) {
        partitions.get(partition).completeExceptionally(why);
    }

    CompletableFuture<Void> of(int partition) {
        return partitions.get(partition);
    }

    CompletableFuture<Void> all() {
        return CompletableFuture.allOf(partitions.toArray(CompletableFuture[]::new));
    }

    /** Blocks until each partition has been loaded or has failed. */
    void awaitAll() {
        try {
            all().join();
        } catch (CompletionException e) {
            // Each failure was reported to whoever waits for that partition; here only the end matters.
            return;
        }
    }

    /** Ends all waiting. */
    void stop(RuntimeException why) {
        partitions.forEach(partition -> partition.completeExceptionally(why));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.core.log.PartitionLog;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps the batches of each producer in each partition in order while the first of them waits for the
 * transaction coordinator, whatever requests and connections they came by. Thread-safe.
 */
final class ProducerQueues {
    /**
     * A queue: the batches of one producer in one partition.
     *
     * @param log the partition's
     * @param producerId the producer
     */
    record Key(PartitionLog log, long producerId) {}

    /** The end of the last batch of each queue; a queue that is empty is absent. */
    private final Map<Key, CompletableFuture<Void>> tails = new ConcurrentHashMap<>();

    /** @return true if no batch waits in a queue */
    boolean isEmpty(Key queue) {
        return !tails.containsKey(queue);
    }

    /**
     * Puts a batch at the end of a queue.
     *
     * @param end completed by {@link #remove}, when the batch has been appended or refused
     * @return the end of the batch before it; null when it is the first
     */
    CompletableFuture<Void> add(Key queue, CompletableFuture<Void> end) {
        return tails.put(queue, end);
    }

    /** Takes a batch from the front of a queue, and lets the next one go. */
    void remove(Key queue, CompletableFuture<Void> end) {
        tails.remove(queue, end);
        end.complete(null);
    }
}

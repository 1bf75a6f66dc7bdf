// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.produce;

import io.varve.core.log.PartitionLog;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps the batches of a producer in a partition in order, across requests and connections, while the first
 * of them waits for the transaction coordinator. Thread-safe.
 */
final class ProducerQueues {
    /**
     * The key of a queue, which holds the batches of one producer in one partition.
     *
     * @param log log of the partition
     * @param producerId id of the producer
     */
    record Key(PartitionLog log, long producerId) {}

    /** For each queue that is not empty: a future of the end of its last batch. */
    private final Map<Key, CompletableFuture<Void>> tails = new ConcurrentHashMap<>();

    /** @return true if no batch is in the queue */
    boolean isEmpty(Key queue) {
        return !tails.containsKey(queue);
    }

    /**
     * Adds a batch at the end of a queue.
     *
     * @param queue key of the queue
     * @param end the end of the batch, which {@link #remove} completes
     * @return the end of the batch before it; null when the queue was empty
     */
    CompletableFuture<Void> add(Key queue, CompletableFuture<Void> end) {
        return tails.put(queue, end);
    }

    /** Removes a batch that was appended or refused from the front of a queue, and completes its end. */
    void remove(Key queue, CompletableFuture<Void> end) {
        tails.remove(queue, end);
        end.complete(null);
    }
}

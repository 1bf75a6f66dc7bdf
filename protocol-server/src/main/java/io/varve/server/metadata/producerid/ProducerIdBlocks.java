// SPDX-License-Identifier: Apache-2.0
package io.varve.server.metadata.producerid;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Gives out producer ids from blocks. Each block is reserved by an event, as in Kafka. The rest of a block is
 * lost at a restart, so that no id is given out twice. Thread-safe.
 */
public final class ProducerIdBlocks implements ProducerIds {
    /** Ids in a block. */
    public static final int SIZE = 1000;

    private final Supplier<CompletableFuture<Long>> reserve;
    private final Deque<CompletableFuture<Long>> waiting = new ArrayDeque<>();
    private long next;
    private long end;

    /** @param reserve reserves a block durably and completes with its first id */
    public ProducerIdBlocks(Supplier<CompletableFuture<Long>> reserve) {
        this.reserve = reserve;
    }

    @Override
    public CompletableFuture<Long> next() {
        CompletableFuture<Long> future = new CompletableFuture<>();
        synchronized (this) {
            if (next < end) {
                return CompletableFuture.completedFuture(next++);
            }
            waiting.add(future);
            if (waiting.size() > 1) {
                return future;
            }
        }
        refill();
        return future;
    }

    private void refill() {
        reserve.get().whenComplete((first, failure) -> {
            if (failure == null) {
                serve(first);
            } else {
                fail(failure);
            }
        });
    }

    private void serve(long first) {
        Map<CompletableFuture<Long>, Long> served = new LinkedHashMap<>();
        boolean more;
        synchronized (this) {
            next = first;
            end = first + SIZE;
            while (next < end && !waiting.isEmpty()) {
                served.put(waiting.remove(), next++);
            }
            more = !waiting.isEmpty();
        }
        served.forEach(CompletableFuture::complete);
        if (more) {
            refill();
        }
    }

    private void fail(Throwable failure) {
        Deque<CompletableFuture<Long>> failed;
        synchronized (this) {
            failed = new ArrayDeque<>(waiting);
            waiting.clear();
        }
        failed.forEach(future -> future.completeExceptionally(failure));
    }
}

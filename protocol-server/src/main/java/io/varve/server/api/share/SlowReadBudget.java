// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.share;

import io.varve.core.log.read.ReadResult;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;

/**
 * Limits the reads of a remote tier that one share fetch has under way: one consumer must not take all
 * threads of the tier, nor have more read than its answer may hold. Used on the event loop of its connection.
 */
final class SlowReadBudget {
    /** Max number of reads of one fetch at a time. */
    static final int MAX_READS = 16;

    private record Started(CompletableFuture<ReadResult> read, int bytes) {}

    private final int maxBytes;
    private final List<Started> underWay = new ArrayList<>();

    /** @param maxBytes max bytes that are asked for at a time */
    SlowReadBudget(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Starts a read, unless enough are under way. A read always starts when none is.
     *
     * @param bytes max bytes of records
     * @param read starts the read of at most so many bytes, or of one batch
     * @return the read; null if enough are under way
     */
    CompletableFuture<ReadResult> start(int bytes, IntFunction<CompletableFuture<ReadResult>> read) {
        underWay.removeIf(one -> one.read().isDone());
        long rest = maxBytes - underWay.stream().mapToLong(Started::bytes).sum();
        if (underWay.size() >= MAX_READS || rest <= 0 && !underWay.isEmpty()) {
            return null;
        }
        int size = (int) Math.min(bytes, rest);
        CompletableFuture<ReadResult> started = read.apply(size);
        underWay.add(new Started(started, size));
        return started;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.runtime.Clock;
import io.varve.s3.client.MemoryBucket;
import io.varve.s3.client.ObjectStoreException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Watches the range reads of a bucket in memory; holds them up, or fails them. Thread-safe. */
final class WatchedBucket {
    private final MemoryBucket bucket = new MemoryBucket(Clock.system());
    private final List<String> reads = new CopyOnWriteArrayList<>();
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private volatile ObjectStoreException.Kind failure;
    private volatile Error error;

    WatchedBucket() {
        bucket.before(this::before);
    }

    MemoryBucket store() {
        return bucket;
    }

    /** Returns the keys of all range reads so far. */
    List<String> reads() {
        return reads;
    }

    /** Holds up range reads until {@link #letGo}. */
    void holdUp() {
        gate = new CountDownLatch(1);
    }

    void letGo() {
        gate.countDown();
    }

    /** Fails range reads from now on; null for no more. */
    void fail(ObjectStoreException.Kind kind) {
        failure = kind;
    }

    /** Ends range reads by an error from now on; null for no more. */
    void endBy(Error with) {
        error = with;
    }

    private void before(String request) {
        if (!request.startsWith("getRange ")) {
            return;
        }
        String key = request.substring("getRange ".length());
        reads.add(key);
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (error != null) {
            throw error;
        }
        if (failure != null) {
            throw new ObjectStoreException(failure, "injected on purpose", null);
        }
    }
}

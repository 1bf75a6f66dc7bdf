// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.bucket;

import io.varve.core.runtime.VirtualTime;
import io.varve.experiments.batch.Seeded;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.RequestKind;
import java.nio.file.Path;

/**
 * Serves storages in virtual time as a bucket does. Objects are kept whole; a request takes effect when its
 * time has passed. Thread-safe.
 */
public final class SimulatedBucket {
    final BucketModel model;
    final VirtualTime time;
    final ObjectShelf shelf;
    private final RequestLedger ledger = new RequestLedger();
    private final Seeded random;

    /**
     * @param model how the bucket behaves
     * @param time passes for each request
     * @param directory for large objects; empty or absent
     * @param seed what all random times follow from
     */
    public SimulatedBucket(BucketModel model, VirtualTime time, Path directory, long seed) {
        this.model = model;
        this.time = time;
        shelf = new ObjectShelf(directory);
        random = new Seeded(seed);
    }

    /** @return a client with counts and a close of its own, as a storage opens one */
    public ObjectStore connect() {
        return new SimulatedClient(this);
    }

    /** @return what it holds, and what all clients asked of it so far */
    public BucketUsage usage() {
        return ledger.usage(shelf.storedBytes());
    }

    /** Counts requests that were answered, and bytes of objects, of full size. */
    void answered(RequestKind kind, long requests, long bytes) {
        ledger.answered("", kind, requests, bytes);
    }

    boolean isAway() {
        return model.isAway(time.millis());
    }

    /** @return ms until the first byte of an answer */
    synchronized double firstByteMs() {
        return model.times().medianMs() * StrictMath.exp(model.times().sigma() * random.nextGaussian());
    }
}

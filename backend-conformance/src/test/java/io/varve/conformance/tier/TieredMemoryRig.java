// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.tier;

import io.varve.conformance.rig.TierFaults;
import io.varve.conformance.rig.TieredRig;
import io.varve.core.memory.MemoryStorage;
import io.varve.core.spi.Storage;
import java.util.Set;

/** Restarts and crashes a tier in memory. */
final class TieredMemoryRig implements TieredRig {
    private final TierFlaw flaw;
    private final BucketInMemory bucket;
    private TierNotes notes = new TierNotes();
    private TieredMemoryStorage storage;
    private TieredMemoryStorage second;
    private MemoryStorage kept;

    TieredMemoryRig(TierFlaw flaw) {
        this.flaw = flaw;
        this.bucket = new BucketInMemory(flaw);
        storage = new TieredMemoryStorage(bucket, new MemoryStorage(), notes, flaw);
    }

    @Override
    public Storage storage() {
        return storage;
    }

    @Override
    public Storage reopen() {
        storage.close();
        return open(storage.hot.reopen());
    }

    @Override
    public Storage crash() {
        return open(storage.hot.crash());
    }

    @Override
    public Storage loseDisk() {
        storage.hot.close();
        notes = new TierNotes();
        return open(new MemoryStorage());
    }

    @Override
    public void keepDisk() {
        kept = storage.hot.afterCrash();
    }

    @Override
    public Storage returnToKeptDisk() {
        storage.hot.close();
        return open(kept);
    }

    private Storage open(MemoryStorage hot) {
        storage = new TieredMemoryStorage(bucket, hot, notes, flaw);
        return storage;
    }

    @Override
    public Storage takeOver() {
        second = new TieredMemoryStorage(bucket, new MemoryStorage(), new TierNotes(), flaw);
        return second;
    }

    @Override
    public UploadPause pauseUpload() {
        bucket.pause();
        return new UploadPause() {
            @Override
            public boolean reached() {
                return bucket.isPaused();
            }

            @Override
            public void release() {
                bucket.release();
            }
        };
    }

    @Override
    public TierFaults tierFaults() {
        return bucket;
    }

    @Override
    public void settle() {
        storage.work();
        bucket.sweep();
    }

    @Override
    public Set<String> objects() {
        return bucket.keys();
    }

    @Override
    public void close() {
        storage.close();
        if (second != null) {
            second.close();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import io.varve.core.spi.StorageContext;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.manifest.AsideRequests;
import io.varve.s3.manifest.Manifest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes unnamed objects and sweeps the bucket now and then, as an agent. Thread-safe.
 */
public final class BucketUpkeep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BucketUpkeep.class);
    private static final long DELETE_PERIOD_MS = 1_000;

    private final ObjectDeleter deleter;
    private final BucketSweep sweep;
    private final ObjectStore store;
    private final Manifest manifest;
    private final UpkeepAgent agent;
    private volatile boolean sweepDue;

    /**
     * Starts the agent.
     *
     * @param deleter deletes what the manifest names no longer
     * @param sweep finds what nothing names
     * @param store has the requests of tools
     * @param manifest tells whether the storage is still this server's
     * @param sweepPeriodMs ms between two sweeps, at least 1; the first one takes place after it too
     * @param context time and threads
     */
    public BucketUpkeep(
            ObjectDeleter deleter,
            BucketSweep sweep,
            ObjectStore store,
            Manifest manifest,
            long sweepPeriodMs,
            StorageContext context) {
        this.deleter = deleter;
        this.sweep = sweep;
        this.store = store;
        this.manifest = manifest;
        agent = UpkeepAgent.waiting(context.scheduler(), "s3-upkeep", "upkeep of the bucket", this::run)
                .every(DELETE_PERIOD_MS, deleter::isDue)
                .every(sweepPeriodMs, () -> sweepDue = true);
    }

    private void run() {
        deleter.run();
        if (sweepDue) {
            sweepDue = false;
            sweep();
        }
    }

    /**
     * The owner is verified after the search, whatever it found: what nothing names here, a later owner may
     * name. No later owner can have stored what was found before.
     */
    private void sweep() {
        try {
            AsideRequests.carryOut(store, manifest);
            BucketSweep.Leftovers found = sweep.find();
            if (!manifest.verifyOwner()) {
                return;
            }
            if (!found.unknown().isEmpty()) {
                LOG.warn("left alone keys in the bucket that this storage did not make: {}", found.unknown());
            }
            if (!found.objects().isEmpty() || !found.uploads().isEmpty()) {
                int deleted = sweep.delete(found);
                LOG.info(
                        "swept {} objects and unfinished uploads of {} bytes that the manifest does not name",
                        deleted,
                        found.bytes());
            }
        } catch (ObjectStoreException e) {
            LOG.warn("the bucket was not swept; the next sweep tries again: {}", e.getMessage());
        }
    }

    /** Ends after the request in progress, unless that gets no answer. Idempotent. */
    @Override
    public void close() {
        agent.close();
    }
}

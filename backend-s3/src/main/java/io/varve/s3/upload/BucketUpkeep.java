// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.StorageContext;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.manifest.Manifest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes unnamed objects and sweeps the bucket now and then, on a thread of its own. Thread-safe.
 */
public final class BucketUpkeep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BucketUpkeep.class);
    private static final long DELETE_PERIOD_MS = 1_000;

    private final ObjectDeleter deleter;
    private final BucketSweep sweep;
    private final Manifest manifest;
    private final Scheduler.Task deletions;
    private final Scheduler.Task sweeps;
    private final Thread thread;
    private boolean deletionDue;
    private boolean sweepDue;
    private boolean closed;

    /**
     * Starts the thread.
     *
     * @param deleter deletes what the manifest names no longer
     * @param sweep finds what nothing names
     * @param manifest tells whether the storage is still this server's
     * @param sweepPeriodMs ms between two sweeps, at least 1; the first one takes place after it too
     * @param context time and threads
     */
    public BucketUpkeep(
            ObjectDeleter deleter, BucketSweep sweep, Manifest manifest, long sweepPeriodMs, StorageContext context) {
        this.deleter = deleter;
        this.sweep = sweep;
        this.manifest = manifest;
        deletions = context.scheduler().scheduleEvery(DELETE_PERIOD_MS, () -> wake(false));
        sweeps = context.scheduler().scheduleEvery(sweepPeriodMs, () -> wake(true));
        thread = context.scheduler().start("s3-upkeep", this::run);
    }

    private synchronized void wake(boolean forSweep) {
        deletionDue = true;
        sweepDue |= forSweep;
        notifyAll();
    }

    private void run() {
        for (Work work = await(); work != Work.NONE; work = await()) {
            try {
                deleter.run();
                if (work == Work.SWEEP) {
                    sweep();
                }
            } catch (RuntimeException e) {
                LOG.error("upkeep of the bucket failed, and is tried again", e);
            }
        }
    }

    /**
     * The owner is verified after the search, whatever it found: what nothing names here, a later owner may
     * name. No later owner can have stored what was found before.
     */
    private void sweep() {
        try {
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

    private enum Work {
        DELETE,
        SWEEP,
        NONE
    }

    private synchronized Work await() {
        boolean interrupted = false;
        while (!closed && !deletionDue) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Work work = closed ? Work.NONE : sweepDue ? Work.SWEEP : Work.DELETE;
        deletionDue = false;
        sweepDue = false;
        return work;
    }

    /** Ends after the request in progress, unless that gets no answer. Idempotent. */
    @Override
    public void close() {
        deletions.cancel();
        sweeps.cancel();
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        WorkerThreads.join(thread);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.s3.manifest.LocalJournal;
import io.varve.s3.upload.SegmentUploader;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at each open partition now and then: has new starts committed, ends active segments that have waited
 * long enough, and drops remote copies where the tier is off. Has its own thread.
 */
final class TierUpkeep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TierUpkeep.class);
    private static final long MAX_PERIOD_MS = 1_000;
    private static final int CHECKS_IN_DELAY = 10;

    private final PartitionCatalog catalog;
    private final LocalJournal journal;
    private final Clock clock;
    private final long maxDelayMs;
    private final Storage hotStorage;
    private final SegmentUploader uploader;
    private final Scheduler.Task task;
    private final Thread thread;
    private boolean due;
    private boolean closed;
    /** The active segments that have records, and when they were seen first. */
    private final Map<S3Partition, Active> active = new WeakHashMap<>();

    private record Active(long baseOffset, long sinceMs) {}

    /** Starts the thread. */
    TierUpkeep(PartitionCatalog catalog, TierParts parts, SegmentUploader uploader) {
        this.catalog = catalog;
        this.journal = parts.journal();
        this.clock = parts.context().clock();
        this.maxDelayMs = parts.config().uploadMaxDelayMs();
        this.hotStorage = parts.hot();
        this.uploader = uploader;
        long period = Math.max(1, Math.min(MAX_PERIOD_MS, maxDelayMs / CHECKS_IN_DELAY));
        task = parts.context().scheduler().scheduleEvery(period, this::wake);
        thread = parts.context().scheduler().start("s3-tier", this::loop);
    }

    private synchronized void wake() {
        due = true;
        notifyAll();
    }

    private void loop() {
        while (await()) {
            try {
                run();
            } catch (RuntimeException e) {
                LOG.error("upkeep of the tier failed, and is tried again", e);
            }
        }
    }

    private synchronized boolean await() {
        boolean interrupted = false;
        while (!closed && !due) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        due = false;
        return !closed;
    }

    private void run() {
        for (S3Partition partition : catalog.opened()) {
            try {
                partition.commitStart(journal, () -> uploader.offer(partition));
                dropIfOff(partition);
                sealIfDue(partition);
                if (partition.hasNew()) {
                    uploader.offer(partition); // the last offer came too early: remote copies were going
                }
            } catch (StorageException e) {
                notDone(partition, e);
            }
        }
        journal.settle();
    }

    /** With the writer's lock: else local copies may go between the look at them and the edit. */
    private static void dropIfOff(S3Partition partition) {
        if (partition.writer.tryLock()) {
            try {
                partition.dropIfOff();
            } finally {
                partition.writer.unlock();
            }
        }
    }

    private static void notDone(S3Partition partition, StorageException e) {
        switch (e.kind()) {
            case CLOSED, FENCED -> LOG.debug("{}: {}", partition.id(), e.getMessage());
            default -> LOG.warn("{}: upkeep of the tier failed, and is tried again", partition.id(), e);
        }
    }

    private void sealIfDue(S3Partition partition) {
        if (!partition.copies()) {
            active.remove(partition);
            return;
        }
        PartitionStore hot = partition.hot();
        long base = hot.sealedEnd();
        if (hot.extent().durableEnd() <= base) {
            active.remove(partition);
            return;
        }
        Active known = active.get(partition);
        if (known == null || known.baseOffset() != base) {
            active.put(partition, new Active(base, clock.millis()));
        } else if (clock.millis() - known.sinceMs() >= maxDelayMs && partition.writer.tryLock()) {
            try {
                hot.seal();
            } finally {
                partition.writer.unlock();
            }
            hotStorage.sync(List.of(hot));
            uploader.offer(partition);
        }
    }

    @Override
    public void close() {
        task.cancel();
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

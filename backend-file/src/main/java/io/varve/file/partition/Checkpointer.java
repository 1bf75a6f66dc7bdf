// SPDX-License-Identifier: Apache-2.0
package io.varve.file.partition;

import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.StorageException;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the checkpoints of data directories in the background: at intervals, and after a number of appended
 * bytes. They bound how much a start after a crash has to scan. Thread-safe.
 */
public final class Checkpointer {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);
    private static final int SYNCS_PER_CHECKPOINT = 4;

    private final Scheduler scheduler;
    private final long everyBytes;
    private volatile Scheduler.Task task = () -> {};
    private volatile boolean stopped;

    /**
     * @param everyBytes bytes appended to a directory after which its checkpoints are written before the
     *     interval ends, at least 1
     */
    public Checkpointer(Scheduler scheduler, long everyBytes) {
        this.scheduler = scheduler;
        this.everyBytes = everyBytes;
    }

    /**
     * Starts to write the checkpoints at intervals.
     *
     * @param intervalMs ms between two writes, at least 1
     */
    public void start(List<DataDirectory> directories, long intervalMs) {
        task = scheduler.scheduleEvery(intervalMs, () -> directories.forEach(this::write));
    }

    /** Stops writing in the background. */
    public void stop() {
        stopped = true;
        task.cancel();
    }

    /**
     * Writes the checkpoints of a directory, and fills its reserve again. A failure is logged; the next
     * interval tries again.
     */
    public void write(DataDirectory directory) {
        try {
            if (!stopped) {
                directory.ring().checkpoint();
                directory.writeAll();
                directory.space().refillReserve();
            }
        } catch (IOException e) {
            LOG.warn("Checkpoints of {} could not be written: {}; trying again", directory.path(), e.getMessage());
        }
    }

    /** Counts appended bytes of a directory, and schedules a write of its checkpoints when it is due. */
    void appended(DataDirectory directory, int bytes) {
        if (directory.checkpoints().areDueAfter(bytes, everyBytes)) {
            scheduler.schedule(0, () -> write(directory));
        }
    }

    /**
     * @param unsyncedBytes bytes appended to a partition since its last sync in the background
     * @return true if the partition must be synced, so that its recovery point rises
     */
    boolean isSyncDue(long unsyncedBytes) {
        return unsyncedBytes >= Math.max(1, everyBytes / SYNCS_PER_CHECKPOINT);
    }

    /**
     * Syncs a partition in the background. With {@code log.durability=async} no other sync may come for a
     * long time.
     */
    void syncSoon(FileStore store) {
        scheduler.schedule(0, () -> {
            try {
                store.sync();
            } catch (StorageException e) {
                LOG.debug("{} was not synced in the background", store.id(), e); // the next append or sync throws it
            }
        });
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.SurvivedFailure;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.s3.manifest.LocalJournal;
import io.varve.s3.upload.SegmentUploader;
import io.varve.s3.upload.UpkeepAgent;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at each open partition now and then: ends truncations that the bucket has taken, has new starts
 * committed, ends active segments that have waited long enough, and drops remote copies where the tier is
 * off. Waits for no request.
 */
final class TierUpkeep implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TierUpkeep.class);
    private static final long MAX_PERIOD_MS = 1_000;
    private static final int CHECKS_IN_DELAY = 10;

    private final PartitionCatalog catalog;
    private final LocalJournal journal;
    private final TruncationEnd truncationEnd;
    private final Clock clock;
    private final long maxDelayMs;
    private final Storage hotStorage;
    private final SegmentUploader uploader;
    private final UpkeepAgent agent;
    /** The active segments that have records, and when they were seen first. */
    private final Map<S3Partition, Active> active = new WeakHashMap<>();

    /** Partitions whose segment was ended here, and whose sync failed. */
    private final Set<S3Partition> unsynced = Collections.newSetFromMap(new WeakHashMap<>());

    private record Active(long baseOffset, long sinceMs) {}

    /** Starts the agent. */
    TierUpkeep(PartitionCatalog catalog, TierParts parts, SegmentUploader uploader) {
        this.catalog = catalog;
        this.journal = parts.journal();
        this.truncationEnd = new TruncationEnd(journal);
        this.clock = parts.context().clock();
        this.maxDelayMs = parts.config().uploadMaxDelayMs();
        this.hotStorage = parts.hot();
        this.uploader = uploader;
        long period = Math.max(1, Math.min(MAX_PERIOD_MS, maxDelayMs / CHECKS_IN_DELAY));
        agent = UpkeepAgent.local(parts.context().scheduler(), "s3-tier", "upkeep of the tier", this::run)
                .every(period);
    }

    private void run() {
        for (S3Partition partition : catalog.opened()) {
            try {
                endTruncation(partition);
                partition.commitStart(journal, () -> uploader.offer(partition.uploads()));
                dropIfOff(partition);
                syncAgain(partition);
                sealIfDue(partition);
                if (partition.uploads().hasNew()) {
                    uploader.offer(partition.uploads()); // the last offer came too early: remote copies were going
                }
            } catch (StorageException e) {
                notDone(partition, e);
            } catch (RuntimeException | Error e) {
                SurvivedFailure.log(LOG, partition.id() + ": upkeep of the tier failed, and is tried again", e);
            }
        }
        journal.settle();
    }

    /** The bucket may have taken a truncation after its caller had ceased to wait. */
    private void endTruncation(S3Partition partition) {
        UndecidedTruncation truncation = partition.undecided();
        if (truncation != null && truncation.isDecided() && partition.writer.tryLock()) {
            try {
                truncationEnd.requireDecided(partition, partition.hot());
            } finally {
                partition.writer.unlock();
            }
        }
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
        if (!partition.uploads().copies()) {
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
            sync(partition, hot);
        }
    }

    private void syncAgain(S3Partition partition) {
        if (unsynced.remove(partition)) {
            sync(partition, partition.hot());
        }
    }

    private void sync(S3Partition partition, PartitionStore hot) {
        unsynced.add(partition);
        StorageException failure = hotStorage.sync(List.of(hot)).byPartition().get(partition.id());
        if (failure != null) {
            throw failure;
        }
        unsynced.remove(partition);
        uploader.offer(partition.uploads());
    }

    @Override
    public void close() {
        agent.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.compaction;

import io.varve.conformance.rig.StorageRig;
import io.varve.core.compaction.Cleaner;
import io.varve.core.compaction.CleaningResult;
import io.varve.core.compaction.CompactionConfig;
import io.varve.core.compaction.CompactionThrottle;
import io.varve.core.log.PartitionLog;
import io.varve.core.log.config.PartitionConfig;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.PartitionId;
import java.util.List;
import java.util.UUID;

/**
 * Drives one partition on a rig in virtual time: commits, restarts, crashes and cleans it when the history
 * says so.
 */
final class CompactedLog {
    private static final PartitionId ID = new PartitionId("keyed", new UUID(8, 9), 0);

    final VirtualTime time = new VirtualTime(1_700_000_000_000L);
    final FailPoints failPoints = new FailPoints();
    private final StorageRig rig;
    private final PartitionConfig config;
    private final Cleaner cleaner;
    PartitionLog log;

    CompactedLog(StorageRig rig, PartitionConfig config, CompactionConfig compaction) {
        this.rig = rig;
        this.config = config;
        this.cleaner = new Cleaner(
                compaction, time, new CompactionThrottle(compaction.bytesPerSecond(), time, time), failPoints);
        open();
    }

    private void open() {
        log = PartitionLog.open(
                rig.storage().open(ID, 0, config.settings(0)), 0, config, time, (unused, records) -> {}, failPoints);
    }

    /** Makes everything durable and visible. */
    void commit() {
        rig.storage().sync(List.of(log.commitTarget().store()));
        log.commitTarget().committed(log.extent().durableEnd());
    }

    /** Stops in order, and starts again. */
    void restart() {
        log.producers().writeSnapshot();
        rig.reopen();
        open();
    }

    /** Cuts the power after a commit, and starts again. */
    void crash() {
        commit();
        rig.crash();
        open();
    }

    /** @return what was cleaned, or null when it is not time */
    CleaningResult clean() {
        Cleaner.Due due = cleaner.look(log.maintenance());
        return due == null ? null : cleaner.clean(due);
    }

    /** Cleans until nothing is due. */
    void cleanAll() {
        while (clean() != null) {}
    }
}

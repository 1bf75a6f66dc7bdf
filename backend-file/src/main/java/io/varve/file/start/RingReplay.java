// SPDX-License-Identifier: Apache-2.0
package io.varve.file.start;

import io.varve.core.spi.PartitionId;
import io.varve.file.disk.Disk;
import io.varve.file.disk.FileFailPoints;
import io.varve.file.disk.FileNames;
import io.varve.file.partition.DataDirectory;
import io.varve.file.partition.FilePartition;
import io.varve.file.ring.RingContent;
import io.varve.file.ring.RingEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the batches that only a ring is sure to have to the logs they belong to, before a start after a
 * crash recovers those. Recovery then verifies and forces them, as it does with all batches past a recovery
 * point; until all partitions are recovered the ring stays as it is, so that this may run again.
 */
public final class RingReplay {
    private static final Logger LOG = LoggerFactory.getLogger(RingReplay.class);
    /** Raises no recovery point. */
    private static final long UNKNOWN = -1;

    private final DataDirectory directory;
    private final Map<PartitionId, FilePartition> partitions = new HashMap<>();
    /** The last frame whose entries of a partition do not count. */
    private final Map<PartitionId, Long> forgotten = new HashMap<>();
    /** Partitions whose logs have other sound batches where the ring has some. */
    private final Set<PartitionId> contradicted = new HashSet<>();
    /** The first offset that the ring has of each partition, among those past its recovery point. */
    private final Map<PartitionId, Long> oldest = new HashMap<>();

    private long entries;
    private long written;

    /** @param directory a directory whose partitions were found, but not loaded */
    public RingReplay(DataDirectory directory) {
        this.directory = directory;
    }

    /** Writes the batches to the logs; they are not durable there on return. */
    public void run() throws IOException {
        RingContent content = RingContent.read(directory.ring().path());
        if (!content.damage().isEmpty()) {
            LOG.warn(
                    "durability receipt: {} is damaged: {}; acknowledged batches that were not in the logs yet may be"
                            + " lost",
                    directory.ring().path(),
                    content.damage());
        }
        if (content.isEmpty()) {
            return;
        }
        directory.partitions().forEach(partition -> partitions.put(partition.id(), partition));
        content.visit((sequence, entry) -> {
            if (entry.isForget()) {
                forgotten.put(entry.id(), sequence);
            }
        });
        try (ReplayedLogs logs = new ReplayedLogs()) {
            content.visit((sequence, entry) -> {
                if (!entry.isForget() && sequence > forgotten.getOrDefault(entry.id(), 0L)) {
                    write(entry, logs);
                }
            });
        }
        directory.ring().hit(FileFailPoints.RING_AFTER_REPLAY);
        if (content.damage().isEmpty()) { // otherwise older ones may be lost
            oldest.keySet().removeAll(contradicted);
            oldest.forEach((id, offset) -> partitions.get(id).durability().wasForced(offset));
        }
        LOG.info(
                "durability receipt: {} had {} commits of partitions; {} bytes of them were not in the logs",
                directory.ring().path(),
                entries,
                written);
    }

    private void write(RingEntry entry, ReplayedLogs logs) throws IOException {
        FilePartition partition = partitions.get(entry.id());
        if (partition == null || contradicted.contains(entry.id())) {
            LOG.debug("{} is not there: skipping what the ring has of it", entry.id());
            return;
        }
        ReplayedBatches batches = new ReplayedBatches(entry);
        if (batches.nextOffset() <= partition.durability().recoveryPoint()) {
            return; // the log was forced since
        }
        Path path = partition.directory().file(entry.base(), FileNames.LOG);
        if (!Files.exists(path)) {
            LOG.debug("{} was removed: skipping what the ring has of it", path);
            oldest.putIfAbsent(entry.id(), UNKNOWN); // or it is lost, with what was forced before later entries
            return;
        }
        entries++;
        oldest.putIfAbsent(entry.id(), batches.firstOffset());
        ReplayedLogs.OpenLog log = logs.open(path);
        int same = batches.sameIn(log.read(entry.position(), entry.bytes().limit()));
        if (same == entry.bytes().limit()) {
            return;
        }
        if (batches.otherSoundIn(log.file(), same)) {
            contradicted.add(entry.id());
            LOG.warn(
                    "durability receipt: {} has other sound batches at byte {} than {}: keeping those of the log",
                    path,
                    entry.position() + same,
                    directory.ring().path());
            return;
        }
        Disk.writeFully(
                log.file(), entry.bytes().slice(same, entry.bytes().limit() - same), (long) entry.position() + same);
        log.wrote(entry.lastAppendMs());
        written += entry.bytes().limit() - same;
    }
}

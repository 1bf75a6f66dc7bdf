// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.run;

import io.varve.core.runtime.FailPoints;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageException;
import io.varve.experiments.scenario.BackendSpec;
import io.varve.experiments.scenario.FaultSpec;
import io.varve.experiments.scenario.Scenario;
import io.varve.experiments.workload.SimulatedPartition;
import java.util.List;
import java.util.Map;

/**
 * Limits the local disk of a run. Storages in memory and LMDB have a setting for it. Files take what the file
 * system gives: their appends are refused at their own failpoint, before a byte is written, once the segments
 * on this machine leave no space for the next batch. What a refusal leads to is the product's: space made on
 * the disk, records given up, producers refused. What compaction writes is not limited on files. Not
 * thread-safe.
 */
final class LocalDisk {
    private static final String FILE_APPEND = "file.append.before-write";
    private static final String MEMORY_MAX = "memory.max.bytes";
    private static final String LMDB_MAX = "lmdb.map.max.size";
    private static final String LMDB_INITIAL = "lmdb.map.initial.size";
    /** What LMDB's map has at least, and begins with by default. */
    private static final long LMDB_MIN_BYTES = 1 << 20;

    private static final long LMDB_INITIAL_BYTES = 64 << 20;

    private final BackendSpec.Kind storage;
    private final long maxBytes;
    private List<SimulatedPartition> partitions = List.of();
    private long nextBytes;

    private LocalDisk(BackendSpec.Kind storage, long maxBytes) {
        this.storage = storage;
        this.maxBytes = maxBytes;
    }

    /** @param storage keeps what is on this machine */
    static LocalDisk of(Scenario scenario, BackendSpec.Kind storage) {
        long bytes = scenario.environment().faults().stream()
                .filter(FaultSpec.LimitedDisk.class::isInstance)
                .mapToLong(fault -> ((FaultSpec.LimitedDisk) fault).bytes()
                        / scenario.timing().scale())
                .min()
                .orElse(Long.MAX_VALUE);
        return new LocalDisk(storage, bytes);
    }

    /** @return bytes that fit, of the run's scale */
    long maxBytes() {
        return maxBytes;
    }

    private boolean isLimited() {
        return maxBytes < Long.MAX_VALUE;
    }

    /** @throws IllegalArgumentException if the storage cannot be that small */
    void requirePossible() {
        if (storage == BackendSpec.Kind.LMDB && maxBytes < LMDB_MIN_BYTES) {
            throw new IllegalArgumentException(
                    "faults: the disk has " + maxBytes + " bytes at this scale, and lmdb takes " + LMDB_MIN_BYTES
                            + " at least: make the disk larger or the scale smaller, or use file, memory or headers");
        }
    }

    /** @param properties of the storage, changed in place: a smaller limit of the scenario's own stays */
    void limit(Map<String, String> properties) {
        if (isLimited() && storage == BackendSpec.Kind.MEMORY) {
            lower(properties, MEMORY_MAX, maxBytes);
        }
        if (isLimited() && storage == BackendSpec.Kind.LMDB) {
            lower(properties, LMDB_MAX, maxBytes);
            lower(properties, LMDB_INITIAL, Math.min(maxBytes, LMDB_INITIAL_BYTES));
        }
    }

    private static void lower(Map<String, String> properties, String key, long bytes) {
        properties.merge(
                key, Long.toString(bytes), (own, limit) -> Long.parseLong(own) <= Long.parseLong(limit) ? own : limit);
    }

    /** @param failPoints of the storage */
    void limit(FailPoints failPoints) {
        if (isLimited() && storage == BackendSpec.Kind.FILE) {
            failPoints.arm(FILE_APPEND, this::requireSpace);
        }
    }

    private void requireSpace() {
        long used = 0;
        for (SimulatedPartition partition : partitions) {
            for (Segment segment : partition.log().segments()) {
                used += segment.isLocal() ? segment.bytes() : 0;
            }
        }
        if (used + nextBytes > maxBytes) {
            throw new StorageException(
                    StorageException.Kind.FULL,
                    nextBytes + " bytes do not fit on the disk, " + used + " of " + maxBytes + " are used");
        }
    }

    /** @param all what lies on the disk */
    void holds(List<SimulatedPartition> all) {
        partitions = all;
    }

    /** @param bytes of the batch that is appended next */
    void takes(int bytes) {
        nextBytes = bytes;
    }
}

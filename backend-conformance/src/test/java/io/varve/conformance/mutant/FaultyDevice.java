// SPDX-License-Identifier: Apache-2.0
package io.varve.conformance.mutant;

import io.varve.conformance.rig.StorageFaults;
import io.varve.core.record.BatchHeader;
import io.varve.core.spi.PartitionId;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What outlives a specimen's storage: whether its pretended device is full, fails, or has lost bytes.
 * Thread-safe.
 */
final class FaultyDevice implements StorageFaults {
    volatile boolean full;
    volatile boolean failing;
    volatile boolean lengthened;
    /** The last restart was one that loses what this mutant forgets. */
    volatile boolean crashed;
    /** Another process has died while it read. */
    volatile boolean deadReader;
    /** Base offsets of the batches that are damaged. */
    private final Map<PartitionId, Set<Long>> damaged = new ConcurrentHashMap<>();

    @Override
    public boolean corrupt(PartitionId id, ByteBuffer batch, int at) {
        damaged.computeIfAbsent(id, unused -> ConcurrentHashMap.newKeySet()).add(BatchHeader.baseOffset(batch, 0));
        return true;
    }

    boolean isDamaged(PartitionId id, long base) {
        return damaged.getOrDefault(id, Set.of()).contains(base);
    }

    /** @return base offsets of the damaged batches of a partition */
    Set<Long> damaged(PartitionId id) {
        return damaged.getOrDefault(id, Set.of());
    }

    boolean isDamaged(PartitionId id) {
        return damaged.containsKey(id);
    }

    @Override
    public boolean verifiesReads() {
        return true;
    }

    @Override
    public boolean fill() {
        full = true;
        return true;
    }

    @Override
    public boolean lengthenIndexes() {
        lengthened = true;
        return true;
    }

    @Override
    public boolean failSyncs() {
        failing = true;
        return true;
    }

    @Override
    public void heal() {
        full = false;
        failing = false;
    }
}

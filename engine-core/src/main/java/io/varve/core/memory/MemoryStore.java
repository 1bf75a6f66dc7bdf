// SPDX-License-Identifier: Apache-2.0
package io.varve.core.memory;

import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.Extent;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.SegmentLimits;
import io.varve.core.spi.Snapshots;
import io.varve.core.spi.StorageException;
import java.util.List;
import java.util.Objects;

/** A handle on a partition: checks that it still may, and locks the partition for every call. Thread-safe. */
final class MemoryStore implements PartitionStore {
    final MemoryStorage storage;
    final MemoryPartition partition;
    private final long epoch;
    private final MemorySnapshots snapshots = new MemorySnapshots(this);
    private SegmentLimits limits;
    private boolean closed;

    MemoryStore(MemoryStorage storage, MemoryPartition partition, long epoch, SegmentLimits limits) {
        this.storage = storage;
        this.partition = partition;
        this.epoch = epoch;
        this.limits = Objects.requireNonNull(limits, "limits");
    }

    @Override
    public PartitionId id() {
        return partition.id;
    }

    @Override
    public Extent extent() {
        synchronized (partition) {
            requireOpen();
            return partition.extent();
        }
    }

    @Override
    public void limits(SegmentLimits limits) {
        synchronized (partition) {
            requireWriter();
            this.limits = Objects.requireNonNull(limits, "limits");
        }
    }

    @Override
    public void append(BatchRun run) {
        synchronized (partition) {
            requireWriter();
            partition.append(run, limits);
        }
    }

    @Override
    public BatchSlice read(long offset, long endOffset, int maxBytes) {
        synchronized (partition) {
            requireOpen();
            return partition.read(offset, endOffset, maxBytes);
        }
    }

    @Override
    public OffsetAt offsetAt(long timestamp) {
        synchronized (partition) {
            requireOpen();
            return partition.offsetAt(timestamp);
        }
    }

    @Override
    public List<Segment> segments() {
        synchronized (partition) {
            requireOpen();
            return partition.segments();
        }
    }

    @Override
    public void trimTo(long start) {
        synchronized (partition) {
            requireWriter();
            partition.trimTo(start);
        }
    }

    @Override
    public void truncateTo(long end) {
        synchronized (partition) {
            requireWriter();
            partition.truncateTo(end);
        }
    }

    @Override
    public void replace(List<Segment> old, BatchSource cleaned) {
        synchronized (partition) {
            requireWriter();
            partition.replace(old, cleaned);
        }
    }

    @Override
    public Snapshots snapshots() {
        return snapshots;
    }

    @Override
    public void close() {
        synchronized (partition) {
            closed = true;
        }
    }

    void sync() {
        synchronized (partition) {
            requireWriter();
            partition.sync();
        }
    }

    /** Call with the partition locked. */
    void requireOpen() {
        if (closed || partition.deleted || partition.shut) {
            throw new StorageException(
                    StorageException.Kind.CLOSED, partition.id + (partition.deleted ? " was deleted" : " is closed"));
        }
    }

    /** Call with the partition locked. */
    void requireWriter() {
        requireOpen();
        if (epoch < partition.highestEpoch) {
            throw new StorageException(
                    StorageException.Kind.FENCED,
                    partition.id + ": epoch " + epoch + " is fenced by " + partition.highestEpoch);
        }
    }

    /** Call with the partition locked. */
    boolean isOpen() {
        return !closed;
    }

    long epoch() {
        return epoch;
    }
}

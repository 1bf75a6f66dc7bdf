// SPDX-License-Identifier: Apache-2.0
package io.varve.file;

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
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** A handle on a partition: checks that it still may, and orders writes. Thread-safe. */
final class FileStore implements PartitionStore {
    final FileStorage storage;
    final FilePartition partition;
    private final long epoch;
    private volatile SegmentLimits limits;
    /** Bytes appended since the storage was last asked to see to their durability; guarded by the partition. */
    private long unsettled;

    private volatile boolean closed;

    FileStore(FileStorage storage, FilePartition partition, long epoch, SegmentLimits limits) {
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
        requireOpen();
        return partition.extent();
    }

    @Override
    public void limits(SegmentLimits limits) {
        requireWriter();
        this.limits = Objects.requireNonNull(limits, "limits");
    }

    @Override
    public void append(BatchRun run) {
        synchronized (partition) {
            requireWriter();
            int bytes = run.bytes().remaining();
            partition.append(run, limits);
            unsettled += bytes;
            if (unsettled >= storage.settleBytes()) {
                unsettled = 0;
                storage.settle(this);
            }
            storage.appended(partition.home, bytes);
        }
    }

    @Override
    public BatchSlice read(long offset, long endOffset, int maxBytes) {
        requireOpen();
        return partition.read(offset, endOffset, maxBytes);
    }

    @Override
    public OffsetAt offsetAt(long timestamp) {
        requireOpen();
        return partition.offsetAt(timestamp);
    }

    @Override
    public List<Segment> segments() {
        requireOpen();
        return partition.segments();
    }

    @Override
    public void trimTo(long start) {
        synchronized (partition) {
            requireWriter();
            new PartitionEdits(partition).trimTo(start);
        }
    }

    @Override
    public void truncateTo(long end) {
        synchronized (partition) {
            requireWriter();
            partition.durability.requireSound();
            new PartitionEdits(partition).truncateTo(end);
        }
    }

    @Override
    public void replace(List<Segment> old, BatchSource cleaned) {
        requireWriter();
        partition.durability.requireSound();
        Replacement replacement = new Replacement(partition, old, limits);
        synchronized (partition) {
            requireWriter();
            replacement.requirePresent();
        }
        Path aside = replacement.write(cleaned);
        synchronized (partition) {
            try {
                requireWriter();
                replacement.commit(aside);
            } catch (StorageException e) {
                Disk.discard(aside, e);
                throw e;
            }
        }
    }

    @Override
    public Snapshots snapshots() {
        return new FileSnapshots(this, partition.directory());
    }

    @Override
    public void close() {
        closed = true;
    }

    boolean isOpen() {
        return !closed;
    }

    long epoch() {
        return epoch;
    }

    /** @throws StorageException FENCED, CLOSED, or what keeps the bytes from becoming durable */
    void sync() {
        requireWriter();
        partition.durability.sync();
        requireWriter(); // whoever fenced this handle meanwhile may have put other bytes where its own were
    }

    void requireOpen() {
        String gone = partition.gone;
        if (closed || gone != null) {
            throw new StorageException(
                    StorageException.Kind.CLOSED, partition.id + (gone != null ? gone : ": this handle is closed"));
        }
    }

    private void requireWriter() {
        requireOpen();
        if (epoch < partition.highestEpoch) {
            throw new StorageException(
                    StorageException.Kind.FENCED,
                    partition.id + ": epoch " + epoch + " is fenced by " + partition.highestEpoch);
        }
    }

    @FunctionalInterface
    interface Write {
        void run() throws IOException;
    }

    /** Runs a small write as the partition's writer. */
    void writing(Write write) {
        synchronized (partition) {
            requireWriter();
            try {
                write.run();
            } catch (IOException e) {
                throw Disk.writeFailure("writing a snapshot", partition.directory(), e);
            }
        }
    }
}

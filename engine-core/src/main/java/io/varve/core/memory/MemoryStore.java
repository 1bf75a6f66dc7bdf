// SPDX-License-Identifier: Apache-2.0
package io.varve.core.memory;

import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.BatchSource;
import io.varve.core.spi.Extent;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionSettings;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Snapshots;
import io.varve.core.spi.support.Fencing;
import java.util.List;
import java.util.Objects;

/**
 * Checks that its handle is open and not fenced, and locks the partition for every call, except while a
 * replacement's batches are copied. Thread-safe.
 */
final class MemoryStore implements PartitionStore {
    final MemoryStorage storage;
    final MemoryPartition partition;
    final Fencing.Token token;
    private final MemorySnapshots snapshots = new MemorySnapshots(this);
    private PartitionSettings settings;

    MemoryStore(MemoryStorage storage, MemoryPartition partition, Fencing.Token token, PartitionSettings settings) {
        this.storage = storage;
        this.partition = partition;
        this.token = token;
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    @Override
    public PartitionId id() {
        return partition.id;
    }

    @Override
    public Extent extent() {
        synchronized (partition) {
            token.requireOpen();
            return partition.extent();
        }
    }

    @Override
    public void settings(PartitionSettings settings) {
        synchronized (partition) {
            token.requireWriter();
            this.settings = Objects.requireNonNull(settings, "settings");
        }
    }

    @Override
    public void append(BatchRun run) {
        synchronized (partition) {
            token.requireWriter();
            int bytes = run.bytes().remaining();
            storage.requireSpace(partition.id, bytes);
            partition.append(run, settings.segments(), storage.clock.millis());
            storage.resized(bytes);
        }
    }

    @Override
    public void seal() {
        synchronized (partition) {
            token.requireWriter();
            partition.seal();
        }
    }

    @Override
    public BatchSlice read(long offset, long endOffset, int maxBytes) {
        synchronized (partition) {
            token.requireOpen();
            return partition.read(offset, endOffset, maxBytes);
        }
    }

    @Override
    public OffsetAt offsetAt(long timestamp) {
        synchronized (partition) {
            token.requireOpen();
            return partition.offsetAt(timestamp);
        }
    }

    @Override
    public List<Segment> segments() {
        synchronized (partition) {
            token.requireOpen();
            return partition.segments();
        }
    }

    @Override
    public long sealedEnd() {
        synchronized (partition) {
            token.requireOpen();
            return partition.sealedEnd();
        }
    }

    @Override
    public long firstTimestamp(Segment segment) {
        synchronized (partition) {
            token.requireOpen();
            Extent extent = partition.extent();
            return partition.firstTimestamp(
                    Math.max(segment.baseOffset(), extent.start()),
                    Math.min(segment.endOffset(), extent.readableEnd()));
        }
    }

    @Override
    public void trimTo(long start) {
        synchronized (partition) {
            token.requireWriter();
            resizing(() -> partition.trimTo(start));
        }
    }

    @Override
    public void truncateTo(long end) {
        synchronized (partition) {
            token.requireWriter();
            resizing(() -> partition.truncateTo(end));
        }
    }

    @Override
    public void replace(List<Segment> old, BatchSource cleaned) {
        List<MemorySegment> replaced;
        synchronized (partition) {
            token.requireWriter();
            replaced = partition.sealed(old);
        }
        MemorySegment together = partition.gather(old, cleaned); // without the lock: no other call waits for the source
        synchronized (partition) {
            token.requireWriter();
            resizing(() -> partition.replace(
                    replaced, together, old.get(old.size() - 1).endOffset()));
        }
    }

    private void resizing(Runnable change) {
        long before = partition.bytes();
        change.run();
        storage.resized(partition.bytes() - before);
    }

    @Override
    public Snapshots snapshots() {
        return snapshots;
    }

    @Override
    public void close() {
        synchronized (partition) {
            token.close();
        }
    }

    void sync() {
        synchronized (partition) {
            token.requireWriter();
            partition.sync();
        }
    }
}

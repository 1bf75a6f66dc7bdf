// SPDX-License-Identifier: Apache-2.0
package io.varve.core.engine;

import io.varve.core.memory.MemoryStorage;
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
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.SyncFailures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps one partition in memory and pretends that a part of it is in a remote tier: the test says how far
 * uploads have come, and when a read from the tier is answered.
 */
final class TieredStorage implements Storage {
    private final MemoryStorage memory;
    /** Segments below are in the tier, and, below {@code localFrom}, only there. */
    long uploadedTo;

    long localFrom;
    PartitionSettings settings;
    final List<Runnable> pendingReads = new ArrayList<>();
    /** Number of reads that waited for the tier. */
    int waitingReads;
    /** Runs before each replacement. */
    Runnable beforeReplace = () -> {};

    final List<List<Segment>> replaced = new ArrayList<>();

    TieredStorage(MemoryStorage memory) {
        this.memory = memory;
    }

    @Override
    public Set<PartitionId> partitions() {
        return memory.partitions();
    }

    @Override
    public PartitionStore open(PartitionId id, long epoch, PartitionSettings initial) {
        settings = initial;
        return new TieredStore(memory.open(id, epoch, initial));
    }

    @Override
    public void delete(PartitionId id) {
        memory.delete(id);
    }

    @Override
    public String setAside(PartitionId id) {
        return memory.setAside(id);
    }

    @Override
    public SyncFailures sync(Collection<? extends PartitionStore> dirty) {
        return memory.sync(
                dirty.stream().map(store -> ((TieredStore) store).hot).toList());
    }

    @Override
    public void close() {
        memory.close();
    }

    private final class TieredStore implements PartitionStore {
        private final PartitionStore hot;

        TieredStore(PartitionStore hot) {
            this.hot = hot;
        }

        @Override
        public PartitionId id() {
            return hot.id();
        }

        @Override
        public Extent extent() {
            return hot.extent();
        }

        @Override
        public void settings(PartitionSettings next) {
            settings = next;
            hot.settings(next);
        }

        @Override
        public void append(BatchRun run) {
            hot.append(run);
        }

        @Override
        public void seal() {
            hot.seal();
        }

        @Override
        public void dropLocal(long upTo) {
            for (Segment segment : segments()) {
                if (segment.tier() == Segment.Tier.LOCAL || segment.endOffset() > upTo) {
                    break;
                }
                localFrom = Math.max(localFrom, segment.endOffset());
            }
        }

        @Override
        public boolean isLocal(long offset) {
            return offset >= localFrom;
        }

        @Override
        public BatchSlice read(long offset, long endOffset, int maxBytes) {
            waitingReads += isLocal(offset) ? 0 : 1;
            return hot.read(offset, endOffset, maxBytes);
        }

        @Override
        public BatchSlice readLocal(long offset, long endOffset, int maxBytes) {
            return isLocal(offset) ? hot.read(offset, endOffset, maxBytes) : null;
        }

        @Override
        public CompletableFuture<BatchSlice> readAsync(long offset, long endOffset, int maxBytes) {
            if (isLocal(offset)) {
                return hot.readAsync(offset, endOffset, maxBytes);
            }
            CompletableFuture<BatchSlice> result = new CompletableFuture<>();
            pendingReads.add(() -> {
                try {
                    result.complete(hot.read(offset, endOffset, maxBytes));
                } catch (StorageException e) {
                    result.completeExceptionally(e);
                }
            });
            return result;
        }

        @Override
        public OffsetAt offsetAt(long timestamp) {
            return hot.offsetAt(timestamp);
        }

        @Override
        public List<Segment> segments() {
            return hot.segments().stream().map(this::placed).toList();
        }

        private Segment placed(Segment one) {
            Segment.Tier tier = !one.sealed() || one.endOffset() > uploadedTo
                    ? Segment.Tier.LOCAL
                    : one.endOffset() <= localFrom ? Segment.Tier.REMOTE : Segment.Tier.BOTH;
            return one.in(tier);
        }

        @Override
        public void trimTo(long start) {
            hot.trimTo(start);
        }

        @Override
        public void truncateTo(long end) {
            hot.truncateTo(end);
        }

        @Override
        public void replace(List<Segment> old, BatchSource cleaned) {
            replaced.add(old);
            beforeReplace.run();
            hot.replace(old, cleaned);
        }

        @Override
        public Snapshots snapshots() {
            return hot.snapshots();
        }

        @Override
        public void close() {
            hot.close();
        }
    }
}

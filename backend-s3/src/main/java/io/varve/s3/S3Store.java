// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

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
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.Fencing;
import io.varve.core.spi.support.SegmentLookup;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Hands the calls of one handle to the hot partition, or to the part that is in the bucket only.
 * Thread-safe, as {@link PartitionStore} says.
 */
final class S3Store implements PartitionStore {
    final S3Storage storage;
    final S3Partition partition;
    final PartitionStore hot;
    private final Fencing.Token token;
    private final TieredReads reads;

    S3Store(S3Storage storage, S3Partition partition, PartitionStore hot, Fencing.Token token) {
        this.storage = storage;
        this.partition = partition;
        this.hot = hot;
        this.token = token;
        this.reads = new TieredReads(partition, hot, storage.parts().reader());
    }

    @Override
    public PartitionId id() {
        return partition.id();
    }

    @Override
    public Optional<Path> directory() {
        return hot.directory();
    }

    @Override
    public Extent extent() {
        return partition.extent(hot.extent());
    }

    @Override
    public void settings(PartitionSettings settings) {
        partition.writer.lock();
        try {
            hot.settings(settings);
            partition.settings(settings);
        } finally {
            partition.writer.unlock();
        }
        storage.offer(this);
    }

    @Override
    public void append(BatchRun run) {
        partition.requireOwner();
        partition.writer.lock();
        try {
            storage.truncationEnd().requireDecided(partition, hot);
            hot.append(run);
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.FULL);
            appendMakingSpace(run, e);
        } finally {
            partition.writer.unlock();
        }
    }

    /** Makes space until the run fits. LMDB gives freed pages back with its next commit only. */
    private void appendMakingSpace(BatchRun run, StorageException full) {
        while (true) {
            S3Partition freed = storage.localSpace().make(partition).orElseThrow(() -> full);
            if (fits(run)) {
                return;
            }
            storage.parts().hot().sync(List.of(freed.hot()));
            if (fits(run)) {
                return;
            }
        }
    }

    /** Appends, unless the disk is full. */
    private boolean fits(BatchRun run) {
        try {
            hot.append(run);
            return true;
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.FULL);
            return false;
        }
    }

    @Override
    public boolean appendWaits(int bytes) {
        return hot.appendWaits(bytes);
    }

    @Override
    public void awaitSpace(int bytes) {
        hot.awaitSpace(bytes);
    }

    @Override
    public BatchSlice read(long offset, long endOffset, int maxBytes) {
        return reads.read(offset, endOffset, maxBytes);
    }

    @Override
    public boolean isLocal(long offset) {
        return reads.isLocal(offset);
    }

    @Override
    public BatchSlice readLocal(long offset, long endOffset, int maxBytes) {
        return reads.readLocal(offset, endOffset, maxBytes);
    }

    @Override
    public CompletableFuture<BatchSlice> readAsync(long offset, long endOffset, int maxBytes) {
        return reads.readAsync(offset, endOffset, maxBytes);
    }

    @Override
    public boolean readWaits(long offset) {
        return reads.readWaits(offset);
    }

    @Override
    public OffsetAt offsetAt(long timestamp) {
        return reads.offsetAt(timestamp);
    }

    @Override
    public List<Segment> segments() {
        RemoteView remote = partition.remote();
        long hotStart = hot.extent().start();
        boolean off = partition.isOff();
        return TieredSegments.of(
                hot.segments(), extent(), remote, segment -> !off && partition.seemsCopied(segment, remote, hotStart));
    }

    @Override
    public long firstTimestamp(Segment segment) {
        if (segment.isLocal()) {
            return hot.firstTimestamp(segment);
        }
        long noted = TieredSegments.firstTimestamp(id(), segment, partition.remote());
        if (extent().start() <= segment.baseOffset()) {
            return noted;
        }
        try {
            return PartitionStore.super.firstTimestamp(segment); // its first batches are trimmed: one request
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.RETRY);
            return noted;
        }
    }

    @Override
    public void seal() {
        partition.writer.lock();
        try {
            hot.seal();
        } finally {
            partition.writer.unlock();
        }
    }

    @Override
    public long sealedEnd() {
        return hot.sealedEnd();
    }

    @Override
    public void dropLocal(long upTo) {
        partition.compareCopies(upTo); // takes its time once for each object, and none with the lock
        partition.writer.lock();
        try {
            token.requireWriter();
            partition.dropLocal(upTo);
        } finally {
            partition.writer.unlock();
        }
    }

    @Override
    public void trimTo(long start) {
        partition.writer.lock();
        try {
            token.requireWriter();
            storage.truncationEnd().requireDecided(partition, hot);
            storage.beforeTrim(partition, start);
            hot.trimTo(start);
            partition.trimmed(start);
        } finally {
            partition.writer.unlock();
        }
    }

    @Override
    public void truncateTo(long end) {
        partition.writer.lock();
        try {
            token.requireWriter();
            storage.truncation().run(this, end);
        } finally {
            partition.writer.unlock();
        }
    }

    @Override
    public void replace(List<Segment> old, BatchSource cleaned) {
        token.requireWriter();
        if (!old.isEmpty() && old.get(0).baseOffset() < hot.segments().get(0).baseOffset()) {
            SegmentLookup.requireRun(id(), segments(), old);
            throw new StorageException(
                    StorageException.Kind.RETRY,
                    id() + ": segments from " + old.get(0).baseOffset() + " on are in the bucket only, and cannot be "
                            + "replaced");
        }
        beginReplacement(old);
        try {
            hot.replace(old, cleaned);
        } finally {
            partition.uploads().replaces(old, hot.extent().readableEnd());
            storage.offer(this);
        }
    }

    private void beginReplacement(List<Segment> old) {
        partition.writer.lock();
        try {
            storage.truncationEnd().requireDecided(partition, hot);
            partition.uploads().replaces(old, hot.extent().readableEnd());
        } finally {
            partition.writer.unlock();
        }
    }

    @Override
    public Snapshots snapshots() {
        return hot.snapshots();
    }

    @Override
    public void close() {
        token.close();
        hot.close();
        partition.closed(hot);
    }
}

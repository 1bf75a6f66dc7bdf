// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

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
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A store that counts its open slices, fails where a test wants it to, and has a remote tier whose reads wait
 * for the test.
 */
public final class CountedStore implements PartitionStore {
    private final PartitionStore inner;
    private final AtomicInteger openSlices;
    private StorageException refusingAppends;
    private StorageException refusingReads;
    private StorageException refusingSegments;
    private boolean appendedDirect;
    private boolean appendsWait;
    private long droppedAfterLook;
    private long localStart;
    private long copiedEnd;
    private boolean cached;
    private volatile long slowEnd;
    private volatile CountDownLatch device;
    private final AtomicInteger loads = new AtomicInteger();
    private final List<Runnable> remoteReads = new ArrayList<>();
    private StorageException refusingRemoteReads;

    public CountedStore(PartitionStore inner, AtomicInteger openSlices) {
        this.inner = inner;
        this.openSlices = openSlices;
    }

    public PartitionStore inner() {
        return inner;
    }

    public void refuseAppends(StorageException reason) {
        refusingAppends = reason;
    }

    public void refuseReads(StorageException reason) {
        refusingReads = reason;
    }

    public void refuseSegments(StorageException reason) {
        refusingSegments = reason;
    }

    /** Leaves what lies below an offset to the remote tier alone. */
    public void dropBelow(long offset) {
        localStart = offset;
    }

    /** Keeps no local copy below an offset, once somebody has looked whether there is one. */
    public void dropBelowAfterALook(long offset) {
        droppedAfterLook = offset;
    }

    /** Has the remote tier hold what lies below an offset. */
    public void copyBelow(long offset) {
        copiedEnd = offset;
    }

    /** Ends the reads of the remote tier that wait. */
    public void endRemoteReads() {
        List<Runnable> ending = List.copyOf(remoteReads);
        remoteReads.clear();
        ending.forEach(Runnable::run);
    }

    /** Lets reads of the remote tier end at once, as if it had all in a cache. */
    public void cached() {
        cached = true;
    }

    /** Counts the reads of the remote tier that wait. */
    public int remoteReads() {
        return remoteReads.size();
    }

    public void refuseRemoteReads(StorageException reason) {
        refusingRemoteReads = reason;
    }

    @Override
    public boolean isLocal(long offset) {
        boolean local = offset >= localStart;
        if (droppedAfterLook > 0) {
            localStart = droppedAfterLook;
        }
        return local;
    }

    @Override
    public BatchSlice readLocal(long offset, long endOffset, int maxBytes) {
        isLocal(offset);
        return offset >= localStart ? read(offset, endOffset, maxBytes) : null;
    }

    @Override
    public CompletableFuture<BatchSlice> readAsync(long offset, long endOffset, int maxBytes) {
        if (isLocal(offset)) {
            return PartitionStore.super.readAsync(offset, endOffset, maxBytes);
        }
        CompletableFuture<BatchSlice> result = new CompletableFuture<>();
        remoteReads.add(() -> {
            if (refusingRemoteReads != null) {
                result.completeExceptionally(refusingRemoteReads);
            } else {
                result.complete(counted(inner.read(offset, endOffset, maxBytes)));
            }
        });
        if (cached) {
            endRemoteReads();
        }
        return result;
    }

    /** Makes reads below an offset wait for the device: until the latch is open. */
    public void slowBelow(long offset, CountDownLatch until) {
        slowEnd = offset;
        device = until;
    }

    /** Counts the slices that were loaded. */
    public int loads() {
        return loads.get();
    }

    @Override
    public boolean readWaits(long offset) {
        return offset < slowEnd;
    }

    private void awaitDevice(long offset) {
        if (readWaits(offset)) {
            try {
                device.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Makes appends wait for the device. */
    public void letAppendsWait(boolean wait) {
        appendsWait = wait;
    }

    @Override
    public boolean appendWaits(int bytes) {
        return appendsWait;
    }

    @Override
    public void awaitSpace(int bytes) {
        appendsWait = false;
    }

    /** True if the last append came in a direct buffer. */
    public boolean appendedDirect() {
        return appendedDirect;
    }

    @Override
    public PartitionId id() {
        return inner.id();
    }

    @Override
    public Extent extent() {
        return inner.extent();
    }

    @Override
    public void settings(PartitionSettings settings) {
        inner.settings(settings);
    }

    @Override
    public void seal() {
        inner.seal();
    }

    @Override
    public void append(BatchRun run) {
        if (refusingAppends != null) {
            throw refusingAppends;
        }
        appendedDirect = run.bytes().isDirect();
        inner.append(run);
    }

    @Override
    public BatchSlice read(long offset, long endOffset, int maxBytes) {
        if (refusingReads != null) {
            throw refusingReads;
        }
        if (!isLocal(offset)) {
            throw new AssertionError("a read of " + offset + " waits for the remote tier");
        }
        awaitDevice(offset);
        return counted(inner.read(offset, endOffset, maxBytes));
    }

    private BatchSlice counted(BatchSlice slice) {
        openSlices.incrementAndGet();
        return new BatchSlice() {
            private boolean closed;

            @Override
            public int sizeInBytes() {
                return slice.sizeInBytes();
            }

            @Override
            public Optional<FileRegion> fileRegion() {
                return slice.fileRegion();
            }

            @Override
            public ByteBuffer buffer() {
                return slice.buffer();
            }

            @Override
            public void load() {
                loads.incrementAndGet();
            }

            @Override
            public void close() {
                if (closed) {
                    throw new AssertionError("slice closed twice");
                }
                closed = true;
                openSlices.decrementAndGet();
                slice.close();
            }
        };
    }

    @Override
    public OffsetAt offsetAt(long timestamp) {
        return inner.offsetAt(timestamp);
    }

    @Override
    public List<Segment> segments() {
        if (refusingSegments != null) {
            throw refusingSegments;
        }
        return inner.segments().stream()
                .map(segment -> new Segment(
                        segment.baseOffset(),
                        segment.endOffset(),
                        segment.bytes(),
                        segment.maxTimestamp(),
                        segment.lastAppendMs(),
                        segment.sealed(),
                        tier(segment)))
                .toList();
    }

    private Segment.Tier tier(Segment segment) {
        boolean below = segment.endOffset() > segment.baseOffset();
        if (below && segment.endOffset() <= localStart) {
            return Segment.Tier.REMOTE;
        }
        return below && segment.endOffset() <= copiedEnd ? Segment.Tier.BOTH : Segment.Tier.LOCAL;
    }

    @Override
    public void trimTo(long start) {
        inner.trimTo(start);
    }

    @Override
    public void truncateTo(long end) {
        inner.truncateTo(end);
    }

    @Override
    public void replace(List<Segment> old, BatchSource cleaned) {
        inner.replace(old, cleaned);
    }

    @Override
    public Snapshots snapshots() {
        return inner.snapshots();
    }

    @Override
    public void close() {
        inner.close();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.Extent;
import io.varve.core.spi.OffsetAt;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.StorageException;
import io.varve.core.spi.support.ContractChecks;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.read.RemoteReader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Reads a partition: from the hot partition where it has the offset, else from the bucket. Thread-safe. */
final class TieredReads {
    private final PartitionId id;
    private final S3Partition partition;
    private final PartitionStore hot;
    private final RemoteReader remote;

    TieredReads(S3Partition partition, PartitionStore hot, RemoteReader remote) {
        this.id = partition.id();
        this.partition = partition;
        this.hot = hot;
        this.remote = remote;
    }

    boolean isLocal(long offset) {
        Extent local = hot.extent();
        return offset >= local.start() || offset < partition.extent(local).start();
    }

    /** @return true if the hot partition has the offset, and a read of it may wait for the device */
    boolean readWaits(long offset) {
        return hot.readWaits(offset);
    }

    BatchSlice read(long offset, long endOffset, int maxBytes) {
        BatchSlice local = readLocal(offset, endOffset, maxBytes);
        return local != null ? local : remote.await(readRemote(offset, decidedEnd(offset, endOffset), maxBytes));
    }

    /**
     * Returns the end of a read that touches nothing of which a truncation leaves open whether it is there.
     *
     * @throws StorageException RETRY if the read begins in it
     */
    private long decidedEnd(long offset, long endOffset) {
        UndecidedTruncation truncation = partition.undecided();
        if (truncation == null) {
            return endOffset;
        }
        if (offset >= truncation.end()) {
            throw truncation.retry(id);
        }
        return Math.min(endOffset, truncation.end());
    }

    /** @return null if the offset is in the bucket only */
    BatchSlice readLocal(long offset, long endOffset, int maxBytes) {
        partition.requireOwner();
        Extent local = hot.extent();
        Extent all = partition.extent(local);
        ContractChecks.requireReadable(id, offset, maxBytes, all.start(), all.readableEnd());
        if (offset < local.start()) {
            return null;
        }
        long end = decidedEnd(offset, endOffset);
        try {
            return hot.read(offset, end, maxBytes);
        } catch (StorageException e) {
            e.rethrowUnless(StorageException.Kind.MISUSE);
            return readDropped(offset, endOffset, maxBytes, e);
        }
    }

    /** The local copy may have been dropped since the extent was read. */
    private BatchSlice readDropped(long offset, long endOffset, int maxBytes, StorageException refused) {
        Extent local = hot.extent();
        if (offset >= local.start() || offset < partition.extent(local).start()) {
            throw refused;
        }
        return null;
    }

    CompletableFuture<BatchSlice> readAsync(long offset, long endOffset, int maxBytes) {
        try {
            BatchSlice local = readLocal(offset, endOffset, maxBytes);
            return local != null
                    ? CompletableFuture.completedFuture(local)
                    : readRemote(offset, decidedEnd(offset, endOffset), maxBytes);
        } catch (StorageException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<BatchSlice> readRemote(long offset, long endOffset, int maxBytes) {
        CompletableFuture<BatchSlice> result = new CompletableFuture<>();
        // What this machine has is neither read nor read ahead from the bucket. The hot start is taken before
        // the bucket's segments: they reach up to it, also when more local copies are dropped meanwhile.
        long hotStart = hot.extent().start();
        RemotePartition from = partition.remote().partition();
        remote.readAsync(from, offset, Math.min(endOffset, hotStart), maxBytes).whenComplete((slice, failure) -> {
            try {
                if (failure != null) {
                    result.completeExceptionally(reason(offset, failure));
                } else if (slice.sizeInBytes() > 0 || endOffset <= hotStart) {
                    result.complete(slice);
                } else {
                    slice.close();
                    readAfterGap(hotStart, endOffset, maxBytes, result);
                }
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    /**
     * No batch follows in the bucket below what was here: the next one is the first that was here, and may
     * have left for the bucket since.
     */
    private void readAfterGap(long from, long endOffset, int maxBytes, CompletableFuture<BatchSlice> result) {
        readAsync(from, endOffset, maxBytes).whenComplete((slice, failure) -> {
            if (failure != null) {
                result.completeExceptionally(
                        failure instanceof CompletionException wrapped && wrapped.getCause() != null
                                ? wrapped.getCause()
                                : failure);
            } else {
                result.complete(slice);
            }
        });
    }

    /** An object that is gone may have been deleted with its records, which were trimmed meanwhile. */
    private Throwable reason(long offset, Throwable failure) {
        Throwable cause = failure instanceof CompletionException wrapped && wrapped.getCause() != null
                ? wrapped.getCause()
                : failure;
        try {
            Extent all = partition.extent(hot.extent());
            ContractChecks.requireReadable(id, offset, 0, all.start(), all.readableEnd());
            return cause;
        } catch (StorageException trimmed) {
            trimmed.addSuppressed(cause);
            return trimmed;
        }
    }

    OffsetAt offsetAt(long timestamp) {
        partition.requireOwner();
        while (true) {
            long hotStart = hot.extent().start();
            OffsetAt found = offsetAtOnce(timestamp);
            if (found != null) {
                decidedEnd(found.baseOffset(), Long.MAX_VALUE);
            }
            if (hot.extent().start() == hotStart) {
                return found;
            }
            // Local copies were dropped meanwhile: the hot partition may not have seen the first match.
        }
    }

    private OffsetAt offsetAtOnce(long timestamp) {
        Extent local = hot.extent();
        long start = partition.extent(local).start();
        if (start < local.start()) {
            RemotePartition below = partition.remote().beginningBelow(local.start());
            OffsetAt found = remote.offsetAt(below, timestamp, start);
            if (found != null && found.baseOffset() < local.start()) {
                return found;
            }
        }
        return hot.offsetAt(timestamp);
    }
}

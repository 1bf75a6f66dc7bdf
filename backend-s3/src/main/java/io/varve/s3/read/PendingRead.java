// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageException;
import io.varve.s3.manifest.RemotePartition;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Serves one read: finds the chunk, waits for it, slices it. Goes on to the next chunk if a cut segment holds
 * no batch from the offset on.
 */
final class PendingRead implements ChunkWaiter {
    private final RemoteReader reader;
    private final long offset;
    private final long endOffset;
    private final int maxBytes;
    private final CompletableFuture<BatchSlice> result = new CompletableFuture<>();
    private ChunkPlace place;

    PendingRead(RemoteReader reader, long offset, long endOffset, int maxBytes) {
        this.reader = reader;
        this.offset = offset;
        this.endOffset = endOffset;
        this.maxBytes = maxBytes;
    }

    CompletableFuture<BatchSlice> start(RemotePartition partition) {
        readFrom(ChunkPlace.at(partition, offset));
        return result;
    }

    private void readFrom(Optional<ChunkPlace> from) {
        Optional<ChunkPlace> next = from;
        while (next.isPresent() && next.get().chunk().baseOffset() < endOffset) {
            place = next.get();
            DecodedChunk chunk = reader.chunkFor(place, offset, endOffset, this);
            if (chunk == null) {
                return;
            }
            try {
                if (slice(chunk, false)) {
                    return;
                }
            } finally {
                chunk.release();
            }
            next = place.next();
        }
        result.complete(EmptySlice.INSTANCE);
    }

    /** @return false if the chunk holds no batch to return */
    private boolean slice(DecodedChunk chunk, boolean mayWrite) {
        long end = Math.min(endOffset, place.segment().endOffset());
        BatchSearch.Extract range = BatchSearch.between(chunk.bytes(), offset, end, maxBytes);
        if (range.bytes() == 0) {
            return false;
        }
        BatchSlice slice = reader.slice(chunk, range, mayWrite);
        if (!result.complete(slice)) {
            slice.close();
        }
        return true;
    }

    @Override
    public void loaded(DecodedChunk chunk) {
        try {
            if (!slice(chunk, true)) {
                readFrom(place.next());
            }
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
    }

    @Override
    public void failed(StorageException failure) {
        result.completeExceptionally(failure);
    }
}

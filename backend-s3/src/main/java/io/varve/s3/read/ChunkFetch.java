// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.DamagedReads;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.manifest.RemoteSegment;
import io.varve.s3.object.Chunk;
import io.varve.s3.object.ChunkDecoder;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;

/**
 * Gets chunks of one object in one request, and decodes them. What comes damaged is got again, by itself.
 * Thread-safe.
 */
final class ChunkFetch {
    private static final int MAX_TRIES = 6;

    private final ObjectStore store;
    private final ChunkDecoder decoder;
    private final Predicate<UUID> named;
    private final ReadTally tally;
    private final Scheduler scheduler;

    /**
     * @param named tells whether the manifest names an object
     * @param scheduler waits
     */
    ChunkFetch(ObjectStore store, ChunkDecoder decoder, Predicate<UUID> named, ReadTally tally, Scheduler scheduler) {
        this.store = store;
        this.decoder = decoder;
        this.named = named;
        this.tally = tally;
        this.scheduler = scheduler;
    }

    /** @return stored bytes of chunks, which are adjacent in their object */
    static int storedBytes(List<PendingChunk> chunks) {
        int bytes = 0;
        for (PendingChunk chunk : chunks) {
            bytes = Math.addExact(bytes, chunk.place.chunk().storedBytes());
        }
        return bytes;
    }

    /**
     * Gets the stored bytes of chunks.
     *
     * @param stored filled from 0 to its limit
     * @return completed when it is filled, or with a {@link StorageException}: RETRY if the bucket does not
     *     give them now, or the object was deleted; CORRUPT if the object is lost
     */
    CompletableFuture<Void> get(List<PendingChunk> chunks, ByteBuffer stored) {
        ChunkPlace first = chunks.get(0).place;
        return getRange(first, first.chunk().position(), stored.rewind());
    }

    /**
     * Decodes a chunk.
     *
     * @param stored its stored bytes, from 0 to the limit; overwritten
     * @param into filled up to its limit
     * @throws StorageException as {@link #get}; RETRY if the chunk was damaged on its way each time; CORRUPT
     *     if it came damaged three times alike: so it is in the bucket
     */
    void decode(ChunkPlace place, ByteBuffer stored, ByteBuffer into) {
        RemoteSegment segment = place.segment();
        Chunk chunk = place.chunk();
        DamagedReads reads = new DamagedReads();
        while (true) {
            try {
                decoder.decode(segment.object(), segment.index(), chunk, stored.rewind(), into.rewind());
                tally.bytes.add(chunk.bytes());
                return;
            } catch (StorageException e) {
                e.rethrowUnless(StorageException.Kind.CORRUPT);
                tally.failures.increment();
                if (reads.isStored(stored.rewind())) {
                    throw damaged(StorageException.Kind.CORRUPT, place, "each time with the same bytes", e);
                }
                if (reads.count() == MAX_TRIES) {
                    throw damaged(StorageException.Kind.RETRY, place, MAX_TRIES + " times", e);
                }
            }
            await(getRange(place, chunk.position(), stored));
        }
    }

    /** Waits where that is rare: for a chunk that came damaged. */
    private void await(CompletableFuture<Void> got) {
        scheduler.await(got, Scheduler.AgentStep.UNTIL_WOKEN);
        try {
            got.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof StorageException failure) {
                throw failure;
            }
            throw e;
        }
    }

    private static StorageException damaged(
            StorageException.Kind kind, ChunkPlace place, String times, StorageException cause) {
        return new StorageException(
                kind,
                "object " + place.segment().key() + " of " + place.id() + " came damaged " + times + ": "
                        + cause.getMessage(),
                cause);
    }

    private CompletableFuture<Void> getRange(ChunkPlace place, long from, ByteBuffer into) {
        int bytes = into.remaining();
        tally.gets.increment();
        CompletableFuture<Void> filled = new CompletableFuture<>();
        store.countedFor(place.id().topic())
                .getRangeAsync(place.segment().key(), from, into)
                .whenComplete((nothing, thrown) -> {
                    Throwable failure = thrown instanceof CompletionException ? thrown.getCause() : thrown;
                    if (failure == null) {
                        tally.storedBytes.add(bytes);
                        filled.complete(null);
                    } else if (failure instanceof ObjectStoreException e) {
                        tally.failures.increment();
                        filled.completeExceptionally(failure(place, from, bytes, e));
                    } else {
                        filled.completeExceptionally(failure);
                    }
                });
        return filled;
    }

    private StorageException failure(ChunkPlace place, long from, int bytes, ObjectStoreException e) {
        RemoteSegment segment = place.segment();
        String what = bytes + " bytes at " + from + " of object " + segment.key() + " of " + place.id();
        if (e.kind() != ObjectStoreException.Kind.ABSENT) {
            return new StorageException(StorageException.Kind.RETRY, "cannot read " + what, e);
        }
        return named.test(segment.object())
                ? new StorageException(StorageException.Kind.CORRUPT, what + " are lost: the bucket lacks them", e)
                : new StorageException(
                        StorageException.Kind.RETRY, what + " were deleted: the partition begins later now", e);
    }
}

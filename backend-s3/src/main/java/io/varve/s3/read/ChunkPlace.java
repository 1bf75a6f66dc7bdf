// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.read;

import io.varve.core.spi.PartitionId;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.manifest.RemoteSegment;
import io.varve.s3.object.Chunk;
import java.util.List;
import java.util.Optional;

/**
 * Places a chunk in a partition. A chunk that a truncation or a restored copy cut counts up to its segment's
 * end only.
 *
 * @param partition the partition as the reader saw it
 * @param number the segment's number in it
 * @param chunk one of the segment's chunks, with offsets below the segment's end
 */
record ChunkPlace(RemotePartition partition, int number, Chunk chunk) {
    PartitionId id() {
        return partition.id();
    }

    RemoteSegment segment() {
        return partition.segments().get(number);
    }

    ChunkKey key() {
        return new ChunkKey(segment().object(), chunk.number());
    }

    /** @return where the chunk ends in this partition, exclusive */
    long endOffset() {
        return Math.min(chunk.endOffset(), segment().endOffset());
    }

    /** @return the chunk that contains the offset, or the first one after it; empty if there is none */
    static Optional<ChunkPlace> at(RemotePartition partition, long offset) {
        return from(partition, firstEndingAbove(partition.segments(), offset), offset);
    }

    /** @return the chunk after this one, also in a later segment */
    Optional<ChunkPlace> next() {
        Optional<Chunk> next = within(segment(), segment().index().chunk(chunk.number() + 1));
        return next.isPresent()
                ? next.map(found -> new ChunkPlace(partition, number, found))
                : from(partition, number + 1, segment().endOffset());
    }

    /** @return key of the chunk before this one; empty if there is none */
    Optional<ChunkKey> previousKey() {
        if (chunk.number() > 0) {
            return Optional.of(new ChunkKey(segment().object(), chunk.number() - 1));
        }
        for (int before = number - 1; before >= 0; before--) {
            RemoteSegment segment = partition.segments().get(before);
            Optional<Chunk> last = lastBelow(segment, segment.endOffset());
            if (last.isPresent()) {
                return Optional.of(new ChunkKey(segment.object(), last.get().number()));
            }
        }
        return Optional.empty();
    }

    /** @return the last chunk of a segment that begins below the offset */
    static Optional<Chunk> lastBelow(RemoteSegment segment, long offset) {
        Chunk last = null;
        for (Chunk chunk : segment.index().chunks()) {
            if (chunk.baseOffset() >= offset) {
                break;
            }
            last = chunk;
        }
        return Optional.ofNullable(last);
    }

    /** @return number of the first segment that ends above the offset, or the number of segments */
    static int firstEndingAbove(List<RemoteSegment> segments, long offset) {
        int low = 0;
        int high = segments.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (segments.get(middle).endOffset() > offset) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    private static Optional<ChunkPlace> from(RemotePartition partition, int first, long offset) {
        for (int i = first; i < partition.segments().size(); i++) {
            int number = i;
            RemoteSegment segment = partition.segments().get(i);
            Optional<Chunk> found = within(segment, segment.index().chunkOf(offset));
            if (found.isPresent()) {
                return found.map(chunk -> new ChunkPlace(partition, number, chunk));
            }
        }
        return Optional.empty();
    }

    private static Optional<Chunk> within(RemoteSegment segment, Optional<Chunk> chunk) {
        return chunk.filter(found -> found.baseOffset() < segment.endOffset());
    }
}

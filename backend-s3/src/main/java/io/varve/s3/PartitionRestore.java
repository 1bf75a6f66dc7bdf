// SPDX-License-Identifier: Apache-2.0
package io.varve.s3;

import io.varve.core.record.BatchHeader;
import io.varve.core.spi.BatchRun;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.PartitionId;
import io.varve.core.spi.PartitionStore;
import io.varve.core.spi.Segment;
import io.varve.core.spi.Snapshots;
import io.varve.core.spi.Storage;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.manifest.RemoteSegment;
import io.varve.s3.object.Chunk;
import io.varve.s3.object.ChunkDecoder;
import io.varve.s3.object.SegmentObjectReader;
import io.varve.s3.object.StoredBlob;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Brings a hot partition that lacks what the bucket has up to the bucket's end: writes its blobs back, and
 * begins there; downloads the batches of a compacted one. What a crash leaves of it is completed at the next
 * opening. Thread-safe.
 */
final class PartitionRestore {
    private static final int READ_BYTES = 1;

    private final Storage hotStorage;
    private final ObjectStore bucket;
    private final ChunkDecoder decoder;

    PartitionRestore(Storage hotStorage, ObjectStore bucket, ChunkDecoder decoder) {
        this.hotStorage = hotStorage;
        this.bucket = bucket;
        this.decoder = decoder;
    }

    /**
     * @param hot the hot partition, whose readable end is below that of the bucket
     * @param remote what the bucket has
     * @param compacted whether all batches are needed on this machine
     * @throws StorageException RETRY if the bucket does not answer; CORRUPT; FULL
     */
    void run(PartitionStore hot, RemoteView remote, boolean compacted) {
        SegmentObjectReader objects =
                new SegmentObjectReader(bucket.countedFor(hot.id().topic()), decoder);
        try {
            writeBlobs(hot.snapshots(), remote, objects);
            if (compacted) {
                download(hot, remote, objects);
            } else {
                hot.trimTo(remote.end());
            }
        } catch (ObjectStoreException e) {
            throw BucketFailure.of(e);
        }
    }

    /** Of blobs with the same name and offset the newest counts. */
    private static void writeBlobs(Snapshots snapshots, RemoteView remote, SegmentObjectReader objects) {
        record Place(String name, long offset) {}
        Set<Place> written = new HashSet<>();
        List<RemoteSegment> segments = remote.segments();
        for (int i = segments.size() - 1; i >= 0; i--) {
            RemoteSegment segment = segments.get(i);
            List<StoredBlob> wanted = segment.index().blobs().stream()
                    .filter(blob -> blob.offset() <= remote.end())
                    .filter(blob -> written.add(new Place(blob.name(), blob.offset())))
                    .toList();
            objects.blobs(
                    segment.key(),
                    segment.object(),
                    segment.index(),
                    wanted,
                    (blob, bytes) -> snapshots.write(blob.name(), blob.offset(), bytes));
        }
    }

    private void download(PartitionStore hot, RemoteView remote, SegmentObjectReader objects) {
        if (hot.extent().readableEnd() == hot.extent().start()) {
            hot.trimTo(Math.max(hot.extent().start(), remote.segments().get(0).baseOffset()));
        }
        long end = hot.extent().readableEnd();
        for (RemoteSegment segment : remote.endingAbove(end)) {
            for (Chunk chunk : segment.index().chunks()) {
                if (chunk.endOffset() > end && chunk.baseOffset() < segment.endOffset()) {
                    ByteBuffer batches = objects.chunk(segment.key(), segment.object(), segment.index(), chunk);
                    end = append(hot, batches, end, segment.endOffset());
                }
            }
            if (end < segment.endOffset()) {
                hot.append(OffsetGap.upTo(end, segment.endOffset()));
                hot.seal();
                removeGap(hot, end, segment.endOffset());
                end = segment.endOffset();
            } else {
                hot.seal();
            }
        }
    }

    /**
     * Compaction has removed the last records of a segment, but not their offsets. An append cannot say so; a
     * replacement can: of the segment with a batch in their place by one without.
     */
    private void removeGap(PartitionStore hot, long from, long end) {
        sync(hot);
        Segment sealed = hot.segments().stream()
                .filter(segment -> segment.endOffset() == end)
                .findFirst()
                .orElseThrow();
        long[] next = {Math.max(sealed.baseOffset(), hot.extent().start())};
        hot.replace(List.of(sealed), () -> {
            try (BatchSlice slice = hot.read(next[0], from, READ_BYTES)) {
                if (slice.sizeInBytes() == 0) {
                    return null;
                }
                ByteBuffer first = slice.buffer();
                ByteBuffer batch = ByteBuffer.allocate(BatchHeader.sizeInBytes(first, first.position()));
                batch.put(first.slice(first.position(), batch.remaining())).flip();
                next[0] = BatchHeader.nextOffset(batch, 0);
                return run(hot.id(), batch);
            }
        });
    }

    /** Makes what was restored durable. */
    void sync(PartitionStore hot) {
        StorageException failure = hotStorage.sync(List.of(hot)).byPartition().get(hot.id());
        if (failure != null) {
            throw failure;
        }
    }

    private static long append(PartitionStore hot, ByteBuffer batches, long from, long end) {
        long next = from;
        for (int at = batches.position(); at < batches.limit(); ) {
            int size = BatchHeader.sizeInBytes(batches, at);
            long after = BatchHeader.nextOffset(batches, at);
            if (after > end) {
                break;
            }
            if (after > next) {
                hot.append(run(hot.id(), batches.slice(at, size)));
                next = after;
            }
            at += size;
        }
        return next;
    }

    private static BatchRun run(PartitionId id, ByteBuffer batch) {
        long max = BatchHeader.maxTimestamp(batch, 0);
        BatchRun run = new BatchRun(
                batch,
                BatchHeader.baseOffset(batch, 0),
                BatchHeader.nextOffset(batch, 0),
                max,
                BatchHeader.lastOffset(batch, 0));
        run.requireAtOrAbove(id, run.baseOffset());
        return run;
    }
}

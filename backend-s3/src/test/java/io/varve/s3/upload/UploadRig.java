// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import io.varve.core.memory.MemoryStorage;
import io.varve.core.memory.ReadableAt;
import io.varve.core.record.BatchHeader;
import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.VirtualTime;
import io.varve.core.spi.BatchSlice;
import io.varve.core.spi.StorageContext;
import io.varve.s3.client.MemoryBucket;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.manifest.FoldedManifest;
import io.varve.s3.manifest.RemoteSegment;
import io.varve.s3.object.Chunk;
import io.varve.s3.object.ChunkCodec;
import io.varve.s3.object.ChunkDecoder;
import io.varve.s3.object.PartBuffers;
import io.varve.s3.object.SegmentObject;
import io.varve.s3.object.SegmentObjectReader;
import io.varve.s3.object.SegmentWriterConfig;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Holds a bucket, a manifest and hot partitions in memory, in virtual time; a process is what uploads. */
final class UploadRig {
    static final long DELETE_DELAY_MS = 60_000;
    static final long GRACE_MS = 24L * 3600 * 1000;
    static final UploadConfig CONFIG = new UploadConfig(
            new SegmentWriterConfig(SegmentWriterConfig.MIN_CHUNK, ChunkCodec.ZSTD, Optional.empty()), 2, 2);

    final VirtualTime time = VirtualTime.withThreads(1_790_000_000_000L);
    final MemoryBucket bucket = new MemoryBucket(time);
    final FoldedManifest manifest = new FoldedManifest();
    final Ids ids = Ids.seeded(11);
    MemoryStorage storage = new MemoryStorage(ReadableAt.AT_APPEND, time);
    FailPoints failPoints;
    StorageContext context;
    ObjectDeleter deleter;
    ObjectsInFlight inFlight;
    SegmentUpload upload;
    private PartBuffers parts;

    UploadRig() {
        start();
    }

    /** Starts a process: nothing armed, nothing known but the bucket. */
    void start() {
        failPoints = new FailPoints();
        context = new StorageContext(List.of(Path.of("unused")), Map.of(), time, time, ids, failPoints);
        deleter = new ObjectDeleter(bucket, manifest, context, DELETE_DELAY_MS);
        inFlight = new ObjectsInFlight();
        upload = new SegmentUpload(CONFIG, bucket, manifest, context, deleter, inFlight);
        parts = new PartBuffers(CONFIG.partsInFlight(), CONFIG.writer().chunkBytes());
    }

    /** Uploads what there is, on the caller's thread. */
    void uploadAll(UploadSource source) {
        while (upload.next(source, parts)) {
            // one segment a call
        }
    }

    boolean uploadNext(UploadSource source) {
        return upload.next(source, parts);
    }

    BucketSweep sweep() {
        return sweep(inFlight);
    }

    BucketSweep sweep(ObjectsInFlight uploading) {
        return new BucketSweep(
                bucket, object -> manifest.names(object) || uploading.contains(object), GRACE_MS, ids, failPoints);
    }

    List<RemoteSegment> remote(UploadSource source) {
        return manifest.partition(source.id()).orElseThrow().segments();
    }

    /** Returns the keys of objects that the manifest names. */
    Set<String> named() {
        Set<String> keys = new TreeSet<>();
        manifest.partitions().forEach(p -> p.segments().forEach(s -> keys.add(s.key())));
        return keys;
    }

    /** Returns the bytes of all batches of a partition in the bucket, after it has verified their objects. */
    ByteBuffer stored(UploadSource source) {
        return stored(source, 0);
    }

    /** Leaves out batches that end at or below a start, or lie behind the end of a segment that was cut. */
    ByteBuffer stored(UploadSource source, long start) {
        return stored(bucket, remote(source), start);
    }

    static ByteBuffer stored(ObjectStore bucket, List<RemoteSegment> remote, long start) {
        SegmentObjectReader reader = new SegmentObjectReader(bucket, new ChunkDecoder(Optional.empty()));
        ByteBuffer all = ByteBuffer.allocate(remote.stream()
                .mapToInt(segment -> (int) segment.index().bytes())
                .sum());
        for (RemoteSegment segment : remote) {
            SegmentObject object = reader.open(segment.key());
            reader.verify(object, bytes -> {});
            for (Chunk chunk : segment.index().chunks()) {
                ByteBuffer batches = reader.chunk(segment.key(), segment.object(), segment.index(), chunk);
                for (int at = 0; at < batches.limit(); at += BatchHeader.sizeInBytes(batches, at)) {
                    long end = BatchHeader.nextOffset(batches, at);
                    if (end > start && end <= segment.endOffset()) {
                        all.put(batches.slice(at, BatchHeader.sizeInBytes(batches, at)));
                    }
                }
            }
        }
        return all.flip();
    }

    /** Returns the bytes of all batches of a partition on this machine below an offset. */
    static ByteBuffer local(UploadSource source, long end) {
        return local(source, source.hot().extent().start(), end);
    }

    static ByteBuffer local(UploadSource source, long start, long end) {
        ByteBuffer all = ByteBuffer.allocate(source.hot().segments().stream()
                .mapToInt(segment -> (int) segment.bytes())
                .sum());
        long next = start;
        while (next < end) {
            try (BatchSlice slice = source.hot().read(next, end, 1)) {
                if (slice.sizeInBytes() == 0) {
                    break;
                }
                ByteBuffer batch = slice.buffer();
                next = BatchHeader.nextOffset(batch, batch.position());
                all.put(batch);
            }
        }
        return all.flip();
    }
}

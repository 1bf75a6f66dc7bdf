// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import io.varve.core.runtime.Scheduler;
import io.varve.core.spi.Extent;
import io.varve.core.spi.Segment;
import io.varve.core.spi.StorageContext;
import io.varve.core.spi.StorageException;
import io.varve.s3.client.ObjectInfo;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.client.UploadParts;
import io.varve.s3.manifest.Manifest;
import io.varve.s3.manifest.ManifestEdit;
import io.varve.s3.manifest.RemotePartition;
import io.varve.s3.manifest.RemoteSegment;
import io.varve.s3.object.PartBuffers;
import io.varve.s3.object.SegmentContent;
import io.varve.s3.object.SegmentFooter;
import io.varve.s3.object.SegmentKey;
import io.varve.s3.object.SegmentObjectWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Uploads one segment of a partition and has the manifest name its object. An object that the manifest does
 * not name is discarded: the partition was truncated, compacted or deleted meanwhile, or the upload failed.
 * Thread-safe, if each thread brings its own buffers.
 */
final class SegmentUpload {
    private final UploadConfig config;
    private final ObjectStore store;
    private final Manifest manifest;
    private final StorageContext context;
    private final ObjectDeleter deleter;
    private final ObjectsInFlight inFlight;
    private final PartialUploads partial = new PartialUploads();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    SegmentUpload(
            UploadConfig config,
            ObjectStore store,
            Manifest manifest,
            StorageContext context,
            ObjectDeleter deleter,
            ObjectsInFlight inFlight) {
        this.config = config;
        this.store = store;
        this.manifest = manifest;
        this.context = context;
        this.deleter = deleter;
        this.inFlight = inFlight;
    }

    /** Compares what is here with what is in the bucket. */
    UploadPlan plan(UploadSource source) {
        return plan(source, manifest.partition(source.id()));
    }

    private UploadPlan plan(UploadSource source, Optional<RemotePartition> remote) {
        Extent extent = source.hot().extent();
        List<Segment> segments = source.hot().segments();
        return source.compacted()
                ? UploadPlan.ofCompacted(
                        extent,
                        segments,
                        remote,
                        source.start(),
                        source.replacedBelow(),
                        (segment, stored) -> partial.contains(source.id(), segment, stored),
                        source::isCopy)
                : UploadPlan.of(extent, segments, remote, source.start());
    }

    /**
     * Uploads the next segment of a partition, if there is one.
     *
     * @return true if there may be more to upload
     * @throws ObjectStoreException if the bucket refuses
     * @throws StorageException what the partition or the manifest throws
     */
    boolean next(UploadSource source, PartBuffers parts) {
        // Before the look at what it protects: a change in between makes this upload stale.
        long generation = source.generation();
        if (!source.copies()) {
            return false;
        }
        Optional<RemotePartition> remote = manifest.partition(source.id());
        Optional<UploadPlan.ObjectOffsets> offsets = plan(source, remote).next();
        if (offsets.isEmpty()) {
            return false;
        }
        List<RemoteSegment> stored = remote.map(RemotePartition::segments).orElse(List.of());
        UUID object = context.ids().next();
        context.failPoints().hit("s3.upload.begin");
        inFlight.add(object);
        try {
            SegmentContent content = content(object, source, offsets.get(), stored);
            boolean named = upload(source, generation, content, edits(offsets.get(), source), parts);
            if (named && offsets.get().partOf() >= 0) {
                partial.add(source.id(), object, offsets.get().partOf());
            }
        } finally {
            inFlight.remove(object);
        }
        return true;
    }

    /**
     * A part of a segment takes the place of the whole one only if the start says that the rest is deleted.
     */
    private static List<ManifestEdit> edits(UploadPlan.ObjectOffsets offsets, UploadSource source) {
        return offsets.partOf() < 0 ? List.of() : List.of(new ManifestEdit.MoveStart(source.id(), offsets.start()));
    }

    private static SegmentContent content(
            UUID object, UploadSource source, UploadPlan.ObjectOffsets offsets, List<RemoteSegment> stored) {
        return new SegmentContent(
                object,
                source.id(),
                offsets.baseOffset(),
                offsets.endOffset(),
                offsets.lastAppendMs(),
                source.hot()::read,
                BlobPicker.pick(source.hot().snapshots(), offsets.endOffset(), stored));
    }

    /** Returns true if the manifest names the object. */
    private boolean upload(
            UploadSource source, long generation, SegmentContent content, List<ManifestEdit> first, PartBuffers parts) {
        String key = SegmentKey.of(content.partition(), content.baseOffset(), content.object());
        Optional<CompletableFuture<Void>> commit = Optional.empty();
        RemoteSegment stored = null;
        boolean handedOver = false;
        try (SegmentObjectWriter writer = new SegmentObjectWriter(config.writer(), content, parts)) {
            ObjectStore counted = store.countedFor(content.partition().topic());
            ObjectInfo info = counted.upload(key, new GuardedParts(source, generation, writer));
            RemoteSegment segment = confirmed(key, info, writer);
            stored = segment;
            context.failPoints().hit("s3.upload.stored");
            List<ManifestEdit> edits = new ArrayList<>(first);
            edits.add(new ManifestEdit.AddSegments(content.partition(), List.of(segment)));
            commit = source.ifUnchanged(generation, () -> manifest.commit(edits));
            handedOver = commit.isPresent();
        } catch (ChangedException e) {
            // The object is discarded below, and the partition is looked at again.
        } finally {
            if (!handedOver) {
                deleter.discard(key);
            }
        }
        if (commit.isPresent()) {
            await(commit.get(), key);
            context.failPoints().hit("s3.upload.committed");
            source.uploaded(stored, generation);
        }
        return commit.isPresent();
    }

    private static RemoteSegment confirmed(String key, ObjectInfo info, SegmentObjectWriter writer) {
        if (info.bytes() != writer.objectBytes()) {
            throw new ObjectStoreException(
                    ObjectStoreException.Kind.UNAVAILABLE,
                    "object " + key + " has " + info.bytes() + " bytes, " + writer.objectBytes() + " were sent",
                    null);
        }
        SegmentFooter footer = writer.footer();
        return new RemoteSegment(
                key,
                footer.object(),
                footer.baseOffset(),
                footer.endOffset(),
                footer.bytes(),
                writer.objectBytes(),
                footer.firstTimestamp(),
                footer.maxTimestamp(),
                footer.lastAppendMs(),
                writer.index());
    }

    /**
     * The commit may wait for the bucket for hours, a close may not. After a close or a fencing the object
     * is left to a sweep, since a commit whose answer was lost may name it.
     */
    private void await(CompletableFuture<Void> commit, String key) {
        try {
            CompletableFuture<Object> either = CompletableFuture.anyOf(commit, closed);
            context.scheduler().await(either, Scheduler.AgentStep.UNTIL_WOKEN);
            either.join();
        } catch (CompletionException e) {
            if (!(e.getCause() instanceof StorageException cause)) {
                throw e;
            }
            if (cause.kind() == StorageException.Kind.MISUSE) {
                // The edit does not fit: the start has moved past the segment.
                deleter.discard(key);
            }
            throw cause;
        }
    }

    /** Ends every wait for a commit, present and to come. */
    void close() {
        closed.completeExceptionally(
                new StorageException(StorageException.Kind.CLOSED, "uploads end: the storage is closed"));
    }

    /** Stops the upload of a segment that will not be named. */
    private static final class ChangedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ChangedException() {
            super("changed during the upload", null, false, false);
        }
    }

    /** Passes parts on while their partition stays what it was. */
    private final class GuardedParts implements UploadParts {
        private final UploadSource source;
        private final long generation;
        private final SegmentObjectWriter writer;
        private boolean first = true;

        GuardedParts(UploadSource source, long generation, SegmentObjectWriter writer) {
            this.source = source;
            this.generation = generation;
            this.writer = writer;
        }

        @Override
        public ByteBuffer next() {
            if (source.generation() != generation) {
                throw new ChangedException();
            }
            if (!first) {
                context.failPoints().hit("s3.upload.part");
            }
            first = false;
            try {
                return writer.next();
            } catch (StorageException e) {
                if (source.generation() != generation) {
                    // A replacement or a truncation took the segment away below the reader.
                    throw new ChangedException();
                }
                throw e;
            }
        }

        @Override
        public void release(ByteBuffer part) {
            writer.release(part);
        }
    }
}

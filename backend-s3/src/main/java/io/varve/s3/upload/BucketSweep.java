// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import io.varve.core.runtime.FailPoints;
import io.varve.core.runtime.Ids;
import io.varve.s3.client.ObjectInfo;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.client.PendingUpload;
import io.varve.s3.object.SegmentKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Finds segment objects that nothing names and multipart uploads that were never completed, and deletes them.
 * Only what is older than a grace period counts, by the bucket's own clock: an object is stored before the
 * manifest names it. Thread-safe.
 */
public final class BucketSweep {
    /** Prefix of the objects that ask the bucket for its time. */
    static final String MARKERS = "sweep/";

    private static final int BATCH = 1000;

    private final ObjectStore store;
    private final Predicate<UUID> named;
    private final long graceMs;
    private final Ids ids;
    private final FailPoints failPoints;

    /**
     * @param store the bucket
     * @param named whether the manifest names an object, or an upload of this process will have it named;
     *     asked again right before a deletion
     * @param graceMs min age of what is swept, in ms; longer than any upload and the commit after it
     * @param ids makes keys
     * @param failPoints where tests end a sweep
     */
    public BucketSweep(ObjectStore store, Predicate<UUID> named, long graceMs, Ids ids, FailPoints failPoints) {
        this.store = store;
        this.named = named;
        this.graceMs = graceMs;
        this.ids = ids;
        this.failPoints = failPoints;
    }

    /**
     * Lists what nothing names.
     *
     * @param objects segment objects that nothing names, and other leftovers
     * @param uploads multipart uploads that were never completed
     * @param unknown keys under {@code data/} that are not keys of segments: left alone
     * @param young number of unnamed objects that are younger than the grace period
     * @param named number of objects that are named
     */
    public record Leftovers(
            List<ObjectInfo> objects, List<PendingUpload> uploads, List<String> unknown, long young, long named) {
        /** Copies the lists. */
        public Leftovers {
            objects = List.copyOf(objects);
            uploads = List.copyOf(uploads);
            unknown = List.copyOf(unknown);
        }

        /** @return bytes of the objects */
        public long bytes() {
            return objects.stream().mapToLong(ObjectInfo::bytes).sum();
        }
    }

    /**
     * Looks through the bucket; deletes nothing.
     *
     * @return what nothing names
     * @throws ObjectStoreException as the store says; REFUSED if it does not say when objects were stored
     */
    public Leftovers find() {
        long before = now() - graceMs;
        Search search = new Search(before);
        store.list(SegmentKey.PREFIX, "", search::segment);
        store.list(MARKERS, "", search::marker);
        List<PendingUpload> stale = store.pendingUploads(SegmentKey.PREFIX).stream()
                .filter(upload -> upload.begunMs() >= 0 && upload.begunMs() < before)
                .toList();
        return new Leftovers(search.objects, stale, search.unknown, search.young, search.named);
    }

    /**
     * Deletes leftovers, except objects that got a name since.
     *
     * @param leftovers from {@link #find}
     * @return number of objects deleted and uploads aborted
     * @throws ObjectStoreException as the store says; some may be deleted
     */
    public int delete(Leftovers leftovers) {
        List<String> keys = leftovers.objects().stream()
                .map(ObjectInfo::key)
                .filter(key -> !SegmentKey.object(key).map(named::test).orElse(false))
                .toList();
        for (int from = 0; from < keys.size(); from += BATCH) {
            failPoints.hit("s3.sweep.before-delete");
            store.delete(keys.subList(from, Math.min(keys.size(), from + BATCH)));
        }
        for (PendingUpload upload : leftovers.uploads()) {
            failPoints.hit("s3.sweep.before-abort");
            store.abort(upload);
        }
        return keys.size() + leftovers.uploads().size();
    }

    /** Asks the bucket for its time: machines' clocks differ, and the ages of objects are by the bucket's. */
    private long now() {
        String key = MARKERS + ids.next();
        store.put(key, ByteBuffer.wrap(new byte[] {1}));
        Optional<ObjectInfo> marker = store.head(key);
        store.delete(List.of(key));
        long now = marker.map(ObjectInfo::modifiedMs).orElse(-1L);
        if (now < 0) {
            throw new ObjectStoreException(
                    ObjectStoreException.Kind.REFUSED,
                    "the bucket does not say when object " + key + " was stored: nothing is swept",
                    null);
        }
        return now;
    }

    /** Sorts what the bucket lists. */
    private final class Search {
        private final long before;
        private final List<ObjectInfo> objects = new ArrayList<>();
        private final List<String> unknown = new ArrayList<>();
        private long young;
        private long named;

        Search(long before) {
            this.before = before;
        }

        void segment(ObjectInfo info) {
            Optional<UUID> object = SegmentKey.object(info.key());
            if (object.isEmpty()) {
                unknown.add(info.key());
            } else if (BucketSweep.this.named.test(object.get())) {
                named++;
            } else if (info.modifiedMs() < 0 || info.modifiedMs() >= before) {
                young++;
            } else {
                objects.add(info);
            }
        }

        void marker(ObjectInfo info) {
            if (info.modifiedMs() >= 0 && info.modifiedMs() < before) {
                objects.add(info);
            }
        }
    }
}

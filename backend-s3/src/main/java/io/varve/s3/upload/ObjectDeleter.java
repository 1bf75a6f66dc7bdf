// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.upload;

import io.varve.core.spi.StorageContext;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.manifest.Manifest;
import io.varve.s3.object.SegmentKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Deletes the objects that the manifest names no longer, after a delay in which readers end, and those that
 * it never named. What it has not deleted when the process ends, a {@link BucketSweep} finds. Thread-safe.
 */
public final class ObjectDeleter {
    /** As many keys as one request of S3 takes. */
    private static final int BATCH = 1000;

    private final ObjectStore store;
    private final Manifest manifest;
    private final StorageContext context;
    private final long delayMs;
    private final StoreTrouble trouble;
    /** Key of an object to the time from which it may go, in ms since the epoch. */
    private final Map<String, Long> due = new LinkedHashMap<>();

    private volatile long nextTryMs;

    /**
     * @param store the bucket
     * @param manifest says which objects have no name left
     * @param context time and failpoints
     * @param delayMs ms between the loss of an object's last name and its deletion
     */
    public ObjectDeleter(ObjectStore store, Manifest manifest, StorageContext context, long delayMs) {
        this.store = store;
        this.manifest = manifest;
        this.context = context;
        this.delayMs = delayMs;
        trouble = new StoreTrouble("deletions in the bucket", context.clock(), () -> waiting() + " objects wait");
    }

    /** Has an object deleted that the manifest does not name. */
    void discard(String key) {
        add(List.of(key));
    }

    private void add(Collection<String> keys) {
        long from = context.clock().millis() + delayMs;
        synchronized (due) {
            keys.forEach(key -> due.putIfAbsent(key, from));
        }
    }

    /** @return number of objects that wait for their deletion */
    public int waiting() {
        synchronized (due) {
            return due.size();
        }
    }

    /** @return whether {@link #run} would send a request now, or is to learn of new objects */
    boolean isDue() {
        if (manifest.isFenced()) {
            return false;
        }
        add(manifest.takeUnnamed());
        long now = context.clock().millis();
        synchronized (due) {
            // The delay is the same for all: the first of them is due first.
            return now >= nextTryMs && !due.isEmpty() && due.values().iterator().next() <= now;
        }
    }

    /**
     * Deletes what is due. One thread calls it now and then. A failure is logged, and tried again by a later
     * call.
     *
     * @return number of objects deleted
     */
    public int run() {
        if (manifest.isFenced()) {
            // The bucket belongs to another server now, and so do the deletions.
            return 0;
        }
        add(manifest.takeUnnamed());
        long now = context.clock().millis();
        if (now < nextTryMs) {
            return 0;
        }
        int deleted = 0;
        for (List<String> batch = due(now); !batch.isEmpty(); batch = due(now)) {
            context.failPoints().hit("s3.delete.before");
            try {
                store.delete(batch);
            } catch (ObjectStoreException e) {
                nextTryMs = now + trouble.failed(e);
                return deleted;
            }
            trouble.worked();
            context.failPoints().hit("s3.delete.after");
            synchronized (due) {
                batch.forEach(due::remove);
            }
            deleted += batch.size();
        }
        return deleted;
    }

    /** A restored copy may name an object again. */
    private List<String> due(long now) {
        List<String> batch = new ArrayList<>();
        synchronized (due) {
            due.entrySet().removeIf(entry -> isNamed(entry.getKey()));
            for (Map.Entry<String, Long> entry : due.entrySet()) {
                if (entry.getValue() <= now && batch.size() < BATCH) {
                    batch.add(entry.getKey());
                }
            }
        }
        return batch;
    }

    private boolean isNamed(String key) {
        return SegmentKey.object(key).map(manifest::names).orElse(false);
    }
}

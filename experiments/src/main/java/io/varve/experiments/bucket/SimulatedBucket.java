// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.bucket;

import io.varve.core.runtime.VirtualTime;
import io.varve.s3.client.ObjectInfo;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.client.PendingUpload;
import io.varve.s3.client.RequestCounts;
import io.varve.s3.client.RequestKind;
import io.varve.s3.client.UploadParts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Serves a storage in virtual time as a bucket does. Objects are kept whole; a request takes effect when its
 * time has passed. Requests are counted as the real client sends them for objects of full size: what was
 * uploaded in parts stands for {@link BucketModel#scale} times its bytes, everything else for itself.
 * Thread-safe.
 */
public final class SimulatedBucket implements ObjectStore {
    private static final int LIST_PAGE = 1000;
    private static final int DELETE_PAGE = 1000;
    /** Parts that one upload sends at a time, by the defaults of the real client and of the storage. */
    private static final int PARTS_IN_FLIGHT = 2;

    private final String topic;
    private final Shared shared;

    private record Shared(
            BucketModel model, VirtualTime time, ObjectShelf shelf, RequestLedger ledger, RequestTimes times) {}

    /**
     * @param model how the bucket behaves
     * @param time passes for each request
     * @param directory for large objects; empty or absent
     * @param seed what all random times follow from
     */
    public SimulatedBucket(BucketModel model, VirtualTime time, Path directory, long seed) {
        this("", shared(model, time, directory, seed));
    }

    private static Shared shared(BucketModel model, VirtualTime time, Path directory, long seed) {
        RequestLedger ledger = new RequestLedger();
        return new Shared(model, time, new ObjectShelf(directory), ledger, new RequestTimes(model, time, ledger, seed));
    }

    private SimulatedBucket(String topic, Shared shared) {
        this.topic = topic;
        this.shared = shared;
    }

    /** @return what it holds, and what was asked of it so far */
    public BucketUsage usage() {
        return shared.ledger.usage(shared.shelf.storedBytes());
    }

    @Override
    public void put(String key, ByteBuffer bytes) {
        pass(RequestKind.PUT, "PUT of " + key, 1, bytes.remaining());
        shared.ledger.answered(topic, RequestKind.PUT, 1, bytes.remaining());
        shared.shelf.put(whole(key, bytes));
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer bytes) {
        pass(RequestKind.PUT, "PUT if absent of " + key, 1, bytes.remaining());
        shared.ledger.answered(topic, RequestKind.PUT, 1, bytes.remaining());
        ObjectShelf.Item there = shared.shelf.find(key);
        if (there == null) {
            shared.shelf.put(whole(key, bytes));
            return true;
        }
        ByteBuffer held = ByteBuffer.allocate((int) there.bytes());
        ObjectShelf.read(there, 0, held);
        return held.flip().equals(bytes);
    }

    private ObjectShelf.Item whole(String key, ByteBuffer bytes) {
        try (ObjectShelf.Writer writer = shared.shelf.new Writer()) {
            writer.write(bytes);
            return writer.item(key, 1, shared.time.millis());
        } catch (IOException e) {
            throw new UncheckedIOException("object " + key, e);
        }
    }

    @Override
    public ObjectInfo upload(String key, UploadParts parts) {
        ObjectShelf.Item item = taken(key, parts);
        boolean stored = false;
        try {
            long sent = Math.max(1, (item.fullBytes() + UploadParts.MIN_PART - 1) / UploadParts.MIN_PART);
            if (sent == 1) {
                pass(RequestKind.PUT, "PUT of " + key, 1, item.fullBytes());
                shared.ledger.answered(topic, RequestKind.PUT, 1, item.fullBytes());
            } else {
                long rounds = 2 + (sent + PARTS_IN_FLIGHT - 1) / PARTS_IN_FLIGHT;
                pass(RequestKind.PUT, "upload of " + key, rounds, item.fullBytes() / (double) PARTS_IN_FLIGHT);
                shared.ledger.answered(topic, RequestKind.PUT, sent + 2, item.fullBytes());
                pass(RequestKind.GET, "HEAD of " + key + " after its upload", 1, 0);
                shared.ledger.answered(topic, RequestKind.GET, 1, 0);
            }
            shared.shelf.put(item);
            stored = true;
        } finally {
            if (!stored) {
                ObjectShelf.forget(item);
            }
        }
        return info(item);
    }

    private ObjectShelf.Item taken(String key, UploadParts parts) {
        try (ObjectShelf.Writer writer = shared.shelf.new Writer()) {
            for (ByteBuffer part = parts.next(); part != null; part = parts.next()) {
                try {
                    writer.write(part);
                } finally {
                    parts.release(part);
                }
            }
            return writer.item(key, shared.model.scale(), shared.time.millis());
        } catch (IOException e) {
            throw new UncheckedIOException("object " + key, e);
        }
    }

    @Override
    public Optional<ByteBuffer> get(String key) {
        pass(RequestKind.GET, "GET of " + key, 1, 0);
        return whole(key);
    }

    @Override
    public CompletableFuture<Optional<ByteBuffer>> getAsync(String key) {
        return shared.times
                .answer(new RequestTimes.BucketRequest(topic, RequestKind.GET, "GET of " + key, 1, 0))
                .thenApply(nothing -> whole(key));
    }

    private Optional<ByteBuffer> whole(String key) {
        shared.ledger.answered(topic, RequestKind.GET, 1, 0);
        return Optional.ofNullable(shared.shelf.find(key)).map(found -> {
            ByteBuffer bytes = ByteBuffer.allocate((int) found.bytes());
            ObjectShelf.read(found, 0, bytes);
            shared.ledger.answered(topic, RequestKind.GET, 0, found.fullBytes());
            return bytes.flip();
        });
    }

    @Override
    public void getRange(String key, long from, ByteBuffer into) {
        shared.times.pass(range(key, into.remaining()));
        read(key, from, into);
    }

    @Override
    public CompletableFuture<Void> getRangeAsync(String key, long from, ByteBuffer into) {
        return shared.times.answer(range(key, into.remaining())).thenRun(() -> read(key, from, into));
    }

    private RequestTimes.BucketRequest range(String key, int bytes) {
        ObjectShelf.Item item = shared.shelf.find(key);
        double full = bytes * (double) (item == null ? 1 : item.standsFor());
        return new RequestTimes.BucketRequest(topic, RequestKind.GET, "GET of " + key, 1, full);
    }

    private void read(String key, long from, ByteBuffer into) {
        shared.ledger.answered(topic, RequestKind.GET, 1, 0);
        ObjectShelf.Item item = shared.shelf.find(key);
        if (item == null || from + into.remaining() > item.bytes()) {
            throw new ObjectStoreException(
                    ObjectStoreException.Kind.ABSENT,
                    "GET of " + into.remaining() + " bytes at " + from + " of " + key
                            + ": it does not exist or is shorter",
                    null);
        }
        shared.ledger.answered(topic, RequestKind.GET, 0, (long) into.remaining() * item.standsFor());
        ObjectShelf.read(item, from, into);
    }

    @Override
    public Optional<ObjectInfo> head(String key) {
        pass(RequestKind.GET, "HEAD of " + key, 1, 0);
        shared.ledger.answered(topic, RequestKind.GET, 1, 0);
        return Optional.ofNullable(shared.shelf.find(key)).map(SimulatedBucket::info);
    }

    @Override
    public void delete(Collection<String> keys) {
        List<String> all = List.copyOf(keys);
        for (int from = 0; from < all.size(); from += DELETE_PAGE) {
            List<String> page = all.subList(from, Math.min(all.size(), from + DELETE_PAGE));
            pass(RequestKind.DELETE, "DELETE of " + page.size() + " objects, " + page.get(0) + " …", 1, 0);
            shared.ledger.answered(topic, RequestKind.DELETE, 1, 0);
            page.forEach(shared.shelf::remove);
        }
    }

    @Override
    public void list(String prefix, String after, Consumer<ObjectInfo> found) {
        List<ObjectShelf.Item> items = shared.shelf.list(prefix, after);
        long pages = Math.max(1, (items.size() + LIST_PAGE - 1) / LIST_PAGE);
        pass(RequestKind.LIST, "LIST of " + prefix, pages, 0);
        shared.ledger.answered(topic, RequestKind.LIST, pages, 0);
        items.forEach(item -> found.accept(info(item)));
    }

    /** {@inheritDoc} There are none: a process of the simulation does not die in an upload. */
    @Override
    public List<PendingUpload> pendingUploads(String prefix) {
        pass(RequestKind.LIST, "LIST of begun uploads of " + prefix, 1, 0);
        shared.ledger.answered(topic, RequestKind.LIST, 1, 0);
        return List.of();
    }

    @Override
    public void abort(PendingUpload upload) {
        pass(RequestKind.DELETE, "abort of the upload of " + upload.key(), 1, 0);
        shared.ledger.answered(topic, RequestKind.DELETE, 1, 0);
    }

    private void pass(RequestKind kind, String what, long rounds, double bytes) {
        shared.times.pass(new RequestTimes.BucketRequest(topic, kind, what, rounds, bytes));
    }

    private static ObjectInfo info(ObjectShelf.Item item) {
        return new ObjectInfo(item.key(), item.bytes(), item.storedMs());
    }

    @Override
    public ObjectStore countedFor(String name) {
        return new SimulatedBucket(name, shared);
    }

    @Override
    public RequestCounts counts() {
        return shared.ledger.counts();
    }

    @Override
    public void hasten() {
        shared.times.hasten();
    }

    @Override
    public void close() {
        shared.times.hasten();
    }
}

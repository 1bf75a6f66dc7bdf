// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.bucket;

import io.varve.s3.client.DamagedReads;
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
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Asks a simulated bucket as the real client asks a real one, request by request, and counts as it does. What
 * was uploaded in parts stands for {@link BucketModel#scale} times its bytes, everything else for itself.
 * Thread-safe.
 */
final class SimulatedClient implements ObjectStore {
    private static final int LIST_PAGE = 1000;
    private static final int DELETE_PAGE = 1000;
    /** Parts that one upload sends at a time, by the defaults of the real client and of the storage. */
    private static final int PARTS_IN_FLIGHT = 2;

    private final String topic;
    private final SimulatedBucket bucket;
    private final ObjectShelf shelf;
    private final RequestLedger ledger;
    private final RequestTimes times;

    SimulatedClient(SimulatedBucket bucket) {
        this.topic = "";
        this.bucket = bucket;
        shelf = bucket.shelf;
        ledger = new RequestLedger();
        times = new RequestTimes(bucket, ledger);
    }

    private SimulatedClient(String topic, SimulatedClient client) {
        this.topic = topic;
        bucket = client.bucket;
        shelf = client.shelf;
        ledger = client.ledger;
        times = client.times;
    }

    @Override
    public void put(String key, ByteBuffer bytes) {
        pass(RequestKind.PUT, "PUT of " + key, 1, bytes.remaining());
        answered(RequestKind.PUT, 1, bytes.remaining());
        shelf.put(whole(key, bytes));
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer bytes) {
        pass(RequestKind.PUT, "PUT if absent of " + key, 1, bytes.remaining());
        answered(RequestKind.PUT, 1, bytes.remaining());
        return shelf.putIfAbsent(whole(key, bytes)) || isOwn(key, bytes);
    }

    /** Reads what is there until it is the caller's own, or another's without doubt. */
    private boolean isOwn(String key, ByteBuffer bytes) {
        DamagedReads others = new DamagedReads();
        while (true) {
            Optional<ByteBuffer> read = get(key);
            if (read.isEmpty()) {
                return putIfAbsent(key, bytes);
            }
            if (read.get().equals(bytes) || others.isStored(read.get())) {
                return read.get().equals(bytes);
            }
        }
    }

    private ObjectShelf.Item whole(String key, ByteBuffer bytes) {
        try (ObjectShelf.Writer writer = shelf.new Writer()) {
            writer.write(bytes);
            return writer.item(key, 1, bucket.time.millis());
        } catch (IOException e) {
            throw new UncheckedIOException("object " + key, e);
        }
    }

    @Override
    public ObjectInfo upload(String key, UploadParts parts) {
        TakenParts taken = take(key, parts);
        ObjectShelf.Item item = taken.item;
        boolean stored = false;
        try {
            long sent = taken.requests(bucket.model.scale());
            if (sent == 1) {
                pass(RequestKind.PUT, "PUT of " + key, 1, item.fullBytes());
                answered(RequestKind.PUT, 1, item.fullBytes());
            } else {
                long rounds = 2 + (sent + PARTS_IN_FLIGHT - 1) / PARTS_IN_FLIGHT;
                pass(RequestKind.PUT, "upload of " + key, rounds, item.fullBytes() / (double) PARTS_IN_FLIGHT);
                answered(RequestKind.PUT, sent + 2, item.fullBytes());
                pass(RequestKind.GET, "HEAD of " + key + " after its upload", 1, 0);
                answered(RequestKind.GET, 1, 0);
            }
            shelf.put(item);
            stored = true;
        } finally {
            if (!stored) {
                ObjectShelf.forget(item);
            }
        }
        return info(item);
    }

    /** Holds an object that is not stored yet, and of how many parts it was made. */
    private record TakenParts(ObjectShelf.Item item, long count) {
        /** @return requests with content that the real client makes for the object of full size */
        long requests(int scale) {
            if (scale == 1) {
                return Math.max(1, count);
            }
            return Math.max(1, (item.fullBytes() + UploadParts.MIN_PART - 1) / UploadParts.MIN_PART);
        }
    }

    private TakenParts take(String key, UploadParts parts) {
        long count = 0;
        try (ObjectShelf.Writer writer = shelf.new Writer()) {
            for (ByteBuffer part = parts.next(); part != null; part = parts.next()) {
                try {
                    writer.write(part);
                } finally {
                    parts.release(part);
                }
                count++;
            }
            return new TakenParts(writer.item(key, bucket.model.scale(), bucket.time.millis()), count);
        } catch (IOException e) {
            throw new UncheckedIOException("object " + key, e);
        }
    }

    @Override
    public Optional<ByteBuffer> get(String key) {
        pass(RequestKind.GET, "GET of " + key, 1, 0);
        return read(key);
    }

    @Override
    public CompletableFuture<Optional<ByteBuffer>> getAsync(String key) {
        return times.answer(request(RequestKind.GET, "GET of " + key, 1, 0)).thenApply(nothing -> read(key));
    }

    private Optional<ByteBuffer> read(String key) {
        answered(RequestKind.GET, 1, 0);
        return Optional.ofNullable(shelf.find(key)).map(found -> {
            ByteBuffer bytes = ByteBuffer.allocate((int) found.bytes());
            ObjectShelf.read(found, 0, bytes);
            answered(RequestKind.GET, 0, found.fullBytes());
            return bytes.flip();
        });
    }

    @Override
    public void getRange(String key, long from, ByteBuffer into) {
        if (into.hasRemaining()) {
            times.pass(range(key, into.remaining()));
            read(key, from, into);
        }
    }

    @Override
    public CompletableFuture<Void> getRangeAsync(String key, long from, ByteBuffer into) {
        return into.hasRemaining()
                ? times.answer(range(key, into.remaining())).thenRun(() -> read(key, from, into))
                : CompletableFuture.completedFuture(null);
    }

    private RequestTimes.BucketRequest range(String key, int bytes) {
        ObjectShelf.Item item = shelf.find(key);
        double full = bytes * (double) (item == null ? 1 : item.standsFor());
        return request(RequestKind.GET, "GET of " + key, 1, full);
    }

    private void read(String key, long from, ByteBuffer into) {
        answered(RequestKind.GET, 1, 0);
        ObjectShelf.Item item = shelf.find(key);
        if (item == null || from + into.remaining() > item.bytes()) {
            throw new ObjectStoreException(
                    ObjectStoreException.Kind.ABSENT,
                    "GET of " + into.remaining() + " bytes at " + from + " of " + key
                            + ": it does not exist or is shorter",
                    null);
        }
        answered(RequestKind.GET, 0, (long) into.remaining() * item.standsFor());
        ObjectShelf.read(item, from, into);
    }

    /** {@inheritDoc} For one that does not exist the bucket is asked for too. */
    @Override
    public Optional<ObjectInfo> head(String key) {
        pass(RequestKind.GET, "HEAD of " + key, 1, 0);
        answered(RequestKind.GET, 1, 0);
        ObjectShelf.Item found = shelf.find(key);
        if (found == null) {
            pass(RequestKind.GET, "HEAD of the bucket", 1, 0);
            answered(RequestKind.GET, 1, 0);
        }
        return Optional.ofNullable(found).map(SimulatedClient::info);
    }

    @Override
    public void delete(Collection<String> keys) {
        List<String> all = List.copyOf(keys);
        for (int from = 0; from < all.size(); from += DELETE_PAGE) {
            List<String> page = all.subList(from, Math.min(all.size(), from + DELETE_PAGE));
            pass(RequestKind.DELETE, "DELETE of " + page.size() + " objects, " + page.get(0) + " …", 1, 0);
            answered(RequestKind.DELETE, 1, 0);
            page.forEach(shelf::remove);
        }
    }

    @Override
    public void list(String prefix, String after, Consumer<ObjectInfo> found) {
        pass(RequestKind.LIST, "LIST of " + prefix, 1, 0);
        List<ObjectShelf.Item> items = shelf.list(prefix, after);
        long more = Math.max(0, items.size() - 1) / LIST_PAGE;
        if (more > 0) {
            pass(RequestKind.LIST, "LIST of more of " + prefix, more, 0);
        }
        answered(RequestKind.LIST, 1 + more, 0);
        items.forEach(item -> found.accept(info(item)));
    }

    /** {@inheritDoc} There are none: a process of the simulation does not die in an upload. */
    @Override
    public List<PendingUpload> pendingUploads(String prefix) {
        pass(RequestKind.LIST, "LIST of begun uploads of " + prefix, 1, 0);
        answered(RequestKind.LIST, 1, 0);
        return List.of();
    }

    @Override
    public void abort(PendingUpload upload) {
        pass(RequestKind.DELETE, "abort of the upload of " + upload.key(), 1, 0);
        answered(RequestKind.DELETE, 1, 0);
    }

    private RequestTimes.BucketRequest request(RequestKind kind, String what, long rounds, double bytes) {
        return new RequestTimes.BucketRequest(topic, kind, what, rounds, bytes);
    }

    private void pass(RequestKind kind, String what, long rounds, double bytes) {
        times.pass(request(kind, what, rounds, bytes));
    }

    private void answered(RequestKind kind, long requests, long bytes) {
        ledger.answered(topic, kind, requests, bytes);
        bucket.answered(kind, requests, bytes);
    }

    private static ObjectInfo info(ObjectShelf.Item item) {
        return new ObjectInfo(item.key(), item.bytes(), item.storedMs());
    }

    @Override
    public ObjectStore countedFor(String name) {
        return new SimulatedClient(name, this);
    }

    @Override
    public RequestCounts counts() {
        return ledger.counts();
    }

    @Override
    public void hasten() {
        times.hasten();
    }

    @Override
    public void close() {
        times.close();
    }
}

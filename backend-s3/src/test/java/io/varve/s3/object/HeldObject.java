// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.object;

import io.varve.s3.client.ObjectInfo;
import io.varve.s3.client.ObjectStore;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.client.PendingUpload;
import io.varve.s3.client.RequestCounts;
import io.varve.s3.client.UploadParts;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Holds the bytes of one object, for tests that change every one of them; reads only. */
final class HeldObject implements ObjectStore {
    static final String KEY = "data/00/topic/0/object.seg";

    private final byte[] bytes;

    HeldObject(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Collects the parts as a bucket does, and gives them back out of order. */
    static byte[] collect(UploadParts parts, List<Integer> sizes) {
        ByteArrayOutputStream object = new ByteArrayOutputStream();
        List<ByteBuffer> inFlight = new ArrayList<>();
        for (ByteBuffer part = parts.next(); part != null; part = parts.next()) {
            sizes.add(part.remaining());
            byte[] copy = new byte[part.remaining()];
            part.duplicate().get(copy);
            object.writeBytes(copy);
            inFlight.add(part);
            if (inFlight.size() == PartBuffers.MIN_COUNT) {
                parts.release(inFlight.remove(1));
                parts.release(inFlight.remove(0));
            }
        }
        inFlight.forEach(parts::release);
        return object.toByteArray();
    }

    @Override
    public void getRange(String key, long from, ByteBuffer into) {
        if (from + into.remaining() > bytes.length) {
            throw new ObjectStoreException(ObjectStoreException.Kind.ABSENT, "range ends behind " + bytes.length, null);
        }
        into.put(bytes, (int) from, into.remaining());
    }

    @Override
    public Optional<ObjectInfo> head(String key) {
        return Optional.of(new ObjectInfo(key, bytes.length, -1));
    }

    @Override
    public void put(String key, ByteBuffer content) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer content) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ObjectInfo upload(String key, UploadParts parts) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<ByteBuffer> get(String key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void delete(Collection<String> keys) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void list(String prefix, String after, Consumer<ObjectInfo> found) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<PendingUpload> pendingUploads(String prefix) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void abort(PendingUpload upload) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ObjectStore countedFor(String topic) {
        return this;
    }

    @Override
    public RequestCounts counts() {
        return new RequestCounts(List.of());
    }

    @Override
    public void close() {}
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.core.runtime.Clock;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Holds a bucket in memory, for tests that move the bucket's clock, change an object's bytes, or fail between
 * two requests. Where the S3 server can show it, tests use that. Thread-safe.
 */
public final class MemoryBucket implements ObjectStore {
    private final Clock clock;
    private final NavigableMap<String, Held> objects = new TreeMap<>();
    private final List<PendingUpload> uploads = new ArrayList<>();
    private final List<Integer> partSizes = new ArrayList<>();
    private volatile Consumer<String> before = request -> {};

    /** @param clock the bucket's clock */
    public MemoryBucket(Clock clock) {
        this.clock = clock;
    }

    private record Held(byte[] bytes, long storedMs) {}

    /** Calls an action before each request with its name and key; it may throw. */
    public void before(Consumer<String> action) {
        before = action;
    }

    /** Puts an object's bytes in place. */
    public synchronized void hold(String key, byte[] bytes) {
        objects.put(key, new Held(bytes, clock.millis()));
    }

    /** Returns an object's bytes. */
    public synchronized byte[] bytes(String key) {
        return objects.get(key).bytes;
    }

    /** Returns the keys of all objects. */
    public synchronized Set<String> keys() {
        return new TreeSet<>(objects.keySet());
    }

    /** Returns the sizes of all parts that were uploaded. */
    public synchronized List<Integer> partSizes() {
        return List.copyOf(partSizes);
    }

    /** Leaves a multipart upload behind, as a process that died does. */
    public synchronized void beginUpload(String key) {
        uploads.add(new PendingUpload(key, "upload-" + uploads.size(), clock.millis()));
    }

    @Override
    public void put(String key, ByteBuffer bytes) {
        before.accept("put " + key);
        hold(key, copy(bytes));
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer bytes) {
        before.accept("putIfAbsent " + key);
        byte[] content = copy(bytes);
        synchronized (this) {
            Held held = objects.putIfAbsent(key, new Held(content, clock.millis()));
            return held == null || Arrays.equals(held.bytes, content);
        }
    }

    /** Gives parts back late and out of order. */
    @Override
    public ObjectInfo upload(String key, UploadParts parts) {
        before.accept("upload " + key);
        ByteArrayOutputStream object = new ByteArrayOutputStream();
        List<ByteBuffer> inFlight = new ArrayList<>();
        try {
            for (ByteBuffer part = parts.next(); part != null; part = parts.next()) {
                inFlight.add(part);
                object.writeBytes(copy(part));
                synchronized (this) {
                    partSizes.add(part.remaining());
                }
                before.accept("part " + key);
                if (inFlight.size() == 2) {
                    parts.release(inFlight.remove(1));
                    parts.release(inFlight.remove(0));
                }
            }
        } finally {
            inFlight.forEach(parts::release);
        }
        hold(key, object.toByteArray());
        return new ObjectInfo(key, object.size(), clock.millis());
    }

    @Override
    public Optional<ByteBuffer> get(String key) {
        before.accept("get " + key);
        synchronized (this) {
            return Optional.ofNullable(objects.get(key)).map(held -> ByteBuffer.wrap(held.bytes.clone()));
        }
    }

    @Override
    public void getRange(String key, long from, ByteBuffer into) {
        before.accept("getRange " + key);
        synchronized (this) {
            Held held = objects.get(key);
            if (held == null || from + into.remaining() > held.bytes.length) {
                throw new ObjectStoreException(
                        ObjectStoreException.Kind.ABSENT, "no such range in object " + key, null);
            }
            into.put(held.bytes, (int) from, into.remaining());
        }
    }

    @Override
    public Optional<ObjectInfo> head(String key) {
        before.accept("head " + key);
        synchronized (this) {
            return Optional.ofNullable(objects.get(key)).map(held -> info(key, held));
        }
    }

    @Override
    public void delete(Collection<String> keys) {
        before.accept("delete " + keys);
        synchronized (this) {
            keys.forEach(objects::remove);
        }
    }

    @Override
    public void list(String prefix, String after, Consumer<ObjectInfo> found) {
        before.accept("list " + prefix);
        Map<String, Held> copy;
        synchronized (this) {
            copy = new TreeMap<>(objects.tailMap(prefix));
        }
        copy.forEach((key, held) -> {
            if (key.startsWith(prefix) && key.compareTo(after) > 0) {
                found.accept(info(key, held));
            }
        });
    }

    @Override
    public synchronized List<PendingUpload> pendingUploads(String prefix) {
        return uploads.stream().filter(u -> u.key().startsWith(prefix)).toList();
    }

    @Override
    public synchronized void abort(PendingUpload upload) {
        uploads.remove(upload);
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
    public void hasten() {}

    @Override
    public void close() {}

    private static ObjectInfo info(String key, Held held) {
        return new ObjectInfo(key, held.bytes.length, held.storedMs);
    }

    private static byte[] copy(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return copy;
    }
}

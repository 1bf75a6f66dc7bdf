// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Stores objects in one bucket, under one prefix. Keys are relative to the prefix, of segments separated by
 * single slashes, at most 200 characters each; no key is a directory of another. Every call blocks; it
 * repeats what can be repeated, with pauses, until its time-out. Thread-safe.
 *
 * <p>Every method throws {@link ObjectStoreException}; its kind says what the caller must do.
 */
public interface ObjectStore extends AutoCloseable {
    /** Time for requests in progress after {@link #hasten}, in ms. */
    long GRACE_MS = 4_000;

    /**
     * Stores a small object, replacing one of the same key.
     *
     * @param key the object's key
     * @param bytes the content, from position to limit; not moved
     */
    void put(String key, ByteBuffer bytes);

    /**
     * Creates a small object unless the key exists. An answer that leaves the outcome open (412 after a lost
     * reply, 409, 5xx, a time-out) is resolved by reading the object back and comparing it: so the content
     * must be unique to the caller, for instance by a nonce.
     *
     * @param key the object's key
     * @param bytes the content, from position to limit; not moved
     * @return true if the object holds these bytes now; false if it holds others
     */
    boolean putIfAbsent(String key, ByteBuffer bytes);

    /**
     * Stores an object of any size: in one request if it has one part, else as a multipart upload with
     * several parts in flight. Each part goes with its CRC-32C, which the store verifies. The size is
     * confirmed by the store before the call returns. After a failure no parts are left, unless the process
     * dies.
     *
     * @param key the object's key; a new one for each attempt
     * @param parts supplies the content, part by part
     * @return the stored object
     */
    ObjectInfo upload(String key, UploadParts parts);

    /**
     * @param key the object's key
     * @return the whole content of a small object; empty if it does not exist
     */
    Optional<ByteBuffer> get(String key);

    /**
     * Reads as {@link #get}. A store whose answers take no thread returns before it has one; any other has it
     * on return.
     *
     * @param key as there
     * @return completed with what {@link #get} returns or throws
     */
    default CompletableFuture<Optional<ByteBuffer>> getAsync(String key) {
        try {
            return CompletableFuture.completedFuture(get(key));
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Reads a range of an object in one request, repeated if the answer is cut.
     *
     * @param key the object's key
     * @param from first byte, inclusive
     * @param into filled from its position to its limit
     * @throws ObjectStoreException ABSENT if the object does not exist or is shorter
     */
    void getRange(String key, long from, ByteBuffer into);

    /**
     * Reads as {@link #getRange}. A store whose answers take no thread returns before it has the bytes; any
     * other one has them on return.
     *
     * @param key as there
     * @param from as there
     * @param into as there; must not be used before the answer
     * @return completed when the bytes are there, or with what {@link #getRange} throws
     */
    default CompletableFuture<Void> getRangeAsync(String key, long from, ByteBuffer into) {
        try {
            getRange(key, from, into);
            return CompletableFuture.completedFuture(null);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * @param key the object's key
     * @return its size and time; empty if it does not exist
     */
    Optional<ObjectInfo> head(String key);

    /**
     * Deletes objects; idempotent.
     *
     * @param keys any number of keys
     * @throws ObjectStoreException if one of them was not deleted; the others may be
     */
    void delete(Collection<String> keys);

    /**
     * Lists objects in the order of their keys.
     *
     * @param prefix prefix of their keys
     * @param after only keys above this one; empty for all
     * @param found called for each object
     */
    void list(String prefix, String after, Consumer<ObjectInfo> found);

    /**
     * @param prefix prefix of the keys
     * @return multipart uploads that were begun and neither completed nor aborted
     */
    List<PendingUpload> pendingUploads(String prefix);

    /**
     * Aborts a multipart upload, and frees its parts; idempotent.
     *
     * @param upload one of {@link #pendingUploads}
     */
    void abort(PendingUpload upload);

    /**
     * @param topic the topic whose requests the caller makes; empty for none
     * @return this store, whose requests count for that topic
     */
    ObjectStore countedFor(String topic);

    /** @return requests and bytes so far, of this store and all that share its connections */
    RequestCounts counts();

    /**
     * Ends what takes long, before a close: no request is repeated any more, and those in progress have
     * {@value #GRACE_MS} ms left. For all stores of {@link #countedFor}. Idempotent.
     */
    void hasten();

    /** Closes the connections, for all stores of {@link #countedFor}. Idempotent. */
    @Override
    void close();
}

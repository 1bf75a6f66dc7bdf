// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.core.runtime.Clock;
import io.varve.core.runtime.Ids;
import io.varve.core.runtime.Scheduler;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Stores objects in a bucket by the S3 protocol. Thread-safe. */
public final class S3ObjectStore implements ObjectStore {
    private final S3Connection connection;
    private final RequestCounters counters;
    private final ObjectRequests requests;

    private S3ObjectStore(S3Connection connection, RequestCounters counters, String topic) {
        this.connection = connection;
        this.counters = counters;
        requests = new ObjectRequests(connection, counters.of(topic));
    }

    /**
     * Makes a store; sends no request.
     *
     * @param settings the bucket, and the prefix of all keys
     * @param clock tells how long requests take
     * @param scheduler starts the threads that send parts
     * @param ids the source of jitter
     * @return the store, which the caller closes
     */
    public static S3ObjectStore open(BucketSettings settings, Clock clock, Scheduler scheduler, Ids ids) {
        return open(settings, clock, scheduler, ids, new RetryPause());
    }

    static S3ObjectStore open(BucketSettings settings, Clock clock, Scheduler scheduler, Ids ids, RetryPause pause) {
        return new S3ObjectStore(new S3Connection(settings, clock, scheduler, ids, pause), new RequestCounters(), "");
    }

    @Override
    public void put(String key, ByteBuffer bytes) {
        requests.put(key, UploadBody.of(bytes, connection.checksum()));
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer bytes) {
        return new ConditionalPut(requests, key).run(UploadBody.of(bytes, connection.checksum()));
    }

    @Override
    public ObjectInfo upload(String key, UploadParts parts) {
        return new ObjectUpload(requests, key, parts).run();
    }

    @Override
    public Optional<ByteBuffer> get(String key) {
        RequestCall call = requests.call(RequestKind.GET, "GET of " + key);
        try {
            return Optional.of(call.repeat(configuration -> requests.get(call, configuration, key)));
        } catch (RequestFailure e) {
            return absent(call, e);
        }
    }

    @Override
    public void getRange(String key, long from, ByteBuffer into) {
        new RangeRead(requests, key, from, into).run();
    }

    @Override
    public Optional<ObjectInfo> head(String key) {
        RequestCall call = requests.call(RequestKind.GET, "HEAD of " + key);
        try {
            return Optional.of(requests.head(call, key));
        } catch (RequestFailure e) {
            return absent(call, e);
        }
    }

    @Override
    public void delete(Collection<String> keys) {
        new ObjectDeletion(requests).run(keys);
    }

    @Override
    public void list(String prefix, String after, Consumer<ObjectInfo> found) {
        new ObjectListing(requests).objects(prefix, after, found);
    }

    @Override
    public List<PendingUpload> pendingUploads(String prefix) {
        return new ObjectListing(requests).uploads(prefix);
    }

    @Override
    public void abort(PendingUpload upload) {
        requests.abort(upload.key(), upload.uploadId());
    }

    @Override
    public ObjectStore countedFor(String topic) {
        return new S3ObjectStore(connection, counters, topic);
    }

    @Override
    public RequestCounts counts() {
        return counters.read();
    }

    @Override
    public void hasten() {
        connection.hasten();
    }

    @Override
    public void close() {
        connection.close();
    }

    /** The requests of a probe, which are made by single attempts. */
    ObjectRequests requests() {
        return requests;
    }

    /** A bucket that does not exist must not look like an empty one. */
    private static <T> Optional<T> absent(RequestCall call, RequestFailure failure) {
        if (failure.meaning() != RequestFailure.Meaning.ABSENT) {
            throw call.report(failure);
        }
        return Optional.empty();
    }
}

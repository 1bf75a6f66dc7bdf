// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.s3.client.ObjectStoreException.Kind;
import io.varve.s3.client.RequestFailure.Meaning;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * Stores an object in parts, several of which are sent at a time. The caller's thread takes the parts;
 * threads of the connection send them. After a failure the upload is aborted when no part is in flight any
 * more.
 */
final class MultipartUpload {
    private static final int MAX_PARTS = 10_000;

    private final ObjectRequests requests;
    private final String key;
    private final ObjectUpload parts;
    private final TreeMap<Integer, CompletedPart> sent = new TreeMap<>();
    private String id;
    private long bytes;
    private int inFlight;
    private Throwable failure;
    private boolean interrupted;

    MultipartUpload(ObjectRequests requests, String key, ObjectUpload parts) {
        this.requests = requests;
        this.key = key;
        this.parts = parts;
    }

    ObjectInfo run() {
        id = begin();
        try {
            sendAll();
            complete();
            return ObjectUpload.confirm(requests, key, bytes);
        } catch (RuntimeException | Error e) {
            abort(e);
            throw e;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private String begin() {
        boolean crc = requests.connection().checksum() == UploadChecksum.CRC32C;
        String begun = requests.call(RequestKind.PUT, "begin of the upload of " + key)
                .succeed(configuration -> requests.client()
                        .createMultipartUpload(create -> create.bucket(requests.bucket())
                                .key(requests.full(key))
                                .checksumAlgorithm(crc ? ChecksumAlgorithm.CRC32_C : null)
                                .overrideConfiguration(configuration))
                        .uploadId());
        if (begun == null || begun.isEmpty()) {
            throw new ObjectStoreException(
                    Kind.REFUSED, "the store began an upload of " + key + " without an id", null);
        }
        return begun;
    }

    /** Returns when no part is in flight, also by an exception. */
    private void sendAll() {
        try {
            int number = 1;
            while (awaitTurn()) {
                ByteBuffer part = parts.next();
                if (part == null) {
                    break;
                }
                start(number++, part);
            }
        } catch (RuntimeException | Error e) {
            fail(e);
        }
        awaitAll();
        rethrow();
    }

    private void start(int number, ByteBuffer part) {
        bytes += part.remaining();
        synchronized (this) {
            inFlight++;
        }
        boolean started = false;
        try {
            if (number > MAX_PARTS) {
                throw new ObjectStoreException(
                        Kind.REFUSED,
                        key + " has more than " + MAX_PARTS + " parts, the most an object can have",
                        null);
            }
            started = requests.connection().threads().execute(() -> send(number, part));
            if (!started) {
                throw new ObjectStoreException(
                        Kind.UNAVAILABLE, "upload of " + key + ": the connection is closed", null);
            }
        } finally {
            if (!started) {
                end(part);
            }
        }
    }

    private void send(int number, ByteBuffer part) {
        try {
            UploadBody body = UploadBody.of(part, requests.connection().checksum());
            String tag = upload(number, body);
            CompletedPart completed = CompletedPart.builder()
                    .partNumber(number)
                    .eTag(tag)
                    .checksumCRC32C(body.crc32c())
                    .build();
            synchronized (this) {
                sent.put(number, completed);
            }
        } catch (RuntimeException | Error e) {
            fail(e);
        } finally {
            end(part);
        }
    }

    private String upload(int number, UploadBody body) {
        RequestCall call = requests.call(
                        RequestKind.PUT, "part " + number + " of the upload of " + key, this::hasFailed)
                .carrying(body.length());
        try {
            return call.repeat(configuration -> {
                call.bytes(body.length());
                return requests.client()
                        .uploadPart(
                                part -> part.bucket(requests.bucket())
                                        .key(requests.full(key))
                                        .uploadId(id)
                                        .partNumber(number)
                                        .checksumCRC32C(body.crc32c())
                                        .contentMD5(body.md5())
                                        .overrideConfiguration(configuration),
                                body.content())
                        .eTag();
            });
        } catch (RequestFailure e) {
            throw goneOr(call, e);
        }
    }

    private void complete() {
        RequestCall call = requests.call(RequestKind.PUT, "completion of the upload of " + key);
        List<CompletedPart> all = new ArrayList<>(sent.values());
        try {
            call.repeat(configuration -> requests.client()
                    .completeMultipartUpload(complete -> complete.bucket(requests.bucket())
                            .key(requests.full(key))
                            .uploadId(id)
                            .multipartUpload(list -> list.parts(all))
                            .overrideConfiguration(configuration)));
        } catch (RequestFailure e) {
            // An attempt whose answer was lost may have completed it: then the object is there.
            if (e.meaning() != Meaning.ABSENT || !isStored()) {
                throw goneOr(call, e);
            }
        }
    }

    private boolean isStored() {
        RequestCall call = requests.call(RequestKind.GET, "HEAD of " + key + " after an undecided completion");
        try {
            return requests.head(call, key).bytes() == bytes;
        } catch (RequestFailure e) {
            if (e.meaning() == Meaning.ABSENT) {
                return false;
            }
            throw call.report(e);
        }
    }

    /** An upload that somebody aborted can be made anew; a bucket that is gone cannot. */
    private static ObjectStoreException goneOr(RequestCall call, RequestFailure failure) {
        ObjectStoreException reported = call.report(failure);
        boolean gone = failure.meaning() == Meaning.ABSENT;
        return gone ? new ObjectStoreException(Kind.UNAVAILABLE, reported.getMessage(), failure) : reported;
    }

    private void abort(Throwable reason) {
        try {
            requests.abort(key, id);
        } catch (RuntimeException e) {
            // The upload stays, and pendingUploads lists it: the reason of the failure matters more.
            reason.addSuppressed(e);
        }
    }

    /** @return false if a part has failed: no other one needs to be taken */
    private synchronized boolean awaitTurn() {
        while (failure == null && inFlight >= requests.connection().threads().max()) {
            await();
        }
        return failure == null;
    }

    private synchronized void awaitAll() {
        while (inFlight > 0) {
            await();
        }
    }

    /** Waits for a part; an interruption of the thread ends the upload, and the thread stays interrupted. */
    private void await() {
        try {
            wait();
        } catch (InterruptedException e) {
            interrupted = true;
            fail(new ObjectStoreException(Kind.UNAVAILABLE, "upload of " + key + " was interrupted", e));
        }
    }

    private synchronized boolean hasFailed() {
        return failure != null;
    }

    private synchronized void fail(Throwable reason) {
        if (failure == null) {
            failure = reason;
        }
    }

    private void end(ByteBuffer part) {
        try {
            parts.release(part);
        } finally {
            synchronized (this) {
                inFlight--;
                notifyAll();
            }
        }
    }

    private synchronized void rethrow() {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }
}

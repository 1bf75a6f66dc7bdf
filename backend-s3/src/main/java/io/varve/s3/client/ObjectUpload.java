// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.s3.client.ObjectStoreException.Kind;
import io.varve.s3.client.RequestFailure.Meaning;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/**
 * Stores an object of any size, in one request or in parts, and confirms its size. Takes parts from their
 * supplier, and gives each back exactly once. For one thread.
 */
final class ObjectUpload {
    private final ObjectRequests requests;
    private final String key;
    private final UploadParts parts;
    private final ArrayDeque<ByteBuffer> taken = new ArrayDeque<>();
    private boolean ended;

    ObjectUpload(ObjectRequests requests, String key, UploadParts parts) {
        this.requests = requests;
        this.key = key;
        this.parts = parts;
    }

    ObjectInfo run() {
        try {
            take();
            boolean hasAnother = !taken.isEmpty() && taken.peek().remaining() >= UploadParts.MIN_PART && take();
            return hasAnother ? new MultipartUpload(requests, key, this).run() : putWhole();
        } finally {
            taken.forEach(parts::release);
        }
    }

    /** @return the next part, which the caller must {@linkplain #release give back}; null after the last */
    ByteBuffer next() {
        if (taken.isEmpty()) {
            take();
        }
        return taken.poll();
    }

    void release(ByteBuffer part) {
        parts.release(part);
    }

    private boolean take() {
        ByteBuffer part = ended ? null : parts.next();
        ended = part == null;
        if (part != null) {
            taken.add(part);
        }
        return part != null;
    }

    private ObjectInfo putWhole() {
        ByteBuffer content = taken.isEmpty() ? ByteBuffer.allocate(0) : taken.peek();
        UploadBody body = UploadBody.of(content, requests.connection().checksum());
        PutObjectResponse answer = requests.put(key, body);
        boolean confirmed = body.crc32c() != null && body.crc32c().equals(answer.checksumCRC32C());
        return confirmed ? new ObjectInfo(key, body.length(), -1) : confirm(requests, key, body.length());
    }

    /**
     * Asks for the size of an object that was just stored.
     *
     * @throws ObjectStoreException REFUSED if it is another one, UNAVAILABLE if the object is not there
     */
    static ObjectInfo confirm(ObjectRequests requests, String key, long bytes) {
        RequestCall call = requests.call(RequestKind.GET, "HEAD of " + key + " after its upload");
        try {
            ObjectInfo stored = requests.head(call, key);
            if (stored.bytes() != bytes) {
                throw RequestFailure.of(
                        Meaning.REFUSED, "the object has " + stored.bytes() + " bytes instead of " + bytes);
            }
            return stored;
        } catch (RequestFailure e) {
            if (e.meaning() == Meaning.ABSENT) {
                throw new ObjectStoreException(Kind.UNAVAILABLE, call.report(e).getMessage(), e);
            }
            throw call.report(e);
        }
    }
}

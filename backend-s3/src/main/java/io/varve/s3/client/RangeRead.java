// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.s3.client.RequestFailure.Meaning;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Reads a range of an object into a buffer. After a cut it asks for the rest only: objects do not change. For
 * one thread.
 */
final class RangeRead {
    private static final int STEP = 64 << 10;

    private final ObjectRequests requests;
    private final String key;
    private final long from;
    private final ByteBuffer into;
    private final int start;
    private final RequestCall call;

    RangeRead(ObjectRequests requests, String key, long from, ByteBuffer into) {
        this.requests = requests;
        this.key = key;
        this.from = from;
        this.into = into;
        start = into.position();
        call = requests.call(
                        RequestKind.GET, "GET of bytes " + from + " to " + (from + into.remaining()) + " of " + key)
                .carrying(into.remaining());
    }

    void run() {
        if (into.hasRemaining()) {
            call.succeed(configuration -> {
                int before = into.position();
                long first = from + before - start;
                long last = first + into.remaining() - 1;
                try {
                    RequestFailure failure = requests.client()
                            .getObject(
                                    get -> get.bucket(requests.bucket())
                                            .key(requests.full(key))
                                            .range("bytes=" + first + "-" + last)
                                            .overrideConfiguration(configuration),
                                    (answer, stream) -> fill(answer, stream, first));
                    if (failure != null) {
                        throw failure;
                    }
                    return into;
                } finally {
                    call.bytes(into.position() - before);
                }
            });
        }
    }

    /** Returns a failure instead of throwing it: the SDK would wrap it. */
    private RequestFailure fill(GetObjectResponse answer, InputStream stream, long first) throws IOException {
        String range = answer.contentRange();
        if (range == null && first != 0 || range != null && !range.startsWith("bytes " + first + "-")) {
            stream.close();
            return RequestFailure.of(
                    Meaning.REFUSED, "the store answered a request for bytes from " + first + " with range " + range);
        }
        if (answer.contentLength() != null && answer.contentLength() < into.remaining()) {
            stream.close();
            return RequestFailure.of(Meaning.ABSENT, "the object ends at byte " + (first + answer.contentLength()));
        }
        byte[] step = into.hasArray() ? null : new byte[Math.min(STEP, into.remaining())];
        while (into.hasRemaining()) {
            int read = step == null ? readDirectly(stream) : read(stream, step);
            if (read < 0) {
                throw new EOFException("the body ended " + into.remaining() + " bytes early");
            }
        }
        // At its end a body is verified, and its connection can be used again.
        if (range != null && stream.read() >= 0) {
            return RequestFailure.of(Meaning.REFUSED, "the store sent more than it was asked for");
        }
        return null;
    }

    private int readDirectly(InputStream stream) throws IOException {
        int read = stream.read(into.array(), into.arrayOffset() + into.position(), into.remaining());
        if (read > 0) {
            into.position(into.position() + read);
        }
        return read;
    }

    private int read(InputStream stream, byte[] step) throws IOException {
        int read = stream.read(step, 0, Math.min(step.length, into.remaining()));
        if (read > 0) {
            into.put(step, 0, read);
        }
        return read;
    }
}

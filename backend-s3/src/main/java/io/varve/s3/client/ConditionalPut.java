// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.s3.client.RequestFailure.Meaning;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Creates an object unless the key exists, and finds out what happened where the answer does not say. For one
 * thread.
 *
 * <pre>
 * 200             created
 * 409             nothing is decided: again
 * 412             the key exists, perhaps by an attempt whose answer was lost: read and compare
 * 5xx, no answer  it may have been created: read and compare; if the key is absent, again
 * </pre>
 *
 * <p>An attempt that looked failed may still take effect later: it has the same bytes, so it does no harm.
 */
final class ConditionalPut {
    private final RequestCall put;
    private final RequestCall get;
    private final ObjectRequests requests;
    private final String key;

    ConditionalPut(ObjectRequests requests, String key) {
        this.requests = requests;
        this.key = key;
        put = requests.call(RequestKind.PUT, "PUT if absent of " + key);
        get = requests.call(RequestKind.GET, "GET of " + key + " after an undecided PUT if absent");
    }

    /** @return true if the object holds these bytes now; false if it holds others */
    boolean run(UploadBody body) {
        while (true) {
            try {
                requests.putIfAbsentOnce(put, key, body);
                return true;
            } catch (RequestFailure e) {
                boolean open = e.meaning() == Meaning.EXISTS || e.isTransient();
                if (!open) {
                    throw put.report(e);
                }
                if (e.meaning() != Meaning.EXISTS) {
                    put.pause(e);
                }
                if (e.meaning() != Meaning.CONFLICT) {
                    Optional<ByteBuffer> stored = stored();
                    if (stored.isPresent()) {
                        return isStored(body.bytes(), stored.get());
                    }
                    if (e.meaning() == Meaning.EXISTS) {
                        put.pause(RequestFailure.of(Meaning.TRANSIENT, "the key exists and cannot be read"));
                    }
                }
            }
        }
    }

    /** Bytes can be damaged on their way: they are those of another creator if two reads agree. */
    private boolean isStored(ByteBuffer bytes, ByteBuffer first) {
        ByteBuffer read = first;
        while (!read.equals(bytes)) {
            Optional<ByteBuffer> again = stored();
            if (again.isEmpty() || again.get().equals(read)) {
                return false;
            }
            read = again.get();
        }
        return true;
    }

    private Optional<ByteBuffer> stored() {
        while (true) {
            try {
                return Optional.of(get.once(configuration -> requests.get(get, configuration, key)));
            } catch (RequestFailure e) {
                if (e.meaning() == Meaning.ABSENT && !e.isNoBucket()) {
                    return Optional.empty();
                }
                if (!e.isTransient()) {
                    throw get.report(e);
                }
                // By the PUT's time: both are one call.
                put.pause(e);
            }
        }
    }
}

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
 * 5xx, no answer  it may have been created: read and compare
 *
 * the own bytes                     created
 * other bytes three times alike     another's: a read can be damaged on its way
 * other bytes, different each time  nothing is decided: read again
 * the key is absent                 nothing is decided: again
 * </pre>
 *
 * <p>An attempt that looked failed may still take effect later: it has the same bytes, so it does no harm.
 */
final class ConditionalPut {
    /** So many reads follow each other without a pause. */
    private static final int MAX_AT_ONCE = 3;

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
                    Optional<Boolean> own = isOwn(body.bytes());
                    if (own.isPresent()) {
                        return own.get();
                    }
                    if (e.meaning() == Meaning.EXISTS) {
                        put.pause(RequestFailure.of(Meaning.TRANSIENT, "the key exists and cannot be read"));
                    }
                }
            }
        }
    }

    /**
     * Reads the object until its bytes are the own ones, or another creator's without doubt. Bytes that are
     * neither are pauses of the PUT, so that its time bounds them.
     *
     * @return empty if the key is absent
     */
    private Optional<Boolean> isOwn(ByteBuffer bytes) {
        DamagedReads others = new DamagedReads();
        while (true) {
            Optional<ByteBuffer> read = stored();
            if (read.isEmpty() || read.get().equals(bytes)) {
                return read.map(own -> true);
            }
            if (others.isStored(read.get())) {
                return Optional.of(false);
            }
            if (others.count() > MAX_AT_ONCE) {
                put.pause(RequestFailure.of(Meaning.TRANSIENT, "the object has other bytes at each read"));
            }
        }
    }

    private Optional<ByteBuffer> stored() {
        while (true) {
            try {
                return Optional.of(get.once(configuration -> requests.get(get, configuration, key)));
            } catch (RequestFailure e) {
                if (e.meaning() == Meaning.ABSENT) {
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

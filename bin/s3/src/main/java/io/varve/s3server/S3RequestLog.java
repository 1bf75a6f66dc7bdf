// SPDX-License-Identifier: Apache-2.0
package io.varve.s3server;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps the newest requests, and counts all of them by kind. A request is in it before its answer's last
 * byte is sent: who has an answer finds the request here. Safe for any thread.
 */
public final class S3RequestLog {
    private static final int KEPT = 100_000;

    private final Deque<S3Request> newest = new ArrayDeque<>();
    private final Map<S3RequestKind, Count> counts = new EnumMap<>(S3RequestKind.class);

    /** How many requests, and the bytes of their bodies. */
    public record Count(long requests, long bytesIn, long bytesOut) {
        static final Count NONE = new Count(0, 0, 0);

        Count plus(Count other) {
            return new Count(requests + other.requests, bytesIn + other.bytesIn, bytesOut + other.bytesOut);
        }
    }

    S3RequestLog() {}

    synchronized void add(S3Request request) {
        if (newest.size() == KEPT) {
            newest.removeFirst();
        }
        newest.addLast(request);
        counts.merge(request.kind(), new Count(1, request.bytesIn(), request.bytesOut()), Count::plus);
    }

    /** @return the newest requests, the oldest of them first; at most 100,000 */
    public synchronized List<S3Request> requests() {
        return List.copyOf(newest);
    }

    /** @return since the start or the last {@link #reset}; kinds without a request are not in it */
    public synchronized Map<S3RequestKind, Count> counts() {
        return Collections.unmodifiableMap(new EnumMap<>(counts));
    }

    /** @return {@link Count#NONE all zero} when there was none */
    public synchronized Count count(S3RequestKind kind) {
        return counts.getOrDefault(kind, Count.NONE);
    }

    /** Forgets all requests and counts. */
    public synchronized void reset() {
        newest.clear();
        counts.clear();
    }
}

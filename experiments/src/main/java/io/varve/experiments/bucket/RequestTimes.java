// SPDX-License-Identifier: Apache-2.0
package io.varve.experiments.bucket;

import io.varve.core.runtime.Scheduler;
import io.varve.s3.client.ObjectStoreException;
import io.varve.s3.client.RequestKind;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Lets virtual time pass for the requests of one client. While the bucket is away, an attempt lasts until its
 * time-out, and is repeated until the request's, as the real client does by its defaults. Thread-safe.
 */
final class RequestTimes {
    /** Default of {@code s3.attempt.timeout.ms}. */
    private static final long ATTEMPT_MS = 30_000;

    /** Default of {@code s3.request.timeout.ms}. */
    private static final long REQUEST_MS = 60_000;

    private final SimulatedBucket bucket;
    private final RequestLedger ledger;
    private volatile boolean hastened;
    private volatile boolean closed;

    /** @param ledger counts attempts that get no answer */
    RequestTimes(SimulatedBucket bucket, RequestLedger ledger) {
        this.bucket = bucket;
        this.ledger = ledger;
    }

    /**
     * Describes requests that go one after another, each with an answer of its own.
     *
     * @param topic counted for it
     * @param what the request and the key, for messages
     * @param rounds how many answers are waited for
     * @param bytes bytes that go either way, of full size
     */
    record BucketRequest(String topic, RequestKind kind, String what, long rounds, double bytes) {}

    /**
     * Waits until a request is answered.
     *
     * @throws ObjectStoreException UNAVAILABLE if the bucket was away for too long, or the client is closed
     */
    void pass(BucketRequest request) {
        CompletableFuture<Void> answer = answer(request);
        bucket.time.await(answer, Scheduler.AgentStep.UNTIL_WOKEN);
        try {
            answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof ObjectStoreException failure) {
                throw failure;
            }
            throw e;
        }
    }

    /**
     * @return completed at the time of the answer, or with UNAVAILABLE if the bucket is away for too long or
     *     the client is closed
     */
    CompletableFuture<Void> answer(BucketRequest request) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        if (closed) {
            answer.completeExceptionally(unavailable(request.what + ": the connection is closed"));
        } else {
            attempt(request, bucket.time.millis(), answer);
        }
        return answer;
    }

    private void attempt(BucketRequest request, long begun, CompletableFuture<Void> answer) {
        if (!bucket.isAway()) {
            double ms = request.bytes / bucket.model.times().bytesPerMs();
            for (long round = 0; round < request.rounds; round++) {
                ms += bucket.firstByteMs();
            }
            after(Math.max(1, Math.round(ms)), () -> answer.complete(null));
            return;
        }
        ledger.failed(request.topic, request.kind);
        long left = REQUEST_MS - (bucket.time.millis() - begun);
        after(Math.min(ATTEMPT_MS, left), () -> {
            if (!hastened && left > ATTEMPT_MS) {
                attempt(request, begun, answer);
                return;
            }
            answer.completeExceptionally(unavailable(request.what + ": the bucket is away, and gave no answer in "
                    + (bucket.time.millis() - begun) + " ms"));
        });
    }

    private static ObjectStoreException unavailable(String message) {
        return new ObjectStoreException(ObjectStoreException.Kind.UNAVAILABLE, message, null);
    }

    private void after(long ms, Runnable action) {
        if (hastened) {
            action.run();
        } else {
            bucket.time.schedule(ms, action);
        }
    }

    /** Lets no time pass from now on: the storage is being closed. */
    void hasten() {
        hastened = true;
    }

    /** Lets no request begin from now on. */
    void close() {
        hastened = true;
        closed = true;
    }
}

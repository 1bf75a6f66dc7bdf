// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import io.varve.s3.client.ObjectStoreException.Kind;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Sends one request, several times if need be, until its time is over. Counts each attempt. For one thread.
 */
final class RequestCall {
    private static final long NANOS_PER_MS = 1_000_000;
    private static final long MIN_BYTES_PER_MS = 64;

    private final S3Connection connection;
    private final RequestCounters.OfTopic counts;
    private final RequestKind kind;
    private final String what;
    private final BooleanSupplier abandoned;
    private final long begun;
    private long maxMs;
    private long attemptMs;
    private int failed;
    private long bytes;

    /**
     * @param what the request and the key, for messages
     * @param abandoned true once the outcome does not matter any more: no further attempt is made then
     */
    RequestCall(
            S3Connection connection,
            RequestCounters.OfTopic counts,
            RequestKind kind,
            String what,
            BooleanSupplier abandoned) {
        this.connection = connection;
        this.counts = counts;
        this.kind = kind;
        this.what = what;
        this.abandoned = abandoned;
        begun = connection.clock().nanos();
        maxMs = connection.limits().requestMs();
        attemptMs = connection.limits().attemptMs();
    }

    /**
     * Gives the request more time for its content, so that a slow line is slow and not broken.
     *
     * @param number bytes of the object that it sends or receives
     */
    RequestCall carrying(long number) {
        attemptMs += number / MIN_BYTES_PER_MS;
        maxMs += number / MIN_BYTES_PER_MS;
        return this;
    }

    /**
     * Lowers the time of this call.
     *
     * @param ms max time in ms
     */
    RequestCall within(long ms) {
        maxMs = Math.min(maxMs, ms);
        return this;
    }

    /** Counts bytes of an object, sent or received by the present attempt. */
    void bytes(long number) {
        bytes += number;
    }

    /**
     * Makes one attempt.
     *
     * @param attempt sends the request with this configuration
     * @throws RequestFailure if it fails in a way that the caller can judge
     * @throws ObjectStoreException UNAVAILABLE if the connection is closed
     */
    <T> T once(Function<AwsRequestOverrideConfiguration, T> attempt) {
        if (connection.isClosed()) {
            throw new ObjectStoreException(Kind.UNAVAILABLE, what + ": the connection is closed", null);
        }
        bytes = 0;
        boolean trouble = true;
        try {
            T answer = attempt.apply(configuration());
            trouble = false;
            return answer;
        } catch (SdkException e) {
            RequestFailure failure = RequestFailure.of(e);
            trouble = isTrouble(failure);
            throw failure;
        } catch (RequestFailure e) {
            trouble = isTrouble(e);
            throw e;
        } catch (IllegalStateException e) {
            // What the SDK throws when its connections are closed under a request.
            if (connection.isClosed()) {
                throw new ObjectStoreException(Kind.UNAVAILABLE, what + ": the connection was closed", e);
            }
            throw e;
        } finally {
            counts.add(kind, trouble, bytes);
        }
    }

    /**
     * Repeats attempts while they fail for a while.
     *
     * @throws RequestFailure if it fails in a way that another attempt does not mend
     * @throws ObjectStoreException UNAVAILABLE if the time is over
     */
    <T> T repeat(Function<AwsRequestOverrideConfiguration, T> attempt) {
        while (true) {
            try {
                return once(attempt);
            } catch (RequestFailure e) {
                if (!e.isTransient()) {
                    throw e;
                }
                pause(e);
            }
        }
    }

    /** Repeats attempts, and reports every failure. */
    <T> T succeed(Function<AwsRequestOverrideConfiguration, T> attempt) {
        try {
            return repeat(attempt);
        } catch (RequestFailure e) {
            throw report(e);
        }
    }

    /**
     * Waits before the next attempt.
     *
     * @throws ObjectStoreException UNAVAILABLE if there is no time for another one
     */
    void pause(RequestFailure last) {
        failed++;
        long pause = connection.backoff().nanos(failed);
        if (pause >= left() || isOver()) {
            throw report(last);
        }
        connection.pause().await(pause);
        if (isOver()) {
            throw report(last);
        }
    }

    private boolean isOver() {
        return connection.isHastened()
                || abandoned.getAsBoolean()
                || Thread.currentThread().isInterrupted();
    }

    /** @return the exception that says what the caller must do */
    ObjectStoreException report(RequestFailure last) {
        boolean interrupted = Thread.currentThread().isInterrupted();
        Kind reported = switch (last.meaning()) {
            case ABSENT -> Kind.ABSENT;
            case NO_BUCKET -> Kind.NO_BUCKET;
            case DENIED -> Kind.DENIED;
            case TRANSIENT, CONFLICT -> Kind.UNAVAILABLE;
            case EXISTS, REFUSED -> interrupted ? Kind.UNAVAILABLE : Kind.REFUSED;
        };
        long ms = (connection.clock().nanos() - begun) / NANOS_PER_MS;
        String attempts = failed > 0 ? " (" + Math.max(1, failed) + " attempts in " + ms + " ms)" : "";
        String why = reported == Kind.NO_BUCKET ? "; there is no such bucket at this endpoint" : "";
        return new ObjectStoreException(
                reported, what + " in " + connection.place() + ": " + last.getMessage() + why + attempts, last);
    }

    private AwsRequestOverrideConfiguration configuration() {
        long ms = Math.max(1, Math.min(attemptMs, left() / NANOS_PER_MS));
        return AwsRequestOverrideConfiguration.builder()
                .apiCallTimeout(Duration.ofMillis(ms))
                .build();
    }

    private long left() {
        return maxMs * NANOS_PER_MS - (connection.clock().nanos() - begun);
    }

    /** An answer that says what is there is no trouble, even if it has the form of an error. */
    private static boolean isTrouble(RequestFailure failure) {
        return failure.meaning() != RequestFailure.Meaning.ABSENT && failure.meaning() != RequestFailure.Meaning.EXISTS;
    }
}

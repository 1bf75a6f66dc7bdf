// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.server.api.Request;
import io.varve.server.api.table.RequestOutcome;

/**
 * Holds the place of one request's answer in its connection's order, and the request's reservation in the
 * budget. Used on the event loop.
 */
final class ResponseSlot {
    private final RequestBudget.Pool pool;
    private final boolean withRecords;
    private final int bytes;
    private final long begunNanos;
    private Request request;
    private RequestOutcome answer;

    /** Bytes reserved in the budget. Guarded by this, because a worker thread corrects it. */
    private long cost;

    private boolean released;

    /**
     * @param withRecords whether it is a produce request
     * @param bytes size of its frame
     * @param pool the pool to reserve from
     * @param cost bytes the request takes in memory
     * @param begunNanos when it has begun, in ns
     */
    ResponseSlot(boolean withRecords, int bytes, RequestBudget.Pool pool, long cost, long begunNanos) {
        this.begunNanos = begunNanos;
        this.withRecords = withRecords;
        this.bytes = bytes;
        this.pool = pool;
        this.cost = cost;
        pool.reserve(cost);
    }

    /** @return whether it is a produce request */
    boolean withRecords() {
        return withRecords;
    }

    /** Corrects the reservation to the bytes the parsed request takes. On any thread. */
    synchronized void correctCost(long bytes) {
        if (!released) {
            pool.reserve(bytes - cost);
            cost = bytes;
        }
    }

    int bytes() {
        return bytes;
    }

    long begunNanos() {
        return begunNanos;
    }

    /**
     * Releases the request's reservation.
     *
     * @return false if that has been done before
     */
    synchronized boolean release() {
        if (released) {
            return false;
        }
        released = true;
        pool.release(cost);
        return true;
    }

    void request(Request parsed) {
        request = parsed;
    }

    /** @return the request, or null until it is parsed */
    Request request() {
        return request;
    }

    void answer(RequestOutcome given) {
        answer = given;
    }

    /** @return the answer, or null until it is given */
    RequestOutcome answer() {
        return answer;
    }
}

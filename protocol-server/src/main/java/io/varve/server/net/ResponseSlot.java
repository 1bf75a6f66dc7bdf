// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.server.api.Answer;
import io.varve.server.api.Request;

/** The place of one request's answer in its connection's order, and what the request takes of the budget. Used on the event loop. */
final class ResponseSlot {
    private final RequestBudget.Kind kind;
    private final boolean withRecords;
    private final int bytes;
    private Request request;
    private Answer answer;

    /** Guarded by this: a worker thread corrects it. */
    private long cost;

    private boolean free;

    /**
     * @param withRecords whether it is a produce request
     * @param bytes size of its frame
     * @param kind what part of the budget it takes
     * @param cost bytes it takes in memory
     */
    ResponseSlot(boolean withRecords, int bytes, RequestBudget.Kind kind, long cost) {
        this.withRecords = withRecords;
        this.bytes = bytes;
        this.kind = kind;
        this.cost = cost;
        kind.take(cost);
    }

    /** @return whether it is a produce request */
    boolean withRecords() {
        return withRecords;
    }

    /** On any thread. */
    synchronized void correctCost(long bytes) {
        if (!free) {
            kind.take(bytes - cost);
            cost = bytes;
        }
    }

    int bytes() {
        return bytes;
    }

    /** Gives back what the request took. Idempotent. */
    synchronized void free() {
        if (!free) {
            free = true;
            kind.giveBack(cost);
        }
    }

    void request(Request parsed) {
        request = parsed;
    }

    /** @return the request, or null until it is parsed */
    Request request() {
        return request;
    }

    void answer(Answer given) {
        answer = given;
    }

    /** @return the answer, or null while it is awaited */
    Answer answer() {
        return answer;
    }
}

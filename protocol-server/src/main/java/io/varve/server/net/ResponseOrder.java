// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.server.api.SliceRecords;
import io.varve.server.api.table.RequestOutcome;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Keeps the answers of one connection in the order of its requests, with a slot for each request that has
 * begun and whose answer is not written. Used on the connection's event loop.
 */
final class ResponseOrder {
    private final RequestBudget budget;
    private final ResponseWriter responses;
    private final ApiTraffic traffic;
    private final Queue<ResponseSlot> slots = new ArrayDeque<>();

    /** The slot of the request begun last. */
    private ResponseSlot last;

    private long bytes;

    /** The outcome of {@link #send}. */
    enum Sent {
        NOTHING,
        SOME,
        /** The connection must be closed after the written answers are sent; no slot is left. */
        HANG_UP
    }

    ResponseOrder(RequestBudget budget, ResponseWriter responses, ApiTraffic traffic) {
        this.traffic = traffic;
        this.budget = budget;
        this.responses = responses;
    }

    /** @return a new slot for a request that begins now */
    ResponseSlot begin(NextRequest request) {
        last = new ResponseSlot(
                request.withRecords(), request.bytes(), budget.of(request), request.cost(), traffic.begun());
        slots.add(last);
        bytes += last.bytes();
        return last;
    }

    /**
     * Tells whether a request may begin now. Produce requests may be under way together, because they are
     * appended in the order of the requests. Every other request must see the effects of all earlier ones.
     */
    boolean allows(NextRequest request) {
        return slots.isEmpty() || last.withRecords() && request.withRecords();
    }

    boolean isEmpty() {
        return slots.isEmpty();
    }

    int size() {
        return slots.size();
    }

    /** @return bytes of the frames of all slots */
    long bytes() {
        return bytes;
    }

    /** @return true if the slot's answer is the next to be sent */
    boolean isNext(ResponseSlot slot) {
        return slot == slots.peek();
    }

    /** Writes the completed answers whose turn has come. */
    Sent send() {
        Sent sent = Sent.NOTHING;
        for (ResponseSlot slot = slots.peek(); slot != null && slot.answer() != null; slot = slots.peek()) {
            slots.remove();
            release(slot);
            RequestOutcome answer = slot.answer();
            long before = responses.bytes();
            if (answer instanceof RequestOutcome.Response message) {
                answer = responses.write(slot.request(), message);
            } else if (answer instanceof RequestOutcome.LastResponse last) {
                responses.write(slot.request(), new RequestOutcome.Response(last.body()));
                answer = new RequestOutcome.CloseConnection();
            }
            traffic.answered(slot.request(), slot.begunNanos(), slot.bytes(), responses.bytes() - before);
            if (answer instanceof RequestOutcome.CloseConnection) {
                drop();
                return Sent.HANG_UP;
            }
            sent = Sent.SOME;
        }
        return sent;
    }

    /** Removes the slot of a frame that is not a valid request, unless all were dropped before. */
    void forget(ResponseSlot slot) {
        slots.remove(slot);
        release(slot);
    }

    /** Releases all slots, and discards their answers. */
    void drop() {
        for (ResponseSlot slot : slots) {
            release(slot);
            discard(slot.answer());
        }
        slots.clear();
    }

    private void release(ResponseSlot slot) {
        if (slot.release()) {
            bytes -= slot.bytes();
            traffic.ended();
        }
    }

    /** @param answer an answer that cannot be sent; null if none was given */
    static void discard(RequestOutcome answer) {
        if (answer instanceof RequestOutcome.Response message) {
            SliceRecords.closeAll(message.body());
        }
    }
}

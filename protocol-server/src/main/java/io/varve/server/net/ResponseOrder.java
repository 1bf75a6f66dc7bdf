// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.server.api.Answer;
import io.varve.server.api.StoredRecords;
import java.util.ArrayDeque;
import java.util.Queue;

/** The requests of one connection that have been begun and whose answers have not been written, in order. Used on its event loop. */
final class ResponseOrder {
    private final RequestBudget budget;
    private final ResponseWriter responses;
    private final Queue<ResponseSlot> slots = new ArrayDeque<>();

    /** The request begun last. */
    private ResponseSlot last;

    private long bytes;

    /** What {@link #send} did. */
    enum Sent {
        NOTHING,
        SOME,
        /** The connection is to be closed when what was written is sent; nothing is left here. */
        HANG_UP
    }

    ResponseOrder(RequestBudget budget, ResponseWriter responses) {
        this.budget = budget;
        this.responses = responses;
    }

    /** @return the place of a request that is begun now */
    ResponseSlot begin(NextRequest request) {
        RequestBudget.Kind kind = request.withRecords() ? budget.records() : budget.others();
        last = new ResponseSlot(request.withRecords(), request.bytes(), kind, request.cost());
        slots.add(last);
        bytes += last.bytes();
        return last;
    }

    /**
     * @return true if a request may be begun now: what is produced is appended in the order of the requests, so produce requests may be under
     *     way together; all else must find the effects of what came before
     */
    boolean allow(NextRequest request) {
        return slots.isEmpty() || last.withRecords() && request.withRecords();
    }

    boolean isEmpty() {
        return slots.isEmpty();
    }

    int size() {
        return slots.size();
    }

    /** @return bytes of their frames */
    long bytes() {
        return bytes;
    }

    /** @return true if the slot's answer is the next to be sent */
    boolean isNext(ResponseSlot slot) {
        return slot == slots.peek();
    }

    /** Writes the answers that are there and whose turn it is. */
    Sent send() {
        Sent sent = Sent.NOTHING;
        for (ResponseSlot slot = slots.peek(); slot != null && slot.answer() != null; slot = slots.peek()) {
            slots.remove();
            free(slot);
            Answer answer = slot.answer();
            if (answer instanceof Answer.Message message) {
                answer = responses.write(slot.request(), message);
            }
            if (answer instanceof Answer.HangUp) {
                drop();
                return Sent.HANG_UP;
            }
            sent = Sent.SOME;
        }
        return sent;
    }

    /** Takes back a request that turned out to be none. */
    void forget(ResponseSlot slot) {
        slots.remove(slot);
        free(slot);
    }

    /** Lets go of everything. */
    void drop() {
        for (ResponseSlot slot : slots) {
            free(slot);
            discard(slot.answer());
        }
        slots.clear();
    }

    private void free(ResponseSlot slot) {
        bytes -= slot.bytes();
        slot.free();
    }

    /** @param answer one that cannot be sent; null when there is none */
    static void discard(Answer answer) {
        if (answer instanceof Answer.Message message) {
            StoredRecords.closeAll(message.body());
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.server.api.Answer;
import io.varve.server.api.Request;

/** The place of one request's answer in its connection's order. Used on the event loop. */
final class Slot {
    private final Request request;
    private final int bytes;
    private Answer answer;

    /**
     * @param request the request, or null for a frame that was none
     * @param bytes size of its frame
     */
    Slot(Request request, int bytes) {
        this.request = request;
        this.bytes = bytes;
    }

    Request request() {
        return request;
    }

    int bytes() {
        return bytes;
    }

    void answer(Answer given) {
        answer = given;
    }

    /** @return the answer, or null while it is awaited */
    Answer answer() {
        return answer;
    }
}

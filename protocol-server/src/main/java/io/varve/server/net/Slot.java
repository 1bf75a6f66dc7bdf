// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.server.api.Answer;
import io.varve.server.api.Request;
import org.apache.kafka.common.protocol.ApiKeys;

/** The place of one request's answer in its connection's order. Used on the event loop. */
final class Slot {
    private final short api;
    private final int bytes;
    private Request request;
    private Answer answer;

    /**
     * @param api number of the request's API
     * @param bytes size of its frame
     */
    Slot(short api, int bytes) {
        this.api = api;
        this.bytes = bytes;
    }

    /**
     * @param next number of an API
     * @return true if a request of it may be under way together with this one: what is produced is appended in the order of the
     *     requests; all else must find the effects of what came before
     */
    boolean allowsBehind(short next) {
        return api == ApiKeys.PRODUCE.id && next == ApiKeys.PRODUCE.id;
    }

    int bytes() {
        return bytes;
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

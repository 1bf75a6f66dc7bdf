// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import org.apache.kafka.common.protocol.ApiMessage;

/** What becomes of a request. */
public sealed interface Answer {
    /**
     * A response to send.
     *
     * @param body the response; whoever takes the answer closes the {@link SliceRecords} in it
     */
    record Message(ApiMessage body) implements Answer {}

    /** Nothing to send: the protocol wants no response (acks=0). */
    record Silence() implements Answer {}

    /** Close the connection, which is all the protocol leaves. */
    record HangUp() implements Answer {}
}

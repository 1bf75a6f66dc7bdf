// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.table;

import io.varve.server.api.SliceRecords;
import org.apache.kafka.common.protocol.ApiMessage;

/** The outcome of a request: what the network does once the request has been served. */
public sealed interface RequestOutcome {
    /**
     * A response to send.
     *
     * @param body the response; the network owns the {@link SliceRecords} in it, and closes them
     */
    record Response(ApiMessage body) implements RequestOutcome {}

    /**
     * A response to send before the connection is closed.
     *
     * @param body the response, without records
     */
    record LastResponse(ApiMessage body) implements RequestOutcome {}

    /** Nothing to send: the request asked for no response (acks=0). */
    record NoResponse() implements RequestOutcome {}

    /** The connection is to be closed: the protocol has no response for this failure. */
    record CloseConnection() implements RequestOutcome {}
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api.table;

import io.varve.server.api.SliceRecords;
import org.apache.kafka.common.protocol.ApiMessage;

/** What becomes of a request. */
public sealed interface RequestOutcome {
    /**
     * A response to send.
     *
     * @param body the response; whoever takes the answer closes the {@link SliceRecords} in it
     */
    record Response(ApiMessage body) implements RequestOutcome {}

    /** Nothing to send: the protocol wants no response (acks=0). */
    record NoResponse() implements RequestOutcome {}

    /** Close the connection, which is all the protocol leaves. */
    record CloseConnection() implements RequestOutcome {}
}

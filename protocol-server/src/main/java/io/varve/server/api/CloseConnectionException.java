// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.VarveException;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Thrown when a failure closes the connection: because it can be signalled by nothing else, as that of a
 * produce request with acks=0, whose client expects no response, or because the peer is not trusted any more.
 * The network first sends the responses to earlier requests, and logs the message at debug level.
 */
public final class CloseConnectionException extends VarveException {
    private static final long serialVersionUID = 1L;

    /** The last response; null if there is none. */
    private final transient ApiMessage answer;

    /** @param message what failed */
    public CloseConnectionException(String message) {
        this(message, null);
    }

    /**
     * @param message what failed
     * @param answer is sent before the connection is closed; may be null
     */
    public CloseConnectionException(String message, ApiMessage answer) {
        super(message, null);
        this.answer = answer;
    }

    /** @return what is sent before the connection is closed; null if nothing is */
    public ApiMessage answer() {
        return answer;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.VarveException;

/**
 * Thrown when a failure can only be signalled by closing the connection, as of a produce request with acks=0,
 * whose client expects no response. The network first sends the responses to earlier requests, and logs the
 * message at debug level.
 */
public final class CloseConnectionException extends VarveException {
    private static final long serialVersionUID = 1L;

    /** @param message what failed */
    public CloseConnectionException(String message) {
        super(message, null);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.VarveException;

/**
 * The only answer the protocol leaves is to close the connection: a produce request with acks=0 failed, so
 * its sender expects no response and would never learn of it. The network closes the connection once the
 * answers to earlier requests are sent, with the message at debug level.
 */
public final class CloseConnectionException extends VarveException {
    private static final long serialVersionUID = 1L;

    /** @param message what failed */
    public CloseConnectionException(String message) {
        super(message, null);
    }
}

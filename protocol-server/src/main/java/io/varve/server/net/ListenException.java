// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.core.VarveException;
import io.varve.server.cluster.Endpoint;

/** Reports a listener that could not be opened. The message is one line for the operator. */
public final class ListenException extends VarveException {
    private static final long serialVersionUID = 1L;

    /**
     * Says why a port could not be bound.
     *
     * @param endpoint where the listener should bind
     * @param cause the failure of the bind
     */
    public ListenException(Endpoint endpoint, Throwable cause) {
        super(
                "cannot listen on " + endpoint.address() + " (listener " + endpoint.listener() + "): " + reason(cause),
                cause);
    }

    private static String reason(Throwable cause) {
        if (cause instanceof java.nio.channels.UnresolvedAddressException) {
            return "no such host";
        }
        String message = String.valueOf(cause.getMessage());
        return message.contains("in use") ? "the address is in use by another process" : message;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.net;

import io.varve.core.VarveException;

/** A listener could not be opened. The message is one line for the operator. */
public final class ListenException extends VarveException {
    private static final long serialVersionUID = 1L;

    /**
     * @param listener which one
     * @param cause why
     */
    ListenException(NetConfig.Listener listener, Throwable cause) {
        super(
                "cannot listen on " + listener.host() + ":" + listener.port() + " (listener " + listener.name() + "): "
                        + reason(cause),
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

// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.VarveException;

/**
 * Thrown by {@link ApiHandler#handle} when a request would block the event loop for too long, before the
 * request has any effect. The handler then gets the request again on a worker thread, as a
 * {@link Request#background} one.
 */
public final class HeavyRequestException extends VarveException {
    private static final long serialVersionUID = 1L;

    /** @param message why the request takes long, as a clause */
    public HeavyRequestException(String message) {
        super(message, null);
    }

    /** Fills in no stack trace: the exception only steers the caller, and is not logged. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}

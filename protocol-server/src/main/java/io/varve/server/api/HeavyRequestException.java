// SPDX-License-Identifier: Apache-2.0
package io.varve.server.api;

import io.varve.core.VarveException;

/**
 * A request takes longer than an event loop may stand still. A handler throws this from
 * {@link ApiHandler#handle} before the request has had any effect; the request is then given to the handler
 * again on a worker thread, as a {@link Request#background} one.
 */
public final class HeavyRequestException extends VarveException {
    private static final long serialVersionUID = 1L;

    /** @param message what is much about the request */
    public HeavyRequestException(String message) {
        super(message, null);
    }

    /** Steers, and is never shown: where it was thrown is of no use to anybody. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}

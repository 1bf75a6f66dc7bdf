// SPDX-License-Identifier: Apache-2.0
package io.varve.server.security.sasl;

import io.varve.core.VarveException;

/** Reports a mechanism that cannot be prepared. The message is for the user, and tells no secret. */
public final class SaslSetupException extends VarveException {
    private static final long serialVersionUID = 1L;

    SaslSetupException(String listener, String mechanism, RuntimeException cause) {
        super("listener " + listener + " cannot serve " + mechanism + ": " + cause.getMessage(), cause);
    }
}
